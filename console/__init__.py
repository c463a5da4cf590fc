"""
The clinician's pages in the admin, over several apps; no tables of its own.

A provider sees who has a follow-up ahead, schedules one from the row in two clicks and takes it back
with one. Doctors who may open the admin find these pages there and nothing else.
"""
