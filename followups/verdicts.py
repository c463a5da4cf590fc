"""What becomes of a follow-up, judged by what its places answered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from followups.parcels import Parcel, Target
from followups.rules import ATTEMPTS, backoff
from followups.states import Channel, Outcome, Status
from notifications.actions.pause_transport import Outage
from notifications.transports.base import Accepted, Refused, TryAgain

Answer = Accepted | Refused | TryAgain | Outage
"""What one place said; an outage: its service takes nothing from anybody."""

EMPTY = "empty"
WORKER_DIED = "the worker died while sending it"


@dataclass(frozen=True, slots=True)
class Try:
    """One row of the record: what was tried on one channel, and what came of it."""

    channel: str
    outcome: Outcome
    reason: str = ""
    token: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a follow-up becomes; ``wait`` is the time to its next attempt, more or less, None when there is none.

    ``at_least`` is how long a service wants to be left alone: no spread of the wait undercuts that.
    ``gone`` are tokens that their services do not know any more.
    """

    status: Status
    tries: tuple[Try, ...]
    charge: int = 0
    reason: str = ""
    wait: timedelta | None = None
    at_least: timedelta | None = None
    gone: tuple[str, ...] = ()


def in_app(parcel: Parcel) -> Verdict:
    """The verdict on a follow-up that nothing has to be asked about: said in the app, if it says anything."""
    if parcel.is_empty:
        return Verdict(Status.FAILED, (Try(Channel.NONE, Outcome.REFUSED, EMPTY),), parcel.charge, EMPTY)
    return Verdict(Status.SENT, (Try(Channel.IN_APP, Outcome.ACCEPTED),), parcel.charge)


def lost() -> Verdict:
    """What is recorded of an attempt that ended with the death of its worker; the row waits for nothing."""
    return Verdict(Status.SCHEDULED, (Try(Channel.NONE, Outcome.LOST, WORKER_DIED),))


def exhausted() -> Verdict:
    """The verdict on a follow-up whose every attempt ended so."""
    return Verdict(Status.FAILED, (), reason=WORKER_DIED)


def judge(parcel: Parcel, answers: Sequence[tuple[Target, Answer]], *, base: timedelta, grace: timedelta) -> Verdict:
    """
    Judge one attempt: sent as soon as one place has taken it, failed when none ever will.

    An outage within ``grace`` charges nobody. Nor does a pause, however long: who was not asked about has
    not been tried. Otherwise the attempt counts, and after the third the follow-up has failed; the wait
    grows from ``base``, and a service's wish to wait longer is respected.
    """
    said = [answer for _target, answer in answers]
    verdict = _judge(parcel, said, base=base, grace=grace)
    return replace(
        verdict,
        tries=tuple(_try(target, answer) for target, answer in answers if not _is_unasked(answer)),
        gone=tuple(target.token for target, answer in answers if isinstance(answer, Refused) and answer.retire_device),
    )


def _judge(parcel: Parcel, said: Sequence[Answer], *, base: timedelta, grace: timedelta) -> Verdict:
    if any(isinstance(answer, Accepted) for answer in said):
        return Verdict(Status.SENT, (), parcel.charge)
    waiting = [answer for answer in said if isinstance(answer, TryAgain | Outage)]
    reason = next(answer.reason for answer in [*waiting, *said] if not isinstance(answer, Accepted))
    waits = [answer.pause if isinstance(answer, Outage) else answer.after or timedelta(0) for answer in waiting]
    wished = max(waits, default=None)
    if any(_is_unasked(answer) or (isinstance(answer, Outage) and answer.lasted <= grace) for answer in waiting):
        return Verdict(Status.SCHEDULED, (), 0, reason, wait=wished, at_least=wished)
    if wished is None or parcel.number >= ATTEMPTS:
        return Verdict(Status.FAILED, (), parcel.charge, reason)
    wait = max(backoff(parcel.number, base=base), wished)
    return Verdict(Status.SCHEDULED, (), parcel.charge, reason, wait=wait, at_least=wished)


def _is_unasked(answer: Answer) -> bool:
    return isinstance(answer, Outage) and not answer.asked


def failed_by_us(parcel: Parcel, reason: str, *, base: timedelta) -> Verdict:
    """The verdict on a follow-up that our own code or the database could not cope with."""
    tries = (Try(Channel.NONE, Outcome.ERROR, reason),)
    if parcel.number >= ATTEMPTS:
        return Verdict(Status.FAILED, tries, parcel.charge, reason)
    return Verdict(Status.SCHEDULED, tries, parcel.charge, reason, wait=backoff(parcel.number, base=base))


def _try(target: Target, answer: Answer) -> Try:
    match answer:
        case Accepted(ticket):
            return Try(target.platform, Outcome.ACCEPTED, token=target.token, ticket=ticket)
        case Refused(reason):
            return Try(target.platform, Outcome.REFUSED, reason, target.token)
        case Outage():
            return Try(target.platform, Outcome.DOWN, answer.reason, target.token)
    return Try(target.platform, Outcome.TRY_AGAIN, answer.reason, target.token)
