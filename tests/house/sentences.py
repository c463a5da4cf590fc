"""Every sentence the product says to people, found in its sources and templates."""

import importlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import django
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from django.apps import apps
from django.conf import settings

from tests.house.test_house import APPS, sources

ROOT = Path(settings.BASE_DIR)
SPEAKING_ONLY_ENGLISH = ("unfold",)
# Django's Russian for these suits only nouns like "пользователь"; a clinic has "клиника" and "тренировка" too.
SAID_BETTER = (
    "Add %s",
    "Change %s",
    "View %s",
    "Select %s to change",
    "Select %s to view",
    "Add %(name)s",
    "Add another %(verbose_name)s",
    "The {name} “{obj}” was added successfully.",
    "The {name} “{obj}” was added successfully. You may add another {name} below.",
    "The {name} “{obj}” was changed successfully.",
    "The {name} “{obj}” was changed successfully. You may add another {name} below.",
    "The {name} “{obj}” was changed successfully. You may edit it again below.",
    "The %(name)s “%(obj)s” was deleted successfully.",
    'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? '
    "All of the following related items will be deleted:",
    "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following protected related objects:",
)
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
TAG = re.compile(r"""(?:\{%\s*(?:translate|trans)\s+|\b_\(\s*)(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(
    r"\{%\s*(?:blocktranslate|blocktrans)\b([^%]*)%\}(.*?)\{%\s*end(?:blocktranslate|blocktrans)\s*%\}", re.S
)

Identity = str | tuple[str, ...]
"""A sentence as a catalog knows it; one that counts is known by its singular and its plural."""


def in_python(paths: Iterable[Path]) -> Iterator[Identity]:
    for path in paths:
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract("python", file, keywords=KEYWORDS):
                yield message


def in_templates(paths: Iterable[Path]) -> Iterator[Identity]:
    for path in paths:
        text = path.read_text()
        yield from (double or single for double, single in TAG.findall(text))
        for options, body in BLOCK.findall(text):
            body = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", body)
            forms = re.split(r"\{%\s*plural\s*%\}", body)
            forms = [" ".join(form.split()) if "trimmed" in options else form for form in forms]
            yield forms[0] if len(forms) == 1 else tuple(forms)


def own() -> Iterator[Identity]:
    """What we say; the launcher in devstack speaks to developers, and only in English."""
    yield from in_python(path for path in sources() if "devstack" not in path.parts)
    for app in APPS:
        yield from in_templates((ROOT / app).rglob("templates/**/*.html"))


def borrowed() -> Iterator[Identity]:
    """What libraries say on our pages and in our answers, and nobody else has put into Russian."""
    elsewhere = in_russian_elsewhere()
    for library in SPEAKING_ONLY_ENGLISH:
        package = Path(importlib.import_module(library).__file__ or "").parent
        paths = [path for path in package.rglob("*.*") if "contrib" not in path.parts]
        said = [*in_python(path for path in paths if path.suffix == ".py")]
        said += in_templates(path for path in paths if path.suffix == ".html")
        yield from (identity for identity in said if singular(identity) not in elsewhere)


def in_russian_elsewhere() -> set[str]:
    """What Django and the other libraries bring in Russian themselves."""
    others = [Path(app.path) for app in apps.get_app_configs() if app.label not in APPS]
    found = set()
    for home in (Path(django.__file__).parent / "conf", *others):
        catalog = home / "locale" / "ru" / "LC_MESSAGES" / "django.mo"
        if catalog.exists():
            with catalog.open("rb") as file:
                found |= {singular(message.id) for message in read_mo(file) if message.id}
    return found


def singular(identity: Identity) -> str:
    return identity if isinstance(identity, str) else identity[0]


@cache
def all_sentences() -> frozenset[Identity]:
    return frozenset(identity for identity in (*own(), *borrowed(), *SAID_BETTER) if identity)
