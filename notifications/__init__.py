"""
Telling people: devices, the in-app feed, the outbox, and the transports to push providers.

This is the only app that talks to the network. A story writes its pushes as rows in its own
transaction; a worker claims, sends and settles them::

    PENDING ──accepted──▶ SENT ──receipt──▶ DELIVERED
     │  ▲ ▲                │ └───receipt──▶ FAILED
     │  │ └────── too fast ┘
     │  └─ try again
     └──refused, or too old──▶ FAILED
"""
