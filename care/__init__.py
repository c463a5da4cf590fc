"""
Journeys that cross apps, and the HTTP doors that need several of them. No tables.

The order of side effects of a journey is readable in one function here.
"""
