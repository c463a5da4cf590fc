"""Pure decisions about alerts: True when one must be open, False when it must not, None to leave it."""

from datetime import timedelta

from followups.measures import SWEEP, Tries
from okta.sweeps import is_late, is_overdue

# One more success than it takes to open it would also close it, and the next failure open it again.
ALARMING_PERCENT, ENOUGH_TRIES = 95, 20
HEALTHY_PERCENT, TOO_FEW_TRIES = 97, 10


def too_few_succeed(tries: Tries) -> bool | None:
    """Under 95 % of at least 20 tries alarm (follow-up system, 2025-11-09); 97 %, or hardly any try, end it."""
    if tries.below(ALARMING_PERCENT, of_at_least=ENOUGH_TRIES):
        return True
    return None if tries.below(HEALTHY_PERCENT, of_at_least=TOO_FEW_TRIES) else False


def sweep_has_stopped(since_sweep: timedelta | None) -> bool | None:
    """Three intervals without a good sweep alarm, but no process that has not lived for as long; a good one ends it."""
    if is_late(SWEEP, since_sweep):
        return True
    return None if is_overdue(SWEEP, since_sweep) else False
