"""
Exercises, workouts, and the exercises in a workout: what was planned and what was done.

A workout is ``PLANNED`` until its patient completes it::

    PLANNED ──complete──▶ COMPLETED
"""
