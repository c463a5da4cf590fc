"""One's own new password: here one stays signed in, and nowhere else."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.admin.conftest import Browse
from tests.make import PASSWORD, Make

OWN_PASSWORD = reverse("admin:password_change")


@pytest.fixture
def with_password(make: Make) -> User:
    make.ada.set_password(PASSWORD)
    make.ada.save(update_fields=["password"])
    return make.ada


def test_ones_own_new_password_signs_one_out_everywhere_else(browse: Browse, make: Make, with_password: User) -> None:
    here, there, api, danas = browse(with_password), browse(with_password), make.api(with_password), make.api(make.dana)
    given = {"old_password": PASSWORD, "new_password1": "another long one", "new_password2": "another long one"}

    answer = here.post(OWN_PASSWORD, given)

    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:password_change_done"))
    assert User.objects.get(pk=with_password.pk).check_password("another long one")
    assert api.get("/v2/me").status_code == 401
    assert (here.get("/admin/").status_code, there.get("/admin/").status_code) == (200, 302)
    assert danas.get("/v2/me").status_code == 200


def test_a_wrong_old_password_changes_nothing(browse: Browse, make: Make, with_password: User) -> None:
    client, api = browse(with_password), make.api(with_password)
    given = {"old_password": "not the one", "new_password1": "another long one", "new_password2": "another long one"}

    answer = client.post(OWN_PASSWORD, given)

    assert list(answer.context["form"].errors) == ["old_password"]
    assert User.objects.get(pk=with_password.pk).check_password(PASSWORD)
    assert api.get("/v2/me").status_code == 200


def test_the_page_of_ones_own_password_is_a_page_of_the_admin(browse: Browse, make: Make) -> None:
    make.dana.is_staff = True
    make.dana.save(update_fields=["is_staff"])
    for who in (make.ada, make.dana):
        shown = browse(who).get(OWN_PASSWORD)
        assert (shown.status_code, 'name="old_password"' in shown.content.decode()) == (200, True)
        assert shown.context["sidebar_navigation"]
    assert Client().get(OWN_PASSWORD)["Location"].startswith("/admin/login/")
