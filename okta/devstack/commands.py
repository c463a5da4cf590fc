"""The product's processes as `./dev up` runs them."""

from __future__ import annotations

import sys

CELERY = (sys.executable, "-m", "celery", "-A", "okta")

# SIGTERM becomes a soft shutdown: what runs may finish, for a while. In production that is half a
# minute; a person at a keyboard wants their prompt back.
WORKER_VARIABLES = {"REMAP_SIGTERM": "SIGQUIT", "WORKER_SOFT_SHUTDOWN_TIMEOUT": "2"}


def web(port: int) -> list[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "okta.wsgi:application"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    # Threads, because the views wait for the database; one process, because this is one machine.
    command += ["--workers", "1", "--blocking-threads", "8", "--workers-kill-timeout", "5"]
    return command


def worker() -> list[str]:
    command = [*CELERY, "worker", "-Q", "timers,sweeps,default", "--concurrency", "2", "-l", "info"]
    # It has no neighbours to get to know or to listen to.
    return [*command, "--without-mingle", "--without-gossip"]


def beat() -> list[str]:
    return [*CELERY, "beat", "-l", "info"]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"okta.devstack.{name}", *arguments]
