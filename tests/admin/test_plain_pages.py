"""What people are told where there is no page: in words, in their language, with a way back."""

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from okta.api_errors import server_error
from tests.admin.conftest import Browse
from tests.make import Make

WAY_BACK = '<a href="/admin/">'


@pytest.mark.django_db
def test_an_address_nobody_serves_is_told_in_words() -> None:
    answer = Client().get("/nowhere/", headers={"Accept-Language": "ru"})

    page = answer.content.decode()
    assert (answer.status_code, WAY_BACK in page) == (404, True)
    assert "<h1>Здесь для вас ничего нет</h1>" in page


def test_a_conversation_that_is_not_yours_looks_like_none(make: Make, browse: Browse) -> None:
    make.omar.is_staff = True
    make.omar.save(update_fields=["is_staff"])

    answer = browse(make.omar).get("/admin/conversations/5d1f2c80-0000-4000-8000-000000000000/")

    assert answer.status_code == 404
    assert "belongs to somebody else" in answer.content.decode()


def test_a_page_of_another_role_says_whom_to_ask(make: Make, browse: Browse) -> None:
    answer = browse(make.ada).get("/admin/clinic/")

    assert answer.status_code == 403
    assert "ask an administrator of your clinic" in answer.content.decode()


def test_a_form_without_its_token_says_that_nothing_was_saved(make: Make) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.ada, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post("/admin/clinic/", {"clinic": make.clinic.pk})

    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


@pytest.mark.parametrize(("language", "said"), [("en", "on our side"), ("ru", "на нашей стороне")])
def test_a_failure_is_admitted(language: str, said: str) -> None:
    with override(language):
        answer = server_error(RequestFactory().get("/admin/"))

    assert answer.status_code == 500
    assert said in answer.content.decode()
