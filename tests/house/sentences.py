"""Every sentence the product says to people, found in its sources and templates."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from django.conf import settings

from tests.house.test_house import APPS, sources

ROOT = Path(settings.BASE_DIR)
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
TAG = re.compile(r"""(?:\{%\s*(?:translate|trans)\s+|\b_\(\s*)(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(
    r"\{%\s*(?:blocktranslate|blocktrans)\b([^%]*)%\}(.*?)\{%\s*end(?:blocktranslate|blocktrans)\s*%\}", re.S
)


def in_python() -> Iterator[str]:
    for path in sources():
        if "devstack" in path.parts:
            continue  # The launcher speaks to developers.
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract("python", file, keywords=KEYWORDS):
                yield message[0] if isinstance(message, tuple) else message


def in_templates() -> Iterator[str]:
    for app in APPS:
        for path in (ROOT / app).rglob("templates/**/*.html"):
            yield from of_template(path.read_text())


def of_template(text: str) -> Iterator[str]:
    yield from (double or single for double, single in TAG.findall(text))
    for options, body in BLOCK.findall(text):
        singular = re.split(r"\{%\s*plural\s*%\}", body)[0]
        singular = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", singular)
        yield " ".join(singular.split()) if "trimmed" in options else singular


def all_sentences() -> set[str]:
    return {sentence for sentence in (*in_python(), *in_templates()) if sentence}
