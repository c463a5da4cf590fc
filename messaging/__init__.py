"""
Conversations between the people of a clinic, and the messages and structured cards in them.

A conversation is known by its people (and, for a group, its title): asking for the same one twice
gives the same row. Every message has a ``seq`` given under the conversation's lock; a participant's
read position is a ``seq``, so a card that is deleted and inserted afresh is unread again.
"""
