"""
Whether this process lives (``/livez``), and whether the system can keep its promises (``/readyz``).

Only a missing database or a missing migration makes ``/readyz`` answer 503: everything else is
named in ``degraded`` and repaired by sweeps, and taking the web away would not help it.
"""

from collections.abc import Callable

from amqp.exceptions import AMQPError
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from okta.broker import impatient, is_rabbitmq
from okta.models import SweepRun
from okta.sweeps import is_late, last_good_runs

Probe = Callable[[], list[str]]
"""Returns one sentence for each thing that is not as it should be."""


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database is there and migrated; what else is wrong is listed."""
    try:
        missing = missing_migrations()
        if missing:
            return JsonResponse({"status": "unavailable", "missing": missing}, status=503)
        degraded = [sentence for path in settings.DEGRADATION_PROBES for sentence in import_string(path)()]
        figures = {name: import_string(path)() for name, path in settings.READINESS_FIGURES.items()}
        return JsonResponse({"status": "ready", "degraded": degraded, "heartbeatAt": heartbeat_at(), **figures})
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "missing": ["database"]}, status=503)


_migrated = False


def missing_migrations() -> list[str]:
    """The migrations this code needs and the database lacks; asked until there are none."""
    global _migrated
    if _migrated:
        connection.ensure_connection()
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _migrated = not plan
    return [str(migration) for migration, _backwards in plan]


def heartbeat_at() -> str | None:
    """When a worker last answered beat's heartbeat, on the database's clock."""
    newest = SweepRun.objects.filter(kind="okta.heartbeat", ok=True).aggregate(at=Max("finished_at"))["at"]
    return newest.isoformat().replace("+00:00", "Z") if newest else None


def broker_unreachable() -> list[str]:
    """Ask the Redis of the wake-ups for a sign of life."""
    client = impatient(settings.REDIS_URL)
    try:
        client.ping()
    except (RedisError, OSError):
        return ["broker: Redis does not answer; wake-ups are lost and sweeps do the work"]
    finally:
        client.close()
    return []


def rabbitmq_unreachable() -> list[str]:
    """Where RabbitMQ carries the tasks, make a connection to it."""
    url = settings.CELERY_BROKER_URL
    if not is_rabbitmq(url):
        return []
    connection = Connection(url, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    try:
        connection.ensure_connection(max_retries=0)
    except (AMQPError, KombuError, OSError):
        return ["broker: RabbitMQ does not answer; nothing delayed is done until it does"]
    finally:
        connection.release()
    return []


def late_sweeps() -> list[str]:
    """Every sweep that has not finished well for three of its intervals."""
    return [f"sweep: {kind} is late" for kind, run in last_good_runs().items() if is_late(kind, run.age)]
