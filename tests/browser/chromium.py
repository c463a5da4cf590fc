"""The browser the tests drive: whichever Chromium is on this machine; nothing is downloaded."""

import os
import shutil
from pathlib import Path

NONE = (
    "No Chromium on this machine, so no page was opened in a browser. "
    "Get one with `apt-get install --no-install-recommends chromium`, or name one with CHROMIUM=/its/path."
)
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
CACHES = (Path("~/.cache/ms-playwright"), Path("~/Library/Caches/ms-playwright"))
IN_CACHE = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium")
# In a container there is no sandbox to be had, no graphics card, and little shared memory. What else is
# switched off would speak to the network, or to a person who starts a browser for the first time.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, one on the PATH, or one that Playwright once fetched."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path), None) or _fetched()


def _fetched() -> str | None:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    caches = (Path(given),) if given else CACHES
    found = (path for cache in caches for pattern in IN_CACHE for path in sorted(cache.expanduser().glob(pattern)))
    return next((str(path) for path in found if os.access(path, os.X_OK)), None)
