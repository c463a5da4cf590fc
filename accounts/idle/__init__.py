"""
Nobody stays signed in to the admin for long without doing anything: ``settings.IDLE_SIGN_OUT``.

The server is the truth. What a person asks for is activity; what a page asks for by itself is not, and
neither is an answer. Browsers tell of keys and pointers at most once a minute (``static/accounts/idle.js``),
so that somebody who types a long note stays, and warn before the end.
"""
