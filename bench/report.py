"""What a run leaves behind: a table to read, a file for each measure, and the picture of them all."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from django.db import connection

from bench import picture
from bench.figures import Figure, short

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
PICTURES = ROOT / "docs"
# What a quick run finds does not replace what a long one found.
QUICK = RESULTS / "quick"
HEADS = ("", "median", "min – max", "", "target", "")


def table(figures: Iterable[Figure]) -> str:
    """One line a figure; a target that is missed says so."""
    lines = [HEADS, *(line(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in lines) for column in range(len(HEADS))]
    right = (False, True, True, False, False, False)
    cells = (
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        )
        for row in lines
    )
    return "\n".join(f"  {row.rstrip()}" for row in cells)


def line(figure: Figure) -> tuple[str, ...]:
    low, high = figure.spread
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    target = "" if figure.target is None else str(figure.target)
    spread = f"{short(low)} – {short(high)}"
    return figure.name, short(figure.median), spread, figure.unit, target, verdict


def result(name: str, title: str, figures: Sequence[Figure], *, seed: int, quick: bool) -> dict[str, Any]:
    """A measure's file: when and where it was taken, and what was found."""
    return {
        "measure": name,
        "title": title,
        "date": today(),
        "quick": quick,
        "seed": seed,
        "machine": machine(),
        "figures": [figure.as_json() for figure in figures],
    }


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def machine() -> dict[str, Any]:
    """Enough to know why a ratio may differ elsewhere."""
    connection.ensure_connection()
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": str(connection.pg_version),  # type: ignore[attr-defined]
    }


def write(found: Mapping[str, Any], *, directory: Path) -> Path:
    """Replace the measure's file."""
    directory.mkdir(exist_ok=True)
    path = directory / f"{found['measure']}.json"
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return path


def draw(*, directory: Path, to: Path) -> Path:
    """Draw what every measure last found, those of earlier runs as well."""
    directory.mkdir(exist_ok=True)
    results = [json.loads(path.read_text()) for path in sorted(directory.glob("*.json"))]
    to.write_text(picture.svg([found for found in results if "figures" in found]))
    return to


def places(*, quick: bool) -> tuple[Path, Path]:
    """Where files go, and where pictures go."""
    return (QUICK, QUICK) if quick else (RESULTS, PICTURES)
