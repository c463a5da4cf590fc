"""Pure rules of workouts."""

NOTE_LIMIT = 1000
"""The longest therapist's note, in Unicode code points."""

PATIENT_NOTE_LIMIT = 2000
"""The longest patient's note, in Unicode code points."""

SCALE_MAX = 10
"""Pain and exertion are rated from 0 to this."""
