"""
The feedback loop: a patient's flagged workout reaches the therapists, and their notes reach the patient.

**Patient → therapists.** Completing a workout commits a ``FeedbackSummary`` debt with it; the card
is published at once, or by the sweep if that failed::

    owed ──publish──▶ settled (sent, or nothing to send)
      │  ▲
      │  └─ try again: 30 s, 2 min, then dead and tried hourly

**Therapist → patient.** Every save restarts a quiet period on the one ``NoteDelivery`` of
(workout, doctor); when it ends, the patient gets one card with all notes, replacing the last::

    none ──save──▶ waiting ──quiet period──▶ sent ──save──▶ waiting …
                    │   ▲
               hold │   │ resume
                    ▼   │
                    held
"""
