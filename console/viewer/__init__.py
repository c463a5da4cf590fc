"""A session of a patient: what was planned and done, how it felt, and what is written about it."""
