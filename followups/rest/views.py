"""The doors: one view a table, one verb at a time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from followups.actions.adopt_rows import adopt_rows
from followups.actions.change_rows import change_rows
from followups.actions.register_provider import register_provider
from followups.actions.say import say
from followups.actions.schedule import schedule
from followups.rest.answers import json_answer, rendered
from followups.rest.bodies import changes, new_row
from followups.rest.columns import (
    FOLLOW_UP_MESSAGES,
    FOLLOW_UP_REQUESTS,
    PROVIDER_REVIEW_REQUESTS,
    PROVIDERS,
    Column,
    Table,
)
from followups.rest.errors import Refused, no_filter, no_table, not_that_way
from followups.rest.filters import MOST_ROWS, TIES, read
from followups.rest.keys import clinic_of
from followups.rest.queries import rows_of


# The key is in a header that no other site can make a browser send.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class Door(View):
    """What every table has in common: the key, and the shape of a refusal."""

    http_method_names = ["get", "head", "post", "patch"]
    tenant_id: int

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.tenant_id = clinic_of(request)
            return super().dispatch(request, *args, **kwargs)
        except Refused as refused:
            return refused.answer()

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = not_that_way(request.method or "").answer()
        answer["Allow"] = ", ".join(verb.upper() for verb in self.http_method_names if hasattr(self, verb))
        return answer


class NoTable(Door):
    """Whatever else is asked for, and however."""

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return no_table().answer()


class OfTable(Door):
    """A table, before anything may be done with it."""

    table: ClassVar[Table]

    @property
    def rows(self) -> QuerySet[Any]:
        return rows_of(table=self.table, tenant_id=self.tenant_id)

    def answer(self, ids: Collection[UUID], columns: Sequence[Column], *, done: int, silent: int) -> HttpResponse:
        """What was written, where ``Prefer: return=representation`` asks for it; ``silent`` else."""
        preferred = {part.strip().lower() for part in self.request.headers.get("Prefer", "").split(",")}
        if "return=representation" not in preferred:
            empty = HttpResponse(status=silent)
            del empty["Content-Type"]
            return empty
        written = self.rows.filter(pk__in=ids).order_by(*TIES)[:MOST_ROWS]
        return json_answer(rendered(written, columns), status=done)


class Readable(OfTable):
    def get(self, request: HttpRequest) -> HttpResponse:
        """The clinic's rows, in the order asked for, at most a thousand."""
        asked = read(request, self.table, takes={"select", "order", "limit", "offset", "filters"})
        adopt_rows()
        return json_answer(rendered(asked.page(self.rows), asked.columns))


class Insertable(OfTable):
    def post(self, request: HttpRequest) -> HttpResponse:
        """Write one row; a repetition answers with the row that stands."""
        asked = read(request, self.table, takes={"select"})
        written = self.insert(new_row(request, self.table))
        return self.answer([written], asked.columns, done=201, silent=201)

    def insert(self, columns: Mapping[str, Any]) -> UUID:
        """Write the row, and return its id."""
        raise NotImplementedError


class Changeable(OfTable):
    def patch(self, request: HttpRequest) -> HttpResponse:
        """Change the clinic's rows that the filter names; none is no mistake."""
        asked = read(request, self.table, takes={"select", "filters"})
        if not asked.conditions:
            raise no_filter()
        columns = changes(request, self.table)
        adopt_rows()
        rows = self.rows.filter(self.table.open_to_change, *asked.conditions)
        return self.answer(change_rows(rows=rows, columns=columns), asked.columns, done=200, silent=204)


class FollowUpRequests(Readable, Insertable, Changeable):
    """What a provider promised to say; a PATCH cancels what is still scheduled."""

    table = FOLLOW_UP_REQUESTS

    def insert(self, columns: Mapping[str, Any]) -> UUID:
        follow_up, _new = schedule(tenant_id=self.tenant_id, columns=columns)
        return follow_up.pk


class FollowUpMessages(Readable, Insertable, Changeable):
    """What was said; a PATCH marks it as read."""

    table = FOLLOW_UP_MESSAGES

    def insert(self, columns: Mapping[str, Any]) -> UUID:
        return say(tenant_id=self.tenant_id, columns=columns).pk


class ProviderReviewRequests(Readable, Changeable):
    """What parents asked; a PATCH answers, flags or badges it."""

    table = PROVIDER_REVIEW_REQUESTS


class Providers(Readable, Insertable, Changeable):
    """Where providers can be reached."""

    table = PROVIDERS

    def insert(self, columns: Mapping[str, Any]) -> UUID:
        return register_provider(tenant_id=self.tenant_id, columns=columns).pk
