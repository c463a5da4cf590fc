"""What of this app an operator must know."""

from entrances.locks import overdue


def failing_entrances() -> list[str]:
    """Visits whose finalization failed; every sweep tries them again."""
    failing = overdue().exclude(last_error="").count()
    return [f"entrances: {failing} failing"] if failing else []
