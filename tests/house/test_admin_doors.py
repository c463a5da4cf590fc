"""Every address of the admin that is not the console's, asked by those whose business it is not."""

from typing import Any

import pytest

from tests.admin.conftest import Rows, one_of_everything
from tests.house.admin_doors import OTHERS, OUTSIDERS, ModelPage, OtherDoor, model_pages
from tests.house.browsers import ask, browser
from tests.house.routes import address, view_of
from tests.make import Make

pytestmark = pytest.mark.django_db
each_outsider = pytest.mark.parametrize("role", OUTSIDERS)


@pytest.fixture
def rows(make: Make) -> Rows:
    """One of everything in Pat's clinic."""
    return one_of_everything(make, doctor=make.dana, patient=make.pat, mark="Northside")


def row_page(page: ModelPage, rows: Rows) -> str:
    key = rows[page.model].pk if page.model in rows else 1
    return address(page.route, {"object_id": key, "id": key})


def other_page(door: OtherDoor, rows: Rows) -> str:
    return address(door.route, example=door.example(rows))


def test_a_page_of_a_model_is_served_by_the_models_own_admin() -> None:
    for page in model_pages():
        guarded: Any = view_of(page.route).__wrapped__  # type: ignore[attr-defined]
        assert getattr(guarded, "view_class", guarded) == page.served_by, page.route


@each_outsider
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_a_model_is_not_for_outsiders(method: str, role: str, make: Make, rows: Rows) -> None:
    client, pages = browser(make, role), list(model_pages())

    answers = {page.route: ask(client, method, row_page(page, rows)) for page in pages}

    assert answers == {page.route: page.expect(method)[OUTSIDERS.index(role)] for page in pages}


@each_outsider
def test_what_is_no_models_answers_outsiders_as_it_should(role: str, make: Make, rows: Rows) -> None:
    # A browser for each: one of the doors signs out.
    answers = {
        door.route: [ask(browser(make, role), method, other_page(door, rows)) for method in ("GET", "POST")]
        for door in OTHERS
    }

    which = OUTSIDERS.index(role)
    assert answers == {door.route: [door.get[which], door.post[which]] for door in OTHERS}


@pytest.mark.parametrize("role", ["nobody", "omar", "stella", "ada of the other clinic"])
@pytest.mark.parametrize("door", OTHERS, ids=lambda door: door.route)
def test_what_is_no_models_names_nobody_elses_patient(door: OtherDoor, role: str, make: Make, rows: Rows) -> None:
    answer = browser(make, role).get(other_page(door, rows), follow=True)
    assert "Pat Lee" not in answer.content.decode()
