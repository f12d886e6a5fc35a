"""A question that is written and compiled once for each scope and asked again with another key.

Compiling a query takes longer than a good index takes to answer it. The scope is part of what is remembered, so nobody sees another's rows.
"""

import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from iat.kernel import scope

STANDS_IN = uuid.UUID("00000000-0000-4000-8000-00000000face")


class Prepared:
    """`ask(key)` returns the rows of `write(key)`, a queryset of plain values by one UUID."""

    def __init__(self, write: Callable[[uuid.UUID], QuerySet[Any, Any]]) -> None:
        self.write = write
        self._compiled = lru_cache(maxsize=256)(self._compile)

    def _compile(self, here: scope.Scope, vendor: str) -> tuple[str, list[Any], Any, Any]:
        compiler = self.write(STANDS_IN).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        stands_in = models.UUIDField().get_db_prep_value(STANDS_IN, connection)
        converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
        return sql, [None if p == stands_in else p for p in params], compiler, converters

    def ask(self, key: uuid.UUID) -> list[Any]:
        """The rows, as `values_list` would give them. One query."""
        sql, params, compiler, converters = self._compiled(scope.current(), connection.vendor)
        bound = models.UUIDField().get_db_prep_value(key, connection)
        with connection.cursor() as cursor:
            cursor.execute(sql, [bound if p is None else p for p in params])
            rows = cursor.fetchall()
        return list(compiler.apply_converters(rows, converters)) if converters else rows
