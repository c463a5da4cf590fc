"""Writing what was said about the sessions that lie behind: cards, notes, messages, and who was told."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from accounts.models import User
from care.demo.people import Cared
from care.demo.programs import PROGRAMS
from care.demo.sessions import moment_of, place
from care.demo.told import Telling, tell
from feedback.actions.conversation import feedback_conversation
from feedback.cards import flagged_exercises, note_card, note_key, summary_card, summary_key
from feedback.models import FeedbackSummary, NoteDelivery
from messaging.models import Conversation, Message, Participant
from messaging.states import MessageType
from notifications.states import NotificationType
from workouts.models import ExerciseInWorkout, Workout
from workouts.queries import with_exercises

QUIET_PERIOD = timedelta(minutes=5)
ASKED_AT, ANSWERED_AFTER = time(12, 5), timedelta(minutes=35)
REVIEWED_AT = time(9, 15)
SAVES = 2


def talk_over(cared: Cared, workouts: Sequence[Workout], *, now: datetime) -> int:
    """
    Write what followed from completed workouts, as it would stand today, all of it read and nothing due.

    Returns how many messages and cards that is.
    """
    sessions = list(with_exercises(Workout.objects.filter(pk__in=[workout.pk for workout in workouts])))
    _settle(sessions)
    conversation = feedback_conversation(patient=cared.patient, doctors=cared.doctors)
    if conversation is None or not sessions:
        return 0
    story = _Story(cared, conversation, now)
    said = sorted(
        (message for session in sessions for message in story.messages(session)), key=lambda message: message.created_at
    )
    for seq, message in enumerate(said, conversation.last_seq + 1):
        message.seq = seq
    Message.objects.bulk_create(said)
    _all_read(conversation, said)
    tell(story.told)
    return len(said)


def _settle(sessions: Sequence[Workout]) -> None:
    """Every completion owes a summary; those of the past are settled, whatever there was to say."""
    FeedbackSummary.objects.bulk_create(
        FeedbackSummary(
            key=summary_key(session.pk),
            patient_id=session.patient_id,
            workout=session,
            day=session.day,
            settled_at=session.completed_at,
        )
        for session in sessions
    )


def _all_read(conversation: Conversation, said: Sequence[Message]) -> None:
    if not said:
        return
    values = {"last_seq": said[-1].seq, "last_activity_at": said[-1].created_at}
    if conversation.last_seq == 0:
        values["created_at"] = said[0].created_at
    Conversation.objects.filter(pk=conversation.pk).update(**values)
    Participant.objects.filter(conversation=conversation).update(last_read_seq=said[-1].seq)


class _Story:
    """What one patient and their doctors said to each other, session by session."""

    def __init__(self, cared: Cared, conversation: Conversation, now: datetime) -> None:
        self.cared = cared
        self.conversation = conversation
        self.now = now
        self.program = PROGRAMS[cared.patient.email]
        self.told: list[Telling] = []

    def messages(self, session: Workout) -> Iterator[Message]:
        """The messages and cards of one session, without their ``seq``."""
        exercises = list(session.exercises.all())
        yield from self._small_talk(session)
        yield from self._summary(session, exercises)
        yield from self._review(session, exercises)

    def _small_talk(self, session: Workout) -> Iterator[Message]:
        assert session.completed_on is not None  # noqa: S101  only completed workouts come here
        talk = self.program.talks.get(place(self.program, session.completed_on))
        if talk:
            question, answer = talk
            asked_at = datetime.combine(session.completed_on, ASKED_AT, tzinfo=self.cared.patient.zone)
            yield self._message(self.cared.patient, asked_at, question)
            yield self._message(self.cared.owner, asked_at + ANSWERED_AFTER, answer)

    def _summary(self, session: Workout, exercises: list[ExerciseInWorkout]) -> Iterator[Message]:
        flagged = flagged_exercises(exercises)
        if not flagged:
            return
        name, at, key = self.cared.patient.name, session.completed_at, summary_key(session.pk)
        assert at is not None  # noqa: S101
        high_pain = any("pain" in row["flags"] for row in flagged)
        sentence = f"{name} reported high pain" if high_pain else f"{name} left feedback"
        card = self._message(self.cared.patient, at, sentence)
        card.type, card.card_key = MessageType.PATIENT_FEEDBACK_SUMMARY, key
        card.metadata = summary_card(self.cared.patient, session.pk, session.day, flagged)
        self._tell(self.cared.doctors, NotificationType.PATIENT_FEEDBACK, key, card, session)
        yield card

    def _review(self, session: Workout, exercises: list[ExerciseInWorkout]) -> Iterator[Message]:
        day = session.completed_on
        assert day is not None  # noqa: S101
        written_at = datetime.combine(day + timedelta(days=1), REVIEWED_AT, tzinfo=self.cared.owner.zone)
        noted = [row for row in exercises if (moment := moment_of(self.program, day, row.position)) and moment.reply]
        # The newest session is still to be reviewed: of today, nothing is written.
        if not noted or written_at.date() >= self.now.astimezone(self.cared.owner.zone).date():
            return
        for row in noted:
            moment = moment_of(self.program, day, row.position)
            row.doctor_notes_post_exercise = moment.reply if moment else ""
            row.doctor_notes_post_exercise_at = written_at
        ExerciseInWorkout.objects.bulk_update(noted, ["doctor_notes_post_exercise", "doctor_notes_post_exercise_at"])
        yield self._deliver(session, noted, written_at)

    def _deliver(self, session: Workout, noted: list[ExerciseInWorkout], written_at: datetime) -> Message:
        doctor, sent_at = self.cared.owner, written_at + QUIET_PERIOD
        NoteDelivery.objects.create(
            workout=session, doctor=doctor, rev=SAVES, delivered_rev=SAVES, delivered_at=sent_at, created_at=written_at
        )
        card = self._message(doctor, sent_at, "Your therapist reviewed your session")
        card.type, card.card_key = MessageType.DOCTOR_FEEDBACK_NOTE, note_key(session.pk, doctor.pk)
        card.metadata = note_card(session, doctor, SAVES, noted)
        key = f"{card.card_key}:{SAVES}"
        self._tell([self.cared.patient], NotificationType.DOCTOR_FEEDBACK, key, card, session)
        return card

    def _message(self, sender: User, at: datetime, content: str) -> Message:
        return Message(conversation=self.conversation, sender=sender, content=content, created_at=at)

    def _tell(self, people: Sequence[User], kind: NotificationType, key: str, card: Message, session: Workout) -> None:
        data = {"type": kind.value, "workoutId": session.pk, "conversationId": str(self.conversation.pk)}
        self.told += [Telling(person, kind, key, card.content, data, card.created_at) for person in people]
