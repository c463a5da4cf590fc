"""
Scheduled follow-ups: what a provider promised to say to a parent, and when.

The tables are a contract with a mobile client that writes them itself, in plain SQL: names, columns
and every default live in the database. Today they answer whether a conversation has a follow-up
scheduled.
"""
