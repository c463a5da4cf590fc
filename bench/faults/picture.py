"""A run as an SVG: above, what was out of order and when; below, what was due and what was done."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from bench.picture import STYLE

WIDTH, LEFT, RIGHT = 980, 150, 956
TOP, LANE, CHART, GAP = 92, 20, 84, 34
# One colour for what comes from outside, one for our own processes, one for the servers under them.
LANES = {
    "worker 1": "ours",
    "worker 2": "ours",
    "beat 1": "ours",
    "beat 2": "ours",
    "web": "ours",
    "postgres": "server",
    "valkey": "server",
    "messages": "server",
    "push service": "outside",
}
OWN_STYLE = """
.ours{fill:#0f766e}.server{fill:#b45309}.outside{fill:#7c3aed}
.due{fill:none;stroke:#94a3b8;stroke-width:3}.done{fill:none;stroke:#0f766e;stroke-width:1.6}
@media (prefers-color-scheme:dark){
.ours{fill:#2dd4bf}.server{fill:#fbbf24}.outside{fill:#a78bfa}
.due{stroke:#64748b}.done{stroke:#2dd4bf}}
"""
# A fault of no duration is drawn all the same.
NARROWEST = 3.0


def svg(result: Mapping[str, Any]) -> str:
    """The whole picture."""
    lanes_end = TOP + LANE * len(LANES)
    height = lanes_end + (CHART + GAP) * len(result["curves"]) + 24
    faults, broken = sum(result["faults"].values()), sum(one["broken"] for one in result["promises"])
    title = f"{faults} faults in {round(result['brokenForSeconds'])} s under load; {_verdict(broken)}"
    did = ", ".join(f"{number:,} {name}" for name, number in result["did"].items())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, -apple-system, Segoe UI, sans-serif" font-size="13">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(f"{did}. {_spoken(result)}")}</desc>',
        f"<style>{STYLE}{OWN_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="12"/>',
        _text(24, 32, title, "text", bold=True),
        _text(24, 52, did, "faint"),
        _text(24, 72, "above: what was out of order · below: what came due (grey) and what was done (green)", "faint"),
        *_lanes(result),
        *_charts(result, lanes_end),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _verdict(broken: int) -> str:
    return f"{broken} promises broken" if broken else "every promise was kept"


def _spoken(result: Mapping[str, Any]) -> str:
    return ", ".join(f"{times} times {name}" for name, times in result["faults"].items())


def _lanes(result: Mapping[str, Any]) -> Iterator[str]:
    for number, (target, look) in enumerate(LANES.items()):
        y = TOP + LANE * number
        yield _text(24, y + 13, target, "text")
        yield f'<line class="line" x1="{LEFT}" x2="{RIGHT}" y1="{y + 9}" y2="{y + 9}"/>'
        for one in result["timeline"]:
            if one["target"] == target:
                x = _x(one["at"], result)
                width = max(NARROWEST, _x(one["at"] + one["seconds"], result) - x)
                shown = escape(f"{one['kind']}, {one['seconds']:.1f} s")
                yield (
                    f'<rect class="{look}" x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="12" rx="2">'
                    f"<title>{shown}</title></rect>"
                )


def _charts(result: Mapping[str, Any], top: int) -> Iterator[str]:
    for number, (name, curve) in enumerate(result["curves"].items()):
        y = top + GAP + (CHART + GAP) * number
        most = max([*curve["due"], *curve["done"], 1])
        yield _text(24, y + 12, name, "text")
        yield _text(24, y + 30, f"{curve['done'][-1]:,}", "faint")
        yield f'<line class="line" x1="{LEFT}" x2="{RIGHT}" y1="{y + CHART}" y2="{y + CHART}"/>'
        for kind in ("due", "done"):
            yield f'<polyline class="{kind}" points="{_points(curve[kind], most, y)}"/>'


def _points(counted: Sequence[int], most: int, y: int) -> str:
    step = (RIGHT - LEFT) / len(counted)
    return " ".join(
        f"{LEFT + step * (number + 1):.1f},{y + CHART - CHART * count / most:.1f}"
        for number, count in enumerate(counted)
    )


def _x(at: float, result: Mapping[str, Any]) -> float:
    return LEFT + (RIGHT - LEFT) * min(max(at / float(result["curvesSeconds"]), 0.0), 1.0)


def _text(x: int, y: int, words: str, look: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text class="{look}" x="{x}" y="{y}"{weight}>{escape(words)}</text>'
