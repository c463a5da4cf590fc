"""Sessions and their exercises as people read them; what is high is said in words, and coloured as well."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import badge
from workouts.models import ExerciseInWorkout, Workout
from workouts.rules import HIGH_EXERTION, HIGH_PAIN
from workouts.states import Status

NOTHING = "–"


def pain_badge(pain: int) -> SafeString:
    """Pain, red where it is high."""
    high = pain >= HIGH_PAIN
    words = _("pain %(n)d — high") if high else _("pain %(n)d")
    return badge(words % {"n": pain}, "red" if high else "plain")


def exertion_badge(exertion: int) -> SafeString:
    """Exertion, orange where it is high."""
    high = exertion >= HIGH_EXERTION
    words = _("exertion %(n)d — high") if high else _("exertion %(n)d")
    return badge(words % {"n": exertion}, "orange" if high else "plain")


def felt_badges(pain: int | None, exertion: int | None = None) -> list[SafeString]:
    """Pain and exertion, as far as the patient told them."""
    told = [] if pain is None else [pain_badge(pain)]
    return told if exertion is None else [*told, exertion_badge(exertion)]


def felt(row: ExerciseInWorkout) -> SafeString:
    """The same of an exercise, in a line."""
    return _side_by_side(felt_badges(row.pain, row.exertion)) or SafeString(NOTHING)


def duration(seconds: int) -> str:
    """How long something took, such as "45 s", "2 min" or "1 h 1 min 40 s", in one unbroken line."""
    whole, rest = divmod(seconds, 60)
    counted = ((whole // 60, _("h")), (whole % 60, _("min")), (rest, _("s")))
    parts = [f"{number}\N{NO-BREAK SPACE}{unit}" for number, unit in counted if number]
    return "\N{NO-BREAK SPACE}".join(parts) or f"0\N{NO-BREAK SPACE}{_('s')}"


def amount(sets: int | None, reps: int | None, seconds: int | None) -> str:
    """How much of an exercise, such as "3 × 10" or "3 × 30 s", in one unbroken line."""
    each = str(reps) if reps is not None else duration(seconds) if seconds is not None else ""
    return (
        "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}".join(
            part for part in (str(sets) if sets is not None else "", each) if part
        )
        or NOTHING
    )


def note(text: str, *, by: object, kind: str) -> SafeString:
    """A note on its author's colour, "patient" or "therapist", under the author's name for it."""
    if not text:
        return SafeString(NOTHING)
    return format_html(
        '<div class="okta-note okta-note-{}"><span class="okta-note-by">{}</span>{}</div>', kind, by, text
    )


def state(workout: Workout) -> SafeString:
    """Whether a session was done, inferred from an app visit, or replaced by a real one."""
    done = workout.status == Status.COMPLETED
    badges = [badge(workout.get_status_display(), "blue" if done else "plain")]
    if workout.completed_via_app_entrance:
        badges.append(badge(_("App Entrance"), "emerald"))
    if workout.superseded_at is not None:
        badges.append(badge(_("replaced by a real workout")))
    return _side_by_side(badges)


def minutes(workout: Workout) -> str:
    """How long a session took, in minutes."""
    return NOTHING if workout.duration_minutes is None else str(workout.duration_minutes)


def _side_by_side(badges: list[SafeString]) -> SafeString:
    return format_html_join(" ", "{}", ((one,) for one in badges))
