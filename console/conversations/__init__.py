"""Who talks to whom, and what is still to be said: scheduled from the row, cancelled by the badge, undone."""
