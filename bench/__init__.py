"""Measurements anyone can repeat: ratios taken side by side in one run, never absolute promises."""
