"""
What operators look at: sweeps, beat's schedule, refused sign-ins. And the sidebar of the whole admin.

A clinic's administrators see none of these pages.
"""

from collections.abc import Sequence
from typing import Any

from axes import admin as axes_admin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import get_script_prefix, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from okta.admin_page import AdminPage
from okta.models import Alert, SweepRun
from okta.status import status_for

# Importing their pages first, so that there is something to put ours in place of.
for registered in (axes_admin.AccessAttempt, axes_admin.AccessFailureLog, beat_admin.PeriodicTask):
    admin.site.unregister(registered)
# Nobody writes these: successful sign-ins are not logged, and every schedule is an interval.
for unused in (AccessLog, ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule):
    admin.site.unregister(unused)


class OperatorPage(AdminPage):
    """Rows that belong to no clinic: for operators, to look at."""

    show_full_result_count = False
    list_filter_sheet = False

    def _is_operator(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_superuser and user.tenant_id is None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SweepRun)
class SweepRunPage(OperatorPage):
    """When each sweep ran, what it found, and how late the work was."""

    list_display = ("kind", "started_at", "outcome", "rows", "lag")
    list_filter = ("kind", "ok")
    ordering = ("-started_at", "-pk")

    @admin.display(description=_("outcome"), ordering="ok")
    def outcome(self, run: SweepRun) -> str:
        if run.finished_at is None:
            return str(_("running"))
        return str(_("well")) if run.ok else str(_("failed: %s") % run.failed)


@admin.register(Alert)
class AlertPage(OperatorPage):
    """What people were told is wrong, since when, and until when."""

    list_display = ("kind", "opened_at", "until", "detail")
    list_filter = ("kind",)
    ordering = ("-opened_at", "-pk")

    @admin.display(description=_("until"), ordering="closed_at")
    def until(self, alert: Alert) -> Any:
        return alert.closed_at or _("still")


@admin.register(PeriodicTask)
class SchedulePage(OperatorPage):
    """What beat asks for, and how often; the settings say both, and beat writes them here when it starts."""

    fields = ("name", "asks_for", "every", "queue", "enabled", "last_run_at", "total_run_count", "date_changed")
    list_display = ("name", "every", "is_sweep", "enabled", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description=_("how often"))
    def every(self, task: PeriodicTask) -> str:
        return str(task.scheduler)

    @admin.display(description=_("task"))
    def asks_for(self, task: PeriodicTask) -> str:
        return str(task.task)

    @admin.display(description=_("a sweep of ours"), boolean=True)
    def is_sweep(self, task: PeriodicTask) -> bool:
        return task.name in settings.SWEEPS


class _SignIns(OperatorPage):
    """Rows of axes; two of its labels are English in every language."""

    @admin.display(description=_("browser"))
    def browser(self, row: Any) -> str:
        return str(row.user_agent)

    @admin.display(description=_("what the browser accepts"))
    def accepted(self, row: Any) -> str:
        return str(row.http_accept)


@admin.register(AccessAttempt)
class AttemptPage(_SignIns):
    """Who is failing to sign in from where; deleting a row lets them try again at once."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "locked_out")
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time",)
    fields = (
        "browser", "ip_address", "username", "accepted", "path_info", "attempt_time", "failures_since_start",
    )  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    @admin.display(description=_("locked out"), boolean=True)
    def locked_out(self, attempt: AccessAttempt) -> bool:
        return bool(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT)


@admin.register(AccessFailureLog)
class FailurePage(_SignIns):
    """Every refused sign-in."""

    list_display = ("attempt_time", "username", "ip_address", "locked_out", "path_info")
    fields = ("browser", "ip_address", "username", "accepted", "path_info", "attempt_time", "locked_out")
    list_filter = ("locked_out",)
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time",)


Entry = tuple[Any, str, str]

# An entry leads to a page of the admin, or by a name with a colon to a page of the console.
SIDEBAR: Sequence[tuple[Any, Sequence[Entry]]] = (
    (
        _("The day"),
        (
            (_("Today"), "today", "console:today"),
            (_("Sessions"), "exercise", "console:sessions"),
            (_("Conversations"), "forum", "console:conversations"),
        ),
    ),
    (
        _("The clinic"),
        (
            (_("Clinics"), "home_health", "accounts_tenant"),
            (_("Features"), "toggle_on", "accounts_tenantsettings"),
            (_("People"), "group", "accounts_user"),
            (_("Who cares for whom"), "volunteer_activism", "accounts_carelink"),
            (_("Who read what"), "visibility", "accounts_reading"),
        ),
    ),
    (
        _("Sessions"),
        (
            (_("Workouts"), "exercise", "workouts_workout"),
            (_("App visits"), "door_open", "entrances_appentrance"),
            (_("Exercises"), "sports_gymnastics", "workouts_exercise"),
        ),
    ),
    (
        _("Feedback"),
        (
            (_("Threads"), "forum", "messaging_conversation"),
            (_("From patients"), "sick", "feedback_feedbacksummary"),
            (_("From therapists"), "rate_review", "feedback_notedelivery"),
        ),
    ),
    (
        _("Follow-ups"),
        (
            (_("Follow-ups"), "alarm", "followups_followuprequest"),
            (_("Archived follow-ups"), "inventory_2", "followups_followuparchive"),
            (_("Attempts"), "repeat", "followups_followupattempt"),
            (_("Delivered messages"), "mark_chat_read", "followups_followupmessage"),
            (_("Review requests"), "clinical_notes", "followups_providerreviewrequest"),
            (_("Providers' devices"), "phone_iphone", "followups_provider"),
            (_("API keys"), "vpn_key", "followups_apikey"),
        ),
    ),
    (
        _("Remote monitoring"),
        (
            (_("Days of evidence"), "monitor_heart", "rtm_evidenceday"),
            (_("Time spent"), "timer", "rtm_timeentry"),
            (_("Certified months"), "lock_clock", "rtm_certifiedmonth"),
        ),
    ),
    (
        _("What people are told"),
        (
            (_("Notifications"), "notifications", "notifications_notification"),
            (_("Pushes"), "send_to_mobile", "notifications_push"),
            (_("Devices"), "smartphone", "notifications_device"),
            (_("Signed in"), "key", "knox_authtoken"),
        ),
    ),
    (
        _("Operations"),
        (
            (_("Status"), "monitor_heart", "console:status"),
            (_("Alerts"), "notification_important", "okta_alert"),
            (_("Sweeps"), "cleaning_services", "okta_sweeprun"),
            (_("Schedule"), "schedule", "django_celery_beat_periodictask"),
            (_("Failing sign-ins"), "lock", "axes_accessattempt"),
            (_("Refused sign-ins"), "block", "axes_accessfailurelog"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: what the person may open, grouped by what a clinic does."""
    groups = []
    for title, entries in SIDEBAR:
        items = [
            {"title": capfirst(label), "icon": icon, "link": _link(request, name)}
            for label, icon, name in entries
            if _may_open(request, name)
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The first page shows how things are going, and the groups of the sidebar instead of the names of apps."""
    return {
        **context,
        "title": _("Overview"),
        "blocks": status_for(request.user),
        "more": _link(request, "console:status") if _may_open(request, "console:status") else "",
        "groups": navigation(request),
    }


def _may_open(request: HttpRequest, name: str) -> bool:
    if ":" in name:
        # Routes know nothing of a prefix that the server has put before their addresses.
        path = f"/{reverse(name).removeprefix(get_script_prefix())}"
        return bool(resolve(path).func.may_open(request.user))  # type: ignore[attr-defined]
    pages = {f"{page.opts.app_label}_{page.opts.model_name}": page for page in admin.site._registry.values()}
    return name in pages and pages[name].has_module_permission(request)


def _link(request: HttpRequest, name: str) -> str:
    if ":" in name:
        return reverse(name)
    own_clinic = getattr(request.user, "tenant_id", None)
    if own_clinic and name in ("accounts_tenant", "accounts_tenantsettings"):
        # A clinic's administrator has one clinic: no list of one.
        return reverse(f"admin:{name}_change", args=[own_clinic])
    return reverse(f"admin:{name}_changelist")
