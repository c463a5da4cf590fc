"""
The status page: whether the product does what it promised, for those who answer for it.

    queries.py    what waits and what failed, in one statement each
    figures.py    everything the page tells, gathered at one moment
    charts.py     a day of tries as bars, and hour by hour
    failed.py     what has failed, and where it is settled
    words.py      what sweeps, queues and kinds of work are called

An administrator sees the figures of the clinic, and how everybody's processes run; an operator the figures of
all clinics or of the one they have picked, and what a sweep that failed had raised.
"""
