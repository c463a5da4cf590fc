"""What is asked of every page: that everybody can use it (axe-core), and that nothing on it is unreadable."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe.min.js").read_text()
LAYOUT = (HERE / "layout.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Kept in the page, and not waited for: the browser judges several pages at once.
BEGIN = """(rules) => {
  window.judgedByAxe = axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
}"""


def layout_troubles(page: Page) -> list[str]:
    """What is cut off, overlapping, too small or beyond the window, each as a sentence."""
    troubles: list[str] = page.evaluate(LAYOUT)
    return troubles


def barriers(page: Page) -> list[str]:
    """What axe finds, WCAG 2.2 AA and its best practices, each place as a few readable lines."""
    begin_axe(page)
    return end_axe(page)


def begin_axe(page: Page) -> None:
    """Let axe start on the page; ``end_axe`` waits for it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    page.evaluate(BEGIN, RULES)


def end_axe(page: Page) -> list[str]:
    found: dict[str, Any] = page.evaluate("() => window.judgedByAxe")
    return [_told(violation, node) for violation in found["violations"] for node in violation["nodes"]]


def _told(violation: dict[str, Any], node: dict[str, Any]) -> str:
    where = " ".join(str(step) for step in node["target"])
    lines = (
        f"{violation['id']} ({violation['impact']}): {violation['help']}",
        f"  at {where}",
        f"  {node['html'][:200]}",
        *(f"  {line}" for line in node["failureSummary"].splitlines()),
    )
    return "\n".join(lines)
