from django.db.models.functions import Now

from feedback.models import FeedbackSummary
from workouts.models import Workout


def owe_summary(*, workout: Workout) -> None:
    """
    Record, in the completion's own transaction, that the therapists are owed a summary.

    Whatever happens after that transaction, the sweep finds this row. Owing twice is owing once.
    """
    FeedbackSummary.objects.bulk_create([FeedbackSummary(workout=workout, due_at=Now())], ignore_conflicts=True)
