"""The only file of this app that says FOR UPDATE."""

from collections.abc import Collection

from django.db.models.functions import Now

from feedback.models import FeedbackSummary, NoteDelivery
from workouts.models import ExerciseInWorkout

DebtType = type[FeedbackSummary] | type[NoteDelivery]


def lock_due_debt(debt: DebtType, pk: int) -> FeedbackSummary | NoteDelivery | None:
    """Lock a debt of either kind if it is still due, to charge it for a failure."""
    return debt.objects.select_for_update(of=("self",)).filter(pk=pk, due_at__lte=Now()).first()


def lock_due_summary(key: str, *, skip_locked: bool = False) -> FeedbackSummary | None:
    """Lock the summary of this key; None when it is not due, or taken by another worker."""
    return (
        FeedbackSummary.objects.select_for_update(of=("self",), skip_locked=skip_locked)
        .select_related("patient__tenant", "workout")
        .filter(key=key, due_at__lte=Now())
        .first()
    )


def lock_due_delivery(delivery_id: int, *, skip_locked: bool = False) -> NoteDelivery | None:
    """Lock a delivery whose quiet period is over; None when it is not due, held, or taken by another worker."""
    return (
        NoteDelivery.objects.select_for_update(of=("self",), skip_locked=skip_locked)
        .select_related("workout__patient__tenant", "doctor")
        .filter(pk=delivery_id, due_at__lte=Now(), held_at__isnull=True)
        .first()
    )


def lock_reviews(workout_id: int) -> list[NoteDelivery]:
    """Lock every delivery of a workout, whoever's review it is, by key: two doctors may save at once."""
    rows = NoteDelivery.objects.select_for_update(of=("self",)).filter(workout=workout_id)
    return list(rows.order_by("pk"))


def lock_delivery(delivery_id: int) -> NoteDelivery:
    """Lock a delivery in whatever state it is."""
    return NoteDelivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)


def lock_notes(workout_id: int, exercise_in_workout_ids: Collection[int]) -> list[ExerciseInWorkout]:
    """Lock the exercises notes are to be written on, by key; after the debts: doctors without one share no debt."""
    rows = ExerciseInWorkout.objects.select_for_update(of=("self",)).filter(workout=workout_id)
    return list(rows.filter(pk__in=exercise_in_workout_ids).order_by("pk"))
