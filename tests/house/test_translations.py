"""English and Russian: every sentence a person reads exists in both."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import ngettext, override

from tests.house.sentences import all_sentences, singular

CATALOG = Path(settings.BASE_DIR) / "okta" / "locale" / "ru" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[ds]|\{\w*\}")


@pytest.fixture(scope="module")
def russian() -> Catalog:
    with CATALOG.open("rb") as file:
        return read_po(file, locale="ru", domain="django")


def test_every_sentence_is_in_russian(russian: Catalog) -> None:
    translated = {message.id for message in russian if message.id and all_given(message.string)}
    assert sorted(all_sentences() - translated, key=singular) == []


def all_given(string: str | tuple[str, ...]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


def test_no_translation_is_left_over(russian: Catalog) -> None:
    assert sorted({message.id for message in russian if message.id} - all_sentences(), key=singular) == []


def test_every_translation_keeps_its_placeholders(russian: Catalog) -> None:
    assert [(identity, string) for identity, string in pairs(russian) if held(identity) != held(string)] == []
    wrong = {message.id: message.check(russian) for message in russian}
    assert {identity: [str(error) for error in errors] for identity, errors in wrong.items() if errors} == {}


def pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Every sentence with each of the forms it takes in the other language."""
    for message in catalog:
        strings = (message.string,) if isinstance(message.string, str) else message.string
        yield from ((singular(message.id), string) for string in strings if message.id)


def held(sentence: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(sentence))


def test_russian_counts_in_its_own_ways() -> None:
    with override("ru"):
        said = [ngettext("%d was changed.", "%d were changed.", n) % n for n in (1, 3, 5, 11, 21, 112)]
    assert said == [
        "Изменена 1 запись.",
        "Изменены 3 записи.",
        "Изменено 5 записей.",
        "Изменено 11 записей.",
        "Изменена 21 запись.",
        "Изменено 112 записей.",
    ]


def test_the_compiled_catalog_is_the_written_one(russian: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, russian)
    assert CATALOG.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run: make messages"
