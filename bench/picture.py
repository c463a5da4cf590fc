"""The figures as an SVG: a dot for the median, a line from the lowest to the highest, a mark for the target."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bench.figures import short

WIDTH, ROW, TOP = 980, 24, 64
SMALLEST = 0.1
NAMES, AXIS, AXIS_END, NUMBERS = 24, 330, 640, 664
# The colours follow the reader's; the ground is the picture's own, so that it is legible on any page.
STYLE = """
.ground{fill:#fff}.text{fill:#1e293b}.faint{fill:#64748b}.line{stroke:#cbd5e1}
.met{fill:#0f766e;stroke:#0f766e}.missed{fill:#b91c1c;stroke:#b91c1c}.plain{fill:#475569;stroke:#475569}
.mark{stroke:#b45309}
@media (prefers-color-scheme:dark){
.ground{fill:#0f172a}.text{fill:#e2e8f0}.faint{fill:#94a3b8}.line{stroke:#334155}
.met{fill:#2dd4bf;stroke:#2dd4bf}.missed{fill:#f87171;stroke:#f87171}.plain{fill:#cbd5e1;stroke:#cbd5e1}
.mark{stroke:#fbbf24}}
"""

Result = Mapping[str, Any]


def svg(results: Sequence[Result]) -> str:
    """The whole picture; each measure has a scale of its own, logarithmic."""
    parts, y = [], TOP
    for result in results:
        block = _measure(result, y)
        parts += block
        y += ROW * (len(result["figures"]) + 2)
    height = y + 8
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, -apple-system, Segoe UI, sans-serif" font-size="13">',
        '<title id="t">What was measured</title>',
        f'<desc id="d">{escape("; ".join(_spoken(result) for result in results))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="12"/>',
        _text(NAMES, 32, "Ratios and counts, taken side by side in one run", "text", bold=True),
        _text(
            NAMES, 50, "dot: median · line: lowest to highest round · orange: target · scales are logarithmic", "faint"
        ),
    ]
    return "\n".join([*head, *parts, "</svg>", ""])


def _measure(result: Result, top: int) -> list[str]:
    figures = result["figures"]
    lows = [figure["min"] for figure in figures] + [_goal(figure) for figure in figures if "target" in figure]
    highs = [figure["max"] for figure in figures] + [_goal(figure) for figure in figures if "target" in figure]
    scale = _Scale(min(lows, default=1), max(highs, default=1))
    quick = ", quick" if result["quick"] else ""
    place = f"{result['date']}, {result['machine']['cores']} cores{quick}"
    y = top + ROW
    parts = [_text(NAMES, y, result["title"], "text", bold=True), _text(AXIS, y, place, "faint")]
    for number, figure in enumerate(figures, start=1):
        parts += _row(figure, y + number * ROW, scale)
    return parts


def _row(figure: Mapping[str, Any], y: int, scale: "_Scale") -> list[str]:
    look = {None: "plain", True: "met", False: "missed"}[figure.get("met")]
    low, middle, high = (scale.at(figure[key]) for key in ("min", "median", "max"))
    said = f"{short(figure['median'])} {figure['unit']}".strip()
    spread = f"({short(figure['min'])} – {short(figure['max'])})"
    parts = [
        _text(NAMES, y, figure["name"], "text"),
        f'<line class="line" x1="{AXIS}" x2="{AXIS_END}" y1="{y - 4}" y2="{y - 4}"/>',
        f'<line class="{look}" stroke-width="3" x1="{low:.1f}" x2="{high:.1f}" y1="{y - 4}" y2="{y - 4}"/>',
        f'<circle class="{look}" r="4.5" cx="{middle:.1f}" cy="{y - 4}"/>',
        _text(NUMBERS, y, f"{said} {spread}", "text"),
    ]
    if "target" in figure:
        goal = scale.at(_goal(figure))
        parts.append(
            f'<line class="mark" stroke-width="2" x1="{goal:.1f}" x2="{goal:.1f}" y1="{y - 13}" y2="{y + 5}"/>'
        )
        verdict = "met" if figure["met"] else "missed"
        parts.append(_text(WIDTH - 16, y, f"{figure['target']} {verdict}", "faint", end=True))
    return parts


class _Scale:
    """Where a value stands between the smallest and the largest of its measure."""

    def __init__(self, low: float, high: float) -> None:
        self._low = _logarithm(low)
        self._width = _logarithm(high) - self._low or 1.0

    def at(self, value: float) -> float:
        return AXIS + 8 + (AXIS_END - AXIS - 16) * (_logarithm(value) - self._low) / self._width


def _logarithm(value: float) -> float:
    """Of zero: of something small, at the left end."""
    return math.log(max(value, SMALLEST))


def _goal(figure: Mapping[str, Any]) -> float:
    return float(figure["target"].split()[1].replace(",", ""))


def _spoken(result: Result) -> str:
    figures = (f"{figure['name']} {short(figure['median'])} {figure['unit']}".strip() for figure in result["figures"])
    return f"{result['title']}: {', '.join(figures)}"


def _text(x: int, y: int, words: str, look: str, *, bold: bool = False, end: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text class="{look}" x="{x}" y="{y}"{weight}{anchor}>{escape(words)}</text>'
