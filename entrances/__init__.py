"""
App visits, and what they become.

A patient who opens the app and does no workout has still shown up. Two hours after the last visit
of a local day the entrance is settled, under the patient's row lock, to one of four ends::

    PENDING ──a real workout that day──────────▶ CANCELED_BY_REAL_WORKOUT
       │ ├────the clinic switched tracking off──▶ SKIPPED_FEATURE_DISABLED
       │ ├────nothing to copy, or "not today"───▶ SKIPPED_NO_SOURCE_WORKOUT
       │ └────else, a mirror of a workout───────▶ FINALIZED_TO_INFERRED_WORKOUT
       └─ another visit: the window moves

An inferred visit is not therapeutic: it never counts as a day of monitoring data.
"""
