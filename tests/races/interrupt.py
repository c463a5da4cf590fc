"""Running something else exactly when a named function is about to be called."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.utils.module_loading import import_string

from okta.devstack.processes import wait_until
from tests.races.blocking import waiting_for_a_lock


@contextmanager
def interrupted_before(target: str, step: Callable[[], Any]) -> Iterator["Future[Any]"]:
    """
    Run ``step`` on a connection of its own just before the first call of ``target``.

    The call goes on when the step is done, or when it stands before a lock; the future has what it
    came to.
    """
    original, outcome = import_string(target), Future[Any]()
    module, _, name = target.rpartition(".")
    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:

        def interrupted(*args: Any, **kwargs: Any) -> Any:
            patch.undo()
            running = pool.submit(run)
            assert wait_until(lambda: running.done() or waiting_for_a_lock() == 1, seconds=10)
            return original(*args, **kwargs)

        def run() -> None:
            try:
                outcome.set_result(step())
            except BaseException as error:
                outcome.set_exception(error)
            finally:
                connections.close_all()

        patch.setattr(f"{module}.{name}", interrupted)
        yield outcome
    assert outcome.done(), f"{target} was never called"
