"""What the demo's patients are asked to do, and how it goes: a story of eight sessions each, over and over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Final

from care.demo.cast import JONAS, LEO, MAYA, NINA, PAT, TOM
from workouts.states import Block, ExerciseType

STORY_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class Assignment:
    """One exercise of a program: ``sets`` of ``reps`` repetitions, or of ``seconds``."""

    name: str
    block: Block
    sets: int
    reps: int | None = None
    seconds: int | None = None

    @property
    def type(self) -> ExerciseType:
        return ExerciseType.REPS_BASED if self.seconds is None else ExerciseType.TIME_BASED


@dataclass(frozen=True, slots=True)
class Moment:
    """What stood out at one exercise of a session; ``note`` is the patient's, ``reply`` the therapist's."""

    position: int
    pain: int
    exertion: int
    note: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """The sessions of one patient; ``moments`` and ``talks`` are keyed by the session's place in the story."""

    assignments: tuple[Assignment, ...]
    weekdays: frozenset[int]
    starts_at: time
    usual_pain: int
    moments: Mapping[int, tuple[Moment, ...]]
    talks: Mapping[int, tuple[str, str]] = field(default_factory=dict)


MON_WED_FRI: Final = frozenset({0, 2, 4})
TUE_THU_SAT: Final = frozenset({1, 3, 5})
MON_THU: Final = frozenset({0, 3})

KNEE = (
    Assignment("Heel slide", Block.WARM_UP, 2, reps=12),
    Assignment("Straight leg raise", Block.MAIN_SESSION, 3, reps=10),
    Assignment("Wall sit", Block.MAIN_SESSION, 3, seconds=30),
    Assignment("Calf stretch", Block.COOL_DOWN, 2, seconds=45),
)
SHOULDER = (
    Assignment("Pendulum swing", Block.WARM_UP, 2, seconds=60),
    Assignment("Band external rotation", Block.MAIN_SESSION, 3, reps=12),
    Assignment("Wall slide", Block.MAIN_SESSION, 3, reps=10),
)
BACK = (
    Assignment("Cat and camel", Block.WARM_UP, 2, reps=10),
    Assignment("Bird dog", Block.MAIN_SESSION, 3, reps=8),
    Assignment("Glute bridge", Block.MAIN_SESSION, 3, reps=12),
    Assignment("Child's pose", Block.COOL_DOWN, 1, seconds=60),
)
ANKLE = (
    Assignment("Ankle alphabet", Block.WARM_UP, 1, seconds=90),
    Assignment("Single leg balance", Block.MAIN_SESSION, 3, seconds=30),
    Assignment("Calf raise", Block.MAIN_SESSION, 3, reps=15),
)
HIP = (
    Assignment("Clamshell", Block.WARM_UP, 2, reps=15),
    Assignment("Side plank", Block.MAIN_SESSION, 3, seconds=25),
    Assignment("Hip flexor stretch", Block.COOL_DOWN, 2, seconds=40),
)

PROGRAMS: Final[dict[str, Program]] = {
    PAT.email: Program(
        KNEE,
        MON_WED_FRI,
        time(17, 10),
        usual_pain=3,
        moments={
            0: (
                Moment(
                    2,
                    8,
                    7,
                    "Sharp pain behind the kneecap when I lift.",
                    "Keep the knee slightly bent, and stop at two sets this week.",
                ),
                Moment(3, 4, 7, "", "Slide down only as far as it stays comfortable."),
            ),
            2: (Moment(3, 4, 9, "Legs were shaking at the end.", "Good effort. Rest a full minute between sets."),),
            5: (Moment(1, 2, 3, "", "Nice range today. Add a pause of two seconds at the top."),),
            6: (Moment(2, 7, 6, "Stiff after a long day of standing."),),
        },
        talks={
            1: (
                "Can I ride my bike this weekend?",
                "Yes, on the flat and with little resistance. Half an hour at most.",
            ),
            5: ("The stairs are much easier now.", "That is what we have been waiting for!"),
        },
    ),
    MAYA.email: Program(
        SHOULDER,
        TUE_THU_SAT,
        time(7, 20),
        usual_pain=2,
        moments={
            1: (Moment(3, 7, 6, "Catches above shoulder height.", "Stay below shoulder height until we meet."),),
            4: (Moment(2, 3, 9, "The red band is too strong.", "Go back to the yellow one."),),
        },
        talks={3: ("Should I ice it after the session?", "Ten minutes is fine if it feels warm.")},
    ),
    LEO.email: Program(
        BACK,
        MON_WED_FRI,
        time(18, 5),
        usual_pain=4,
        moments={
            2: (
                Moment(
                    2, 8, 8, "Lower back cramped, I had to stop.", "Leave this one out; we will look at it together."
                ),
            ),
            7: (Moment(3, 5, 6, "", "Squeeze before you lift, then it will not reach your back."),),
        },
    ),
    NINA.email: Program(
        ANKLE, MON_THU, time(12, 15), usual_pain=1, moments={3: (Moment(2, 2, 5, "First time without holding on!"),)}
    ),
    TOM.email: Program(
        HIP,
        TUE_THU_SAT,
        time(9, 40),
        usual_pain=2,
        moments={2: (Moment(2, 7, 9, "Too hard on the right side.", "Put your lower knee on the floor."),)},
    ),
    JONAS.email: Program(
        KNEE, MON_THU, time(16, 30), usual_pain=2, moments={1: (Moment(2, 7, 5, "Pulls at the scar."),)}
    ),
}
