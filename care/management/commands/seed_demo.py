"""``manage.py seed_demo``: two clinics to look around in."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Tenant, User
from care.demo.cast import CLINICS, PASSWORD, PAT, SHOWN
from care.demo.people import Cared, foreign_clinics, write_clinic
from care.demo.promises import fresh_key, keep_promises_of, write_families
from care.demo.sessions import live_through, plan_ahead
from care.demo.talk import talk_over
from care.demo.visits import open_the_app
from okta import clock
from rtm.actions.recalculate import recalculate
from workouts.actions.rebuild_streak import rebuild_streak


class Command(BaseCommand):
    """
    Write the demo clinics, or what is missing of them today.

    Afterwards the demo's patient has at least three planned workouts, one of them for today, and
    some weeks of sessions before today. Running it again, also on a later day, adds what that day
    lacks and leaves alone what people have changed.
    """

    help = "Write the demo clinics, or what is missing of them today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", metavar="PATH", type=Path, help="Write sign-ins and planned workouts there.")
        parser.add_argument("--force", action="store_true", help="Also into a database that holds other clinics.")

    def handle(self, *args: Any, **options: Any) -> None:
        """:raises CommandError: when other clinics are here, or the file cannot be written."""
        now = clock.now()
        with transaction.atomic():
            others = foreign_clinics()
            if others and not options["force"]:
                raise CommandError(
                    f"This database holds {len(others)} clinic(s) that are not the demo's, such as "
                    f"“{others[0]}”. Use another database, or --force."
                )
            facts = self._write(now)
            if options["json"] is not None:
                # Nobody else is told the key, so nobody else gets a fresh one.
                _save(options["json"], facts | {"apiKey": fresh_key(Tenant.objects.get(pk=facts["tenantId"]))})

    def _write(self, now: datetime) -> dict[str, Any]:
        planned: dict[str, list[int]] = {}
        promised: dict[str, dict[str, str]] = {}
        for clinic in CLINICS:
            for cared in write_clinic(clinic, now=now):
                planned[cared.patient.email] = self._write_patient(cared, now)
                promised[cared.patient.email] = keep_promises_of(cared, now=now)
            self.stdout.write(f"{clinic.name}: {len(clinic.people)} people")
        tenant = Tenant.objects.get(users__email=PAT.email)
        write_families(tenant, now=now)
        return {
            "tenantId": tenant.pk,
            "demo": {
                who: {"email": person.email, "password": PASSWORD, "id": User.objects.get(email=person.email).pk}
                for who, person in SHOWN.items()
            },
            "workoutIds": planned[PAT.email],
            "followUps": promised[PAT.email],
        }

    def _write_patient(self, cared: Cared, now: datetime) -> list[int]:
        today = clock.local_date(now, cared.patient.zone)
        lived = live_through(cared, today=today)
        said = talk_over(cared, lived, now=now)
        visits = open_the_app(cared, lived, today=today)
        planned = plan_ahead(cared, today=today)
        rebuild_streak(patient=cared.patient, now=now)
        recalculate(patient=cared.patient, now=now)
        self.stdout.write(
            f"  {cared.patient.name}: {len(lived)} sessions, {visits} visits and {said} messages added, "
            f"{len(planned)} workouts planned"
        )
        return [workout.pk for workout in planned]


def _save(path: Path, facts: dict[str, Any]) -> None:
    # Readable by its owner alone: it holds passwords.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CommandError(f"Cannot write {path}: {error.strerror}") from error
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=2)
