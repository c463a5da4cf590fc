"""
The clinician's console: a day at the clinic, inside the admin; no tables of its own.

    doors.py      who comes in, and what every page is made of
    reader.py     whose rows somebody reads there
    words.py      how times are said, in the reader's zone and the patient's
    front.py      the admin's first page, and which clinic an operator reads
    paging.py searching.py countdown.py     what several pages have in common

and a room for each page. A doctor finds the patients connected to them, a clinic's administrator those of
the clinic, and an operator those of the clinic they have picked.
"""
