"""What of this app an operator must know."""

from feedback.queries import dead_debts


def dead_deliveries() -> list[str]:
    """Feedback that failed three times and is tried every hour."""
    dead = dead_debts()
    return [f"feedback: {dead} dead deliveries"] if dead else []
