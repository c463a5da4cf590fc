"""Lists: newest first, fifty a page, paged by cursor: ``{"results": […], "next": url | null}``."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

PAGE_SIZE = 50
CURSOR = OpenApiParameter("cursor", str, description="Where the page starts; taken from `next`.")


class Page(CursorPagination):
    """
    One page of a query.

    The first of ``ordering`` is what a cursor remembers, so it must not be null; the rest break ties.

    >>> page = Page(request, Workout.objects.all(), ordering=["-completed_at", "-pk"])
    >>> Response(page.answer(Session(page.rows, many=True).data))
    """

    page_size = PAGE_SIZE

    def __init__(self, request: Request, query: QuerySet[Any], *, ordering: Sequence[str]) -> None:
        """
        Cut the page that ``request`` asks for out of ``query``.

        :raises ValidationError: when the cursor is not one of ours.
        """
        self.ordering = tuple(ordering)
        try:
            self.rows: list[Any] = self.paginate_queryset(query, request) or []
        except (NotFound, DjangoValidationError, ValueError, OverflowError, DataError) as error:
            raise ValidationError({"cursor": [_("This is not a cursor of this list; start without one.")]}) from error

    def decode_cursor(self, request: Request) -> Any:
        cursor = super().decode_cursor(request)
        if cursor is not None and "\0" in str(cursor.position):
            raise ValueError("PostgreSQL has no text with NUL in it")
        return cursor

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return tuple(self.ordering)

    def answer(self, results: Iterable[Any]) -> dict[str, Any]:
        """The body of the response, given the rendered rows."""
        return {"results": list(results), "next": self.get_next_link()}


@cache
def page_of(name: str, row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The OpenAPI shape of a page of ``row``."""
    return inline_serializer(
        name=f"{name}Page",
        fields={"results": row(many=True), "next": serializers.URLField(allow_null=True)},
    )
