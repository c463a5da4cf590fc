"""
Watching from every process that serves or works, so that trouble is noticed when beat is away.

A sweep cannot notice that there are no sweeps. So each web process and each worker's main process
has one thread that runs the functions in ``settings.WATCHES`` every ``OKTA_WATCH_EVERY``. They must
bear any number of processes doing the same at the same moment.
"""

import logging
import threading

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from okta.errors import reason

logger = logging.getLogger(__name__)


class Watcher:
    """One thread of a process; a daemon, so that no shutdown waits for it."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look for the first time an interval from now; a second start changes nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="okta.watch", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more; a look under way is left to itself."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(settings.OKTA_WATCH_EVERY.total_seconds()):
            look()


def look() -> None:
    """Run every watch; one that fails costs neither the others nor the next time."""
    for path in settings.WATCHES:
        try:
            import_string(path)()
        except Exception as error:  # A database that is down, for one; there is nobody else to tell.
            logger.warning("watch %s failed: %s", path, reason(error))
        finally:
            # Nothing is kept: it would be one connection more for every process.
            connections.close_all()


watcher = Watcher()
