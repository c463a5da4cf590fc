"""Handing follow-ups to the push services: outside any transaction, batched per service."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from followups import wording
from followups.models import FollowUpRequest
from followups.parcels import Parcel, Target
from followups.states import Status
from followups.verdicts import Answer
from notifications.actions.hand_over import Handed, hand_over
from notifications.actions.pause_transport import Outage, outages, pause_transport, resume_transport
from notifications.queries import discreet_clinics
from notifications.states import NO_TRANSPORT
from notifications.transports import transport_for
from notifications.transports.base import Accepted, Outgoing, Refused, Transport, TransportDown, TryAgain
from okta.errors import reason

Answers = dict[UUID, list[tuple[Target, Answer]]]
"""What each place of each follow-up said; one that was not asked about everywhere, and nowhere taken, is not in it."""


def send(*, lease: UUID, parcels: Sequence[Parcel], until: float) -> Answers:
    """
    Push each follow-up that is still to be said to each of its places.

    What was cancelled or taken over since it was claimed is left out, and so is what the time was up
    for. A service known to be down is not asked again before its pause is over.
    """
    wanted = set(
        FollowUpRequest.objects.filter(
            pk__in=[parcel.id for parcel in parcels], lease=lease, status=Status.SCHEDULED
        ).values_list("pk", flat=True)
    )
    discreet = discreet_clinics({parcel.tenant_id for parcel in parcels if parcel.tenant_id is not None})
    post = _Post(until)
    for parcel in parcels:
        if parcel.id in wanted:
            post.add(parcel, discreet=parcel.tenant_id in discreet)
    return post.deliver()


class _Post:
    """What is to be sent in one go, by service, and what came of it."""

    def __init__(self, until: float) -> None:
        self._until = until
        self._down = outages()
        self._bags: dict[str, list[tuple[Parcel, Target, Outgoing]]] = {}
        self._answers: Answers = {}
        self._unasked: set[UUID] = set()

    def add(self, parcel: Parcel, *, discreet: bool) -> None:
        self._answers[parcel.id] = []
        for target in parcel.targets:
            try:
                outgoing = wording.push(parcel, target, discreet=discreet)
            except Exception as error:  # what one row wakes must not hold up the others
                self._answers[parcel.id].append((target, TryAgain(reason(error))))
            else:
                self._bags.setdefault(target.platform, []).append((parcel, target, outgoing))

    def deliver(self) -> Answers:
        for platform, bag in self._bags.items():
            transport = transport_for(platform)
            if transport is None:
                self._answer_all(bag, Refused(f"{NO_TRANSPORT}{platform}"))
            else:
                self._deliver(platform, transport, bag)
        return {pk: answers for pk, answers in self._answers.items() if pk not in self._unasked or _is_taken(answers)}

    def _deliver(self, platform: str, transport: Transport, bag: list[tuple[Parcel, Target, Outgoing]]) -> None:
        for start in range(0, len(bag), transport.batch_size):
            part = bag[start : start + transport.batch_size]
            outage = self._down.get(platform)
            if outage is not None and outage.pause.total_seconds() > 0:
                self._answer_all(part, outage)
                continue
            handed = hand_over(transport, [outgoing for _parcel, _target, outgoing in part], until=self._until)
            if handed.outcomes and self._down.pop(platform, None) is not None:
                resume_transport(platform=platform)
            outage = _pause(platform, handed.down) if handed.down is not None else None
            if outage is not None:
                self._down[platform] = replace(outage, asked=False)
            self._take(part, handed, outage)

    def _take(self, part: Sequence[tuple[Parcel, Target, Outgoing]], handed: Handed, outage: Outage | None) -> None:
        for position, (parcel, target, _outgoing) in enumerate(part):
            answer: Answer | None = handed.outcomes.get(position, outage)
            if answer is None:
                self._unasked.add(parcel.id)
            else:
                self._answers[parcel.id].append((target, answer))

    def _answer_all(self, part: Sequence[tuple[Parcel, Target, Outgoing]], answer: Answer) -> None:
        for parcel, target, _outgoing in part:
            self._answers[parcel.id].append((target, answer))


def _is_taken(answers: Sequence[tuple[Target, Answer]]) -> bool:
    """One place is enough: where others were out of time, repeating it would only ring the first again."""
    return any(isinstance(answer, Accepted) for _target, answer in answers)


def _pause(platform: str, down: TransportDown) -> Outage:
    pause = max(settings.FOLLOWUP_RETRY_BASE, down.retry_after or settings.FOLLOWUP_RETRY_BASE)
    return pause_transport(platform=platform, reason=down.reason, pause=pause)
