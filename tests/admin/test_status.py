"""How follow-ups are doing, on the admin's first page: each clinic its own, operators all."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from followups.states import Outcome, Status
from okta import sweeps
from tests.admin.conftest import Browse
from tests.followups.tries import ago, many, promised, swept
from tests.make import Make

pytestmark = pytest.mark.django_db


def shown(client: Client) -> dict[str, tuple[str, str]]:
    """Every figure with its value, and the word beside it if somebody should look."""
    page = client.get("/admin/")
    blocks: Any = page.context["blocks"]
    lines = {line.label: (line.value, line.trouble) for block in blocks for line in block.lines}
    for value, trouble in lines.values():
        assert value in page.content.decode()
        assert trouble in page.content.decode()
    return lines


@pytest.fixture
def two_clinics(make: Make) -> None:
    promised(tenant=make.clinic, scheduled_for=ago(minutes=3))
    many(Outcome.ACCEPTED, 19, tenant=make.clinic)
    many(Outcome.REFUSED, 1, tenant=make.clinic)
    promised(tenant=make.other_clinic, scheduled_for=ago(hours=3), created_at=ago(hours=4))
    promised(Status.FAILED, tenant=make.other_clinic, failed_at=ago(hours=1))
    many(Outcome.REFUSED, 5, tenant=make.other_clinic)
    swept(seconds=30)


def test_an_administrator_sees_the_own_clinics_figures(two_clinics: None, ada: Client) -> None:
    lines = shown(ada)
    age = lines.pop("last sweep")
    assert age[0].endswith(" s ago")
    assert lines == {
        "due": ("1", ""),
        "waiting longest": ("3 min", ""),
        "delivered in the last hour": ("19 of 20 tries (95 %)", ""),
        "delivered in the last day": ("19 of 20 tries (95 %)", ""),
        "failed": ("0, in the last day 0", ""),
    }


def test_an_operator_sees_those_of_all_and_what_needs_attention(
    two_clinics: None, browse: Browse, operator: User
) -> None:
    lines = shown(browse(operator))
    look = "needs attention"
    assert lines["due"] == ("2", "")
    assert lines["waiting longest"] == ("3 h", look)
    assert lines["delivered in the last hour"] == ("19 of 25 tries (76 %)", look)
    assert lines["failed"] == ("1, in the last day 1", look)


def test_a_rate_just_under_the_limit_is_not_rounded_up_to_it(make: Make, ada: Client) -> None:
    many(Outcome.ACCEPTED, 189, tenant=make.clinic)
    many(Outcome.REFUSED, 10, tenant=make.clinic)
    assert shown(ada)["delivered in the last hour"] == ("189 of 199 tries (94.9 %)", "needs attention")


def test_where_nothing_happened_it_says_so(ada: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SWEEPS = {**settings.SWEEPS, "followups.sweep": timedelta(seconds=60)}
    monkeypatch.setattr(sweeps, "STARTED", sweeps.STARTED - 3600)
    lines = shown(ada)
    assert lines["delivered in the last hour"] == ("nothing tried", "")
    assert lines["last sweep"] == ("never", "needs attention")


def test_it_is_in_the_readers_language(two_clinics: None, ada: Client) -> None:
    page = ada.get("/admin/", headers={"Accept-Language": "ru"}).content.decode()
    assert "Обещанные сообщения сейчас" in page
    assert "19 из 20 попыток (95 %)" in page


def test_it_is_for_nobody_else_even_when_marked_as_staff(browse: Browse, make: Make) -> None:
    make.pat.is_staff = True
    make.pat.save(update_fields=["is_staff"])
    assert browse(make.pat).get("/admin/").context["blocks"] == []


def test_it_costs_one_query(ada: Client, two_clinics: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        ada.get("/admin/")
    assert sum("followups_followupattempt" in query["sql"] for query in queries) == 1
    assert sum("follow_up_requests" in query["sql"] for query in queries) == 1
