"""Going through a page with the keyboard alone, as somebody without a mouse does."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

BEGIN = (Path(__file__).parent / "keyboard.js").read_text()
IS_AT = "() => window.oktaKeyboard.isAt()"
# A field for a day and a time has stops of its own for each part of them.
PARTS = 8


def keyboard_troubles(page: Page, *, whole: bool = True) -> list[str]:
    """
    What a keyboard does not reach, or reaches unseen, out of turn, or without a way on.

    ``whole`` goes through all of the page; else by the link past the menu, as who knows the menu does.
    """
    begun: dict[str, Any] = page.evaluate(BEGIN)
    offered, troubles, first = begun["offered"], list(begun["troubles"]), 0
    # A dialog does not let the keyboard go: it stays on the answer that is suggested.
    suggested = page.evaluate(IS_AT)
    page.keyboard.press("Tab")
    if not whole:
        page.keyboard.press("Enter")
        first = begun["main"] if begun["main"] >= 0 else len(offered)
        page.keyboard.press("Tab")
    reached = [suggested["index"]] if suggested else []
    reached += _go_through(page, troubles, limit=(len(offered) + 1) * PARTS)
    missed = [name for index, name in enumerate(offered) if index >= first and index not in reached]
    troubles += [f"no Tab leads to {name}" for name in missed]
    in_turn = [index for index in reached if index >= first]
    if in_turn != sorted(in_turn):
        troubles.append(f"out of turn: {[offered[index] for index in in_turn]}")
    return troubles


def _go_through(page: Page, troubles: list[str], *, limit: int) -> list[int]:
    """Press Tab until the page is left or begins anew; the stops in their order, and what is wrong with each."""
    reached: list[int] = []
    for _press in range(limit):
        at = page.evaluate(IS_AT)
        if at is None or (at["index"] in reached[:-1] and at["index"] >= 0):
            return reached
        if at["index"] >= 0 and at["index"] not in reached:
            reached.append(at["index"])
            troubles += [f"the keyboard is not seen at {at['name']}"] if at["unseen"] else []
            troubles += [f"the keyboard is behind something at {at['name']}"] if at["covered"] else []
        page.keyboard.press("Tab")
    troubles.append(f"no way on from {page.evaluate(IS_AT)}")
    return reached
