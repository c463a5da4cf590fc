"""What needs somebody now, ordered by risk: feedback to read, failed follow-ups, notes on their way, missed days."""
