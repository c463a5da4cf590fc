"""What each button does, and what the person is told afterwards; the row is theirs to see already."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from console.conversations.forms import ScheduleForm
from console.conversations.queries import chosen_follow_ups, recipient
from console.conversations.undo import TooLate, ids_in, note_of
from console.words import in_both
from followups.actions.cancel import cancel, cancel_all
from followups.actions.change import NotScheduled
from followups.actions.restore import restore
from followups.actions.retry import NotFailed, retry
from followups.actions.schedule import schedule
from followups.models import FollowUpRequest
from followups.states import Status
from messaging.models import Conversation
from okta.clock import now as read_clock
from okta.errors import NotFound

Found = TypeVar("Found")


def person(request: HttpRequest) -> User:
    """Whoever is signed in; the admin lets nobody else come here."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def found(row: Found | None) -> Found:
    """:raises Http404: when there is nothing."""
    if row is None:
        raise Http404
    return row


def schedule_from(request: HttpRequest, conversation: Conversation) -> ScheduleForm | None:
    """Schedule what the form says, in the person's name; return the form if something is wrong with it."""
    patient, now = found(recipient(conversation)), read_clock()
    form = ScheduleForm(request.POST, now=now, recipient=patient)
    if not form.is_valid() or form.moment is None:
        return form
    text = form.cleaned_data["display_text"]
    columns = {
        "conversation_id": conversation.pk,
        "user_id": str(patient.pk),
        "display_text": text,
        "original_message": text,
        "scheduled_for": form.moment.instant,
        "urgency": form.cleaned_data["urgency"],
    }
    new, _created = schedule(tenant_id=conversation.tenant_id, columns=columns, scheduled_by=person(request))
    when = in_both(new.scheduled_for, now=now, theirs=patient.zone, yours=person(request).zone)
    sentences = [_("Follow-up scheduled: %s.") % when]
    if form.moment.twice:
        sentences.append(_("The clocks show this time twice that day; the earlier is meant."))
    _say(request, " ".join(sentences), undo=_undo(conversation, "cancel", "follow_up", str(new.pk)))
    return None


def cancel_from(request: HttpRequest, conversation: Conversation) -> None:
    """Cancel the follow-ups that are named, else all that are ahead."""
    named = _named(request)
    if named:
        done = [row.pk for row in _own(conversation, named) if _cancelled(row)]
    else:
        done = cancel_all(tenant_id=conversation.tenant_id, conversation_id=conversation.pk)
    if done:
        sentence = ngettext("%d follow-up was cancelled.", "%d follow-ups were cancelled.", len(done)) % len(done)
        note = note_of(done, conversation_id=conversation.pk, user_id=person(request).pk)
        _say(request, sentence, undo=_undo(conversation, "restore", "note", note))
    elif not named:
        _say(request, _("Nothing was scheduled any more; the badge was taken away."))
    if len(done) < len(named):
        messages.warning(request, NotScheduled.sentence)


def restore_from(request: HttpRequest, conversation: Conversation) -> None:
    """Schedule again what the person has just cancelled."""
    try:
        ids = ids_in(request.POST.get("note", ""), conversation_id=conversation.pk, user_id=person(request).pk)
    except TooLate:
        messages.warning(request, _("It is too late to undo this: schedule the follow-up anew."))
        return
    except NotFound:
        raise Http404 from None
    again = restore(
        tenant_id=conversation.tenant_id, conversation_id=conversation.pk, follow_ups=_own(conversation, ids)
    )
    names = ",".join(str(row.pk) for row in again)
    sentence = ngettext("%d follow-up is scheduled again.", "%d follow-ups are scheduled again.", len(again))
    _say(request, sentence % len(again), undo=_undo(conversation, "cancel", "follow_up", names) if again else "")


def retry_from(request: HttpRequest, conversation: Conversation) -> None:
    """Schedule a failed follow-up again, with a push or without."""
    rows = _own(conversation, _named(request))
    row = found(rows[0] if len(rows) == 1 else None)
    try:
        retry(follow_up_id=row.pk, in_app_only=request.POST.get("channel") == "in_app")
    except NotFailed as refusal:
        messages.warning(request, refusal.sentence)
    else:
        _say(request, _("It will be tried again within a minute."))


def _named(request: HttpRequest) -> list[UUID]:
    """The follow-ups that a button speaks of, one or several."""
    try:
        return [UUID(name) for name in request.POST.get("follow_up", "").split(",") if name]
    except ValueError:
        raise Http404 from None


def _own(conversation: Conversation, ids: Iterable[UUID]) -> list[FollowUpRequest]:
    try:
        return chosen_follow_ups(conversation, ids)
    except NotFound:
        raise Http404 from None


def _cancelled(row: FollowUpRequest) -> bool:
    """Cancel it; False when it is too late, or was cancelled before."""
    if row.status == Status.CANCELLED:
        return False
    try:
        cancel(follow_up_id=row.pk)
    except NotScheduled:
        return False
    return True


def _undo(conversation: Conversation, verb: str, name: str, value: str) -> SafeString:
    """A button that belongs to a form at the end of every page of ours, which brings the CSRF token."""
    return format_html(
        '<button type="submit" form="console-undo" formaction="{}" name="{}" value="{}" class="okta-undo">{}</button>',
        reverse(f"console:{verb}", args=[conversation.pk]), name, value, _("Undo"),
    )  # fmt: skip


def _say(request: HttpRequest, sentence: str, *, undo: Any = "") -> None:
    """Tell the person on the next page; console.js puts the focus there, so that it is read and "Undo" comes next."""
    told = format_html('<span class="okta-told" role="status" tabindex="-1">{}</span> {}', sentence, undo)
    messages.success(request, told)
