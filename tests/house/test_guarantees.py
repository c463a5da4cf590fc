"""Every guarantee names its tests, and there are such tests."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
ROWS = [line for line in (ROOT / "docs" / "guarantees.md").read_text().splitlines() if line.startswith("| ")]
PROMISES = [row for row in ROWS if "proved by" not in row]
TESTS = sorted({named for row in PROMISES for named in NAMED.findall(row)})


def names_in(path: Path) -> set[str]:
    """The names of a file's tests, those of a class as ``Class::test``."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return {name for name in names if name.rpartition(":")[2].startswith("test_")}


@pytest.mark.parametrize("row", PROMISES, ids=lambda row: row[:60])
def test_every_promise_names_a_test(row: str) -> None:
    assert NAMED.search(row)


@pytest.mark.parametrize(("file", "name"), TESTS, ids=lambda named: named)
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    assert name in names_in(ROOT / file)


def test_every_situation_of_the_core_is_in_the_table() -> None:
    named = [row.split("|")[1].strip() for row in PROMISES]
    assert [name for name in named if name] == [
        *("G1", "G2", "G3", "G4", "visits", "order", "once", "leases", "changes", "outages", "broker"),
        *("reading", "features"),
        *(f"T{number}" for number in range(1, 15)),
    ]
