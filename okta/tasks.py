"""The heartbeat: one row a minute proves beat, broker, worker and database in one."""

from okta.sweeps import Swept, forget_old_runs, sweep


@sweep("okta.heartbeat")
def heartbeat() -> Swept:
    """Leave a sign of life, and clear away signs that are two weeks old."""
    return Swept(rows=forget_old_runs())
