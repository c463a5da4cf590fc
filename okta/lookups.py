"""One more way to ask for rows, on every field."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


class AnyOf(_Lookup):
    """
    ``patient__any_of=ids``: ``in``, for many keys.

    They travel as one array. As a parameter each, as ``in`` sends them, they cost more than the rows
    they find. Keys only, no model instances.
    """

    lookup_name = "any_of"
    prepare_rhs = False
    rhs: Collection[Any]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, list(self.rhs))
