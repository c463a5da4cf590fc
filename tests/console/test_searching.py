"""A search for a name in the list of conversations."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.steps import LIST, listed
from tests.make import Make


def test_all_words_of_a_name_have_to_be_found(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)

    found = [
        len(client.get(LIST + f"?q={name}").context["rows"]) for name in ("pat+lee", "lee+dana", "pat+omar", "%00")
    ]

    assert found == [1, 1, 0, 1]


def test_a_pasted_sentence_is_searched_for_by_its_first_words(thread: Conversation, make: Make, browse: Browse) -> None:
    client = browse(make.ada)

    assert len(client.get(LIST + "?q=" + "+".join(["pat"] * 5 + ["nobody"] * 100)).context["rows"]) == 1


def test_each_word_costs_as_much_as_the_one_before(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)

    def sent(words: int) -> int:
        """Letters of SQL."""
        with CaptureQueriesContext(connection) as queries:
            listed(client, "?q=" + "+".join(["pat"] * words))
        return sum(len(query["sql"]) for query in queries.captured_queries)

    sizes = [sent(words) for words in (1, 2, 3, 4)]

    assert sizes[3] - sizes[2] < 1.1 * (sizes[1] - sizes[0])
