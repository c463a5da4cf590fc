"""The Celery application: worker, beat and the publishers in web processes share it."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_ready, worker_shutdown

from okta.broker import is_rabbitmq, worker_transport_options
from okta.watch import watcher

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okta.settings")

app = Celery("okta")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Without this, the threads of a web process would publish through a nameless app of Celery's own.
app.set_default()


@celeryd_init.connect
def wait_longer_than_publishers(conf: Any, **_: Any) -> None:
    """Give a worker's sockets the time a blocking pop needs; publishers keep their short one."""
    conf.broker_transport_options = worker_transport_options(conf.broker_transport_options)


@celeryd_init.connect
def leave_delays_to_rabbitmq(conf: Any, **_: Any) -> None:
    """Where the broker delays messages, hold none for long; Redis delays none."""
    if is_rabbitmq(conf.broker_url):
        app.Task.Strategy = "okta.strategy:believe_the_broker"


@worker_ready.connect
def start_watching(**_: Any) -> None:
    """Watch from the worker's main process, which holds no task that could be in the way."""
    watcher.start()


@worker_shutdown.connect
def stop_watching(**_: Any) -> None:
    watcher.stop()
