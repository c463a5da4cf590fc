"""Say what would be due at an instant, without doing any of it."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from accounts.models import Tenant
from care.foresight import Foreseen, foresee


class Command(BaseCommand):
    """
    A dry run: everything that would be settled or sent by an instant, for whom, in both zones.

    Reads in a read-only transaction, so it cannot write.
    """

    help = "Print what would be due at an instant, for whom, in the clinic's and the patient's zone; writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", required=True, help="An ISO-8601 instant with its zone, such as 2026-04-08T21:00Z")
        parser.add_argument("--tenant", type=int, help="The id of one clinic; all clinics otherwise.")

    def handle(self, *args: Any, at: str, tenant: int | None, **options: Any) -> None:
        instant = parse_instant(at)
        if tenant is not None and not Tenant.objects.filter(pk=tenant).exists():
            raise CommandError(f"--tenant {tenant}: there is no such clinic.")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            due = foresee(at=instant, tenant_id=tenant)
        for item in due:
            self.stdout.write(line(item))
        self.stdout.write(f"{len(due)} due by {instant.isoformat()}; nothing was written.")


def parse_instant(text: str) -> datetime:
    """
    Read an aware instant.

    :raises CommandError: when it is none, or has no zone.
    """
    try:
        instant = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--at {text}: {error}.") from error
    if instant is None:
        raise CommandError(f"--at {text}: give an instant such as 2026-04-08T21:00:00Z.")
    if instant.tzinfo is None:
        raise CommandError(f"--at {text}: add the zone, such as {text}Z or {text}-04:00.")
    return instant


def line(item: Foreseen) -> str:
    zone = ZoneInfo(item.clinic.timezone if item.clinic else "UTC")
    clinic = local(item.due_at, zone)
    patient = local(item.due_at, item.patient.zone if item.patient else zone)
    # What others wrote into the table as its parent's name is not shown to a terminal.
    who = item.patient.pk if item.patient else "?"
    return f"{clinic}  clinic  {patient}  patient  {item.what:<12} {who:>6}  {item.outcome}"


def local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
