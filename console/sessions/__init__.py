"""The table of sessions: what patients did, were asked to do, or are believed to have done."""
