"""Every URL is in a table of those that are asked by everybody: a new one cannot be forgotten."""

from collections import Counter

from tests.house.admin_doors import OTHERS, model_pages
from tests.house.console_doors import CONSOLE
from tests.house.doors import API
from tests.house.routes import routes


def test_every_route_is_in_a_table_of_doors() -> None:
    known = {door.route for table in (API, CONSOLE, OTHERS, model_pages()) for door in table}
    assert Counter(route.text for route in routes()) == Counter(known)
