"""What a closed window turns into. Pure: no ORM, no clock, no settings."""

from dataclasses import dataclass

from entrances.states import Reason, Status


@dataclass(frozen=True, slots=True)
class Evidence:
    """All the verdict may look at, read by the caller while it holds the locks."""

    tracking_enabled: bool
    real_workout_that_day: bool
    planned_workout_id: int | None
    last_workout_id: int | None

    @property
    def source_workout_id(self) -> int | None:
        """What a mirror would copy: the plan of that day, else the last workout really done."""
        return self.planned_workout_id or self.last_workout_id


def verdict(evidence: Evidence) -> tuple[Status, Reason]:
    """What the entrance becomes, and why (app entrance tracking, 2026-04-08)."""
    if not evidence.tracking_enabled:
        return Status.SKIPPED_FEATURE_DISABLED, Reason.FEATURE_OFF
    if evidence.real_workout_that_day:
        return Status.CANCELED_BY_REAL_WORKOUT, Reason.REAL_WORKOUT
    if evidence.planned_workout_id is not None:
        return Status.FINALIZED_TO_INFERRED_WORKOUT, Reason.PLANNED_WORKOUT
    if evidence.last_workout_id is not None:
        return Status.FINALIZED_TO_INFERRED_WORKOUT, Reason.LAST_WORKOUT
    return Status.SKIPPED_NO_SOURCE_WORKOUT, Reason.NO_SOURCE
