"""Columns and conditions that several of the tables share."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID, TransactionNow
from django.db import models
from django.db.models import CheckConstraint, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from followups.states import Status, Urgency

SCHEDULED = Q(status=Status.SCHEDULED)
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class WholeSecond(Func):
    """
    ``date_trunc('second', now())``.

    Django's TruncSecond converts to a time zone and back, and in a session that is not in UTC the
    column's default would be hours off.
    """

    function = "date_trunc"

    def __init__(self) -> None:
        super().__init__(Value("second"), TransactionNow(), output_field=models.DateTimeField())


def plausible(*names: str, table: str) -> CheckConstraint:
    """
    The constraint that these instants lie between the years 1900 and 9000; NULL passes.

    PostgreSQL knows infinity and the year 200000, Python does not: one such row from outside would
    break every list it is in.
    """
    every = Q()
    for name in names:
        every &= Q(**{f"{name}__gte": EARLIEST, f"{name}__lt": LATEST}) | Q(**{f"{name}__isnull": True})
    return CheckConstraint(condition=every, name=f"{table}_plausible_instants")


class FollowUpColumns(models.Model):
    """
    A message promised to a parent at an instant.

    ``conversation_id`` and ``user_id`` are the client's own and refer to nothing of ours for sure;
    rows from outside know no clinic until delivery or an interface has found it. Everything below
    ``sent_at`` is ours: a row stays ``scheduled`` while it is being sent and while it waits for its
    next attempt, so that the client's cancellation finds it.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    conversation_id = models.UUIDField(_("conversation"))
    user_id = models.TextField(_("parent"))
    scheduled_for = models.DateTimeField(_("scheduled for"))
    urgency = models.TextField(_("urgency"), db_default=Urgency.ROUTINE.value)
    display_text = models.TextField(_("text"))
    original_message = models.TextField(_("original message"), null=True)  # noqa: DJ001  the contract's NULL
    status = models.TextField(_("status"), db_default=Status.SCHEDULED.value)
    child_name = models.TextField(_("child"), null=True)  # noqa: DJ001
    child_age = models.TextField(_("age"), null=True)  # noqa: DJ001
    device_token = models.TextField(_("device token"), null=True)  # noqa: DJ001
    # The client truncates these three wrongly: scheduled_for alone counts.
    follow_up_days = models.IntegerField(null=True)
    follow_up_hours = models.IntegerField(null=True)
    follow_up_minutes = models.IntegerField(null=True)
    created_at = models.DateTimeField(_("created at"), db_default=TransactionNow())
    sent_at = models.DateTimeField(_("sent at"), null=True)

    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("clinic"))
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("scheduled by")
    )
    unverified = models.BooleanField(
        _("unverified"),
        db_default=False,
        help_text=_("Its conversation and parent match no review request and no conversation of the clinic."),
    )
    in_app_only = models.BooleanField(_("in the app only"), db_default=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), db_default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(_("reason"), max_length=200, db_default="")
    failed_at = models.DateTimeField(_("failed at"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)
