"""Who is in the demo clinics. Every e-mail ends in ``.example.com``, which nobody can own."""

from dataclasses import dataclass
from typing import Final

from accounts.states import UserType

PASSWORD: Final = "riverside-demo"  # noqa: S105  told to everybody who runs the demo
"""The one password of everybody in the demo."""

EMAIL_DOMAIN: Final = ".example.com"


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    user_type: UserType
    first_name: str
    last_name: str
    timezone: str = ""
    expo: str = ""


@dataclass(frozen=True, slots=True)
class Care:
    """Which doctors care for a patient; the first owns the workouts and writes the notes."""

    patient: Person
    doctors: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Clinic:
    name: str
    timezone: str
    flags: tuple[str, ...]
    people: tuple[Person, ...]
    care: tuple[Care, ...]


def _doctor(first_name: str, last_name: str, clinic: str = "riverside", expo: str = "") -> Person:
    return Person(_email(first_name, last_name, clinic), UserType.DOCTOR, first_name, last_name, "", expo)


def _patient(first_name: str, last_name: str, clinic: str = "riverside", zone: str = "", expo: str = "") -> Person:
    return Person(_email(first_name, last_name, clinic), UserType.PATIENT, first_name, last_name, zone, expo)


def _email(first_name: str, last_name: str, clinic: str) -> str:
    return f"{first_name}.{last_name}@{clinic}{EMAIL_DOMAIN}".lower()


DANA = _doctor("Dana", "Reed", expo="ExponentPushToken[demo-dana]")
OMAR = _doctor("Omar", "Aziz")
GRACE = _doctor("Grace", "Kim")
PAT = _patient("Pat", "Lee", expo="ExponentPushToken[demo-pat]")
MAYA = _patient("Maya", "Brooks")
LEO = _patient("Leo", "Novak", zone="America/Chicago")
NINA = _patient("Nina", "Ortiz")
TOM = _patient("Tom", "Hale")
ADA = Person("ada.king@riverside.example.com", UserType.ADMIN, "Ada", "King")

STELLA = _doctor("Stella", "Berg", clinic="harbor")
JONAS = _patient("Jonas", "Weber", clinic="harbor")

RIVERSIDE = Clinic(
    name="Riverside Physiotherapy",
    timezone="America/New_York",
    flags=("feedbackNotifications", "appEntranceTracking", "rtmBillingDashboard"),
    people=(DANA, PAT, OMAR, GRACE, MAYA, LEO, NINA, TOM, ADA),
    care=(
        Care(PAT, (DANA,)),
        Care(MAYA, (DANA, GRACE)),
        Care(LEO, (DANA,)),
        Care(NINA, (DANA,)),
        Care(TOM, (OMAR,)),
    ),
)
HARBOR = Clinic(
    name="Harbor Physio",
    timezone="Europe/Berlin",
    flags=("feedbackNotifications",),
    people=(STELLA, JONAS),
    care=(Care(JONAS, (STELLA,)),),
)
CLINICS = (RIVERSIDE, HARBOR)

SHOWN = {"doctor": DANA, "patient": PAT, "otherDoctor": OMAR, "admin": ADA, "strangerDoctor": STELLA}
"""Who is named to whoever started the demo, and under which word."""
