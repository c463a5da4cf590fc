"""
Scheduled follow-ups: what a provider promised to say to a parent, and when.

The tables are a contract with a mobile client that writes them itself, in plain SQL: names, columns
and every default live in the database. A sweep, or the wake-up of its second, says what is due: in the
client's thread, in the clinic's own, and by push::

    scheduled ──taken by a place, or said in the app alone──▶ sent
      │ │ ▲└────refused for good, or for the third time─────▶ failed
      │ │ └─────somebody tries it again─────────────────────────┘
      │ └───────taken back──────────────────────────────────▶ cancelled
      └─ back-off, an outage: it waits

A follow-up stays ``scheduled`` while it is sent and while it waits for its next attempt, so that a
cancellation finds it; any other status is somebody else's, and left alone.
"""
