"""
Delivering the outbox: claim, send, settle, in rounds until nothing is due.

Nothing is sent inside a transaction. A process that dies between sending and settling leaves its
lease behind; when it has run out the pushes are sent again, under the same collapse ids.
"""

from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from uuid import UUID

from notifications.actions.hand_over import hand_over
from notifications.actions.notify import discreetly
from notifications.actions.settle import Verdict, settle, verdict
from notifications.locks import Claim, claim, release
from notifications.models import Push
from notifications.queries import discreet_clinics, opted_out, pushes_due
from notifications.states import NO_TRANSPORT, Platform, PushStatus, Unsendable
from notifications.transports import transport_for
from notifications.transports.base import Outcome, Outgoing, Refused, Transport, TransportDown, TryAgain
from okta import wakeups

ROUND = 500
# Seconds into a run: with the slowest request a transport allows, 18 s, a run that starts its last
# batch at the latest moment still ends before the soft time limit of 60 s.
LAST_ROUND = 20.0
LAST_BATCH = 35.0


def deliver_due() -> int:
    """
    Send every push that is due, and return how many were settled, for better or worse.

    Any number of workers may do this at once: each push is claimed by one of them.
    """
    started = monotonic()
    settled = 0
    while monotonic() - started < LAST_ROUND:
        taken = claim(pushes_due(), order="next_attempt_at", limit=ROUND)
        if not taken.ids:
            break
        settled += _send_round(taken, until=started + LAST_BATCH)
    return settled


def _send_round(taken: Claim, *, until: float) -> int:
    settled = 0
    for platform, ids in taken.ids.items():
        transport = transport_for(platform)
        if transport is None:
            refused = Refused(f"{NO_TRANSPORT}{platform}")
            settled += _settle(taken.lease, dict.fromkeys(ids, refused), dict.fromkeys(ids, 0))
        else:
            settled += _send_platform(transport, taken.lease, ids, until=until)
    return settled


def _send_platform(transport: Transport, lease: UUID, ids: Sequence[int], *, until: float) -> int:
    """Send batch by batch; once the provider is down, the rest waits without asking it again."""
    settled = 0
    down: TransportDown | None = None
    for start in range(0, len(ids), transport.batch_size):
        if monotonic() > until:
            release(lease, ids[start:])
            break
        rows = _still_ours(lease, ids[start : start + transport.batch_size])
        outcomes: dict[int, Outcome] = dict(_not_to_be_sent(rows))
        if down is None:
            to_send = [row for row in rows if row.pk not in outcomes]
            handed = hand_over(transport, [_outgoing(row) for row in to_send], until=until)
            outcomes |= {to_send[position].pk: outcome for position, outcome in handed.outcomes.items()}
            down = handed.down
        if down is not None:
            unsent = TryAgain(down.reason, down.retry_after)
            outcomes = {row.pk: outcomes.get(row.pk, unsent) for row in rows}
        release(lease, [row.pk for row in rows if row.pk not in outcomes])
        settled += _settle(lease, outcomes, {row.pk: row.attempts for row in rows})
    return settled


def _still_ours(lease: UUID, ids: Sequence[int]) -> list[Push]:
    """
    Read the rows just before sending: people, devices and the clinic's wishes may have changed.

    What was composed before the clinic wanted discretion is sent discreetly; the row keeps its text.
    """
    owed = Push.objects.filter(pk__in=ids, lease=lease, status=PushStatus.PENDING)
    rows = list(owed.select_related("device", "notification__recipient__tenant").order_by("pk"))
    recipients = [row.notification.recipient for row in rows]
    discreet = discreet_clinics({person.tenant_id for person in recipients if person.tenant_id is not None})
    for row, person in zip(rows, recipients, strict=True):
        if person.tenant_id in discreet:
            text, row.data = discreetly(person, row.data)
            row.title, row.body = text.title, text.body
    return rows


def _not_to_be_sent(rows: Sequence[Push]) -> Iterator[tuple[int, Refused]]:
    silent = opted_out({row.device.token for row in rows if row.platform == Platform.SMS})
    for row in rows:
        if row.device.user_id != row.notification.recipient_id:
            yield row.pk, Refused(Unsendable.NOT_THEIRS.value)
        elif row.device.retired_at is not None:
            yield row.pk, Refused(Unsendable.RETIRED.value)
        elif not row.notification.recipient.may_sign_in:
            yield row.pk, Refused(Unsendable.SHUT_OUT.value)
        elif row.platform == Platform.SMS and row.device.token in silent:
            yield row.pk, Refused(Unsendable.OPTED_OUT.value)


def _outgoing(row: Push) -> Outgoing:
    return Outgoing(
        push_id=row.pk,
        token=row.device.token,
        title=row.title,
        body=row.body,
        data=row.data,
        collapse_id=row.collapse_id,
        urgent=row.urgent,
        keys=row.device.keys,
    )


def _settle(lease: UUID, outcomes: dict[int, Outcome], attempts: dict[int, int]) -> int:
    verdicts = {pk: verdict(outcome, attempts=attempts[pk] + 1) for pk, outcome in outcomes.items()}
    settled = settle(lease=lease, verdicts=verdicts, charge=1)
    _wake_again(verdicts.values())
    return settled


def _wake_again(verdicts: Iterable[Verdict]) -> None:
    """
    Wake a worker when the next attempts are due.

    Each wait has a key of its own: under a shared one, a long wait would be taken for the wake-up
    that a fresh push asks for.
    """
    for wait in {given.wait for given in verdicts if given.status == PushStatus.PENDING}:
        wakeups.wake("notifications.deliver", key=f"notifications.deliver:{wait.total_seconds():.0f}", after=wait)
