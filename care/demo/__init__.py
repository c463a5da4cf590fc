"""
Two clinics to look around in: people who can sign in, sessions that are planned, weeks that lie behind.

Everything is written once and added to on later days; what somebody has changed by hand stays. The
past is written as rows, not lived through actions: nothing of it is due, nothing of it is pushed.
"""
