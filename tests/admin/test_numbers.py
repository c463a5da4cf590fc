"""An administrator enters the phone number of somebody who has no app."""

from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.models import User
from accounts.states import UserType
from notifications.actions.opt_out import opt_out
from notifications.actions.register_device import retire_device
from notifications.models import Device
from tests.admin.conftest import Browse, Rows, page
from tests.make import Make

NUMBER = "+441632960001"


def enter(client: Client, user: User, number: str = NUMBER) -> Any:
    return client.post(page(Device, "add"), {"user": user.pk, "token": number})


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


@pytest.mark.parametrize("typed", [NUMBER, "+44 (1632) 960-001"])
def test_a_number_becomes_a_device(ada: Client, make: Make, typed: str) -> None:
    answer = enter(ada, make.pat, typed)

    device = Device.objects.get()
    assert (answer.status_code, device.user, device.platform, device.token) == (302, make.pat, "SMS", NUMBER)
    assert device.retired_at is None


@pytest.mark.parametrize("typed", ["", "0 1632 960001", "+0441632960001", "+44", "+44163296000100000", "+44x163296000"])
def test_what_is_no_number_is_refused(ada: Client, make: Make, typed: str) -> None:
    assert list(errors(enter(ada, make.pat, typed))) == ["token"]
    assert not Device.objects.exists()


def test_only_people_of_the_own_clinic_can_be_chosen(ada: Client, make: Make, theirs: Rows) -> None:
    before = Device.objects.count()

    assert list(errors(enter(ada, theirs[User]))) == ["user"]
    assert Device.objects.count() == before


@pytest.mark.parametrize("who", ["omar", "stella"])
def test_a_number_in_use_for_somebody_else_is_refused_without_a_word_of_them(who: str, ada: Client, make: Make) -> None:
    owner = getattr(make, who)
    Device.objects.create(user=owner, platform="SMS", token=NUMBER)

    answer = enter(ada, make.pat)

    said = "This number cannot be used for this person. Please ask them for another one."
    assert errors(answer) == {"token": [said]}
    assert Device.objects.get().user == owner


def test_a_number_that_opted_out_is_refused(ada: Client, make: Make) -> None:
    opt_out(number=NUMBER)

    answer = enter(ada, make.pat)

    said = "The owner of this number has replied STOP; only they can undo it, by replying START."
    assert errors(answer) == {"token": [said]}
    assert not Device.objects.exists()


def test_a_retired_number_comes_back_and_moves(ada: Client, make: Make) -> None:
    retired = Device.objects.create(user=make.omar, platform="SMS", token=NUMBER, retired_at=Now())

    enter(ada, make.pat)
    enter(ada, make.pat)

    device = Device.objects.get()
    assert (device.pk, device.user, device.retired_at) == (retired.pk, make.pat, None)


def test_a_number_that_another_clinic_retired_gets_a_row_of_its_own(ada: Client, browse: Browse, make: Make) -> None:
    southside = make.user(UserType.ADMIN, "Sid", tenant=make.other_clinic, is_staff=True)
    enter(browse(southside), make.stella)
    theirs = Device.objects.get()
    retire_device(device=theirs)

    enter(ada, make.pat)

    device = Device.objects.get()
    assert (device.user, device.retired_at) == (make.pat, None)
    assert device.pk != theirs.pk
    for client in (ada, browse(southside)):
        assert client.get(page(Device, "change", theirs.pk)).status_code == 404
    assert "Sid" not in ada.get(page(Device, "history", device.pk)).content.decode()


def test_an_operator_may_enter_one_for_any_clinic(browse: Browse, operator: User, make: Make) -> None:
    assert enter(browse(operator), make.stella).status_code == 302
    assert Device.objects.get().user == make.stella
