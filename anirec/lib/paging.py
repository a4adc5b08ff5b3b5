"""Cursor pagination for the API: added or deleted rows don't shift later pages.

A cursor holds where the page ended, in the terms of the list's order, and is signed: only what was given out is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast

import numpy as np
from django.core import signing
from django.db.models import Expression, F, OrderBy, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from anirec.lib.text import SOME_TEXT
from anirec.lib.web.query import Query

SALT = "cursor"
MOST = 200  # rows per page


class PageQuery(Query):
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=50)
    cursor = serializers.CharField(required=False)


class CursorPages(BasePagination):
    """Of querysets in any order that ends with what is unique, and of `Ranked` rows."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        query = PageQuery.of(request)
        limit, cursor = query["limit"], query.get("cursor")
        self.address = request.build_absolute_uri()
        found = _pages_of(queryset)
        after = _read(cursor, found.signature) if cursor else None
        rows, self.next = found.page(after, limit)
        self.count = found.count
        self.signature = found.signature
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        following = None
        if self.next is not None:
            cursor = signing.dumps([self.signature, self.next], salt=SALT)
            following = replace_query_param(self.address, "cursor", cursor)
        count = {} if self.count is None else {"count": self.count}
        return Response({**count, "next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "count": {"type": "integer", "description": "All that there are, where that is known."},
                "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null at the end."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}
        says = {"limit": "How many of a page.", "cursor": "Where the page begins: as the last page's `next` has it."}
        shapes = {"limit": limit, "cursor": {"type": "string", "pattern": SOME_TEXT}}
        return [
            {"name": name, "in": "query", "required": False, "description": says[name], "schema": shape}
            for name, shape in shapes.items()
        ]


def _pages_of(listed: QuerySet[Any] | Ranked) -> RankedPages | QuerySetPages:
    return QuerySetPages(listed) if isinstance(listed, QuerySet) else RankedPages(listed)


def _read(cursor: str, signature: str) -> list[Any]:
    try:
        of, after = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        of, after = None, []
    if of != signature:
        raise NotFound(_("Invalid cursor: it belongs to a different list or sort order. Start again without one."))
    return list(after)


class Ranked(Protocol):
    """Rows whose order is known as an array of ids; a slice reads the rows of that slice."""

    ids: NDArray[np.int64]

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> list[Any]: ...


class RankedPages:
    """Pages of a ranked id array. A page begins after the last id, or at its old place if that title is gone."""

    signature = "titles"

    def __init__(self, found: Ranked) -> None:
        self.found, self.count = found, len(found)

    def page(self, after: list[Any] | None, limit: int) -> tuple[list[Any], list[Any] | None]:
        start = 0
        if after is not None:
            last, place = after
            at = np.flatnonzero(self.found.ids == last)
            start = int(at[0]) + 1 if len(at) else int(place)
        end = start + limit
        more = end < len(self.found)
        return self.found[start:end], [int(self.found.ids[end - 1]), end] if more else None


class QuerySetPages:
    """Pages of a queryset. A page begins after the sort values of the last row."""

    count: int | None = None

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.terms = [_term(term) for term in rows.query.order_by]
        self.rows = rows.annotate(**{f"_order{n}": term.expression for n, term in enumerate(self.terms)})
        self.signature = ",".join(f"{term.expression!r}{'-' if term.descending else ''}" for term in self.terms)

    def page(self, after: list[Any] | None, limit: int) -> tuple[list[Any], list[Any] | None]:
        rows = self.rows if after is None else self.rows.filter(self._behind([_value(value) for value in after]))
        page = list(rows[: limit + 1])
        if len(page) <= limit:
            return page, None
        return page[:limit], [_plain(_of(page[limit - 1], f"_order{n}")) for n in range(len(self.terms))]

    def _behind(self, values: Sequence[Any]) -> Q:
        """Return the condition for rows after `values` in lexicographic order, with nulls last."""
        behind, same = Q(pk__in=[]), Q()
        for n, (term, value) in enumerate(zip(self.terms, values, strict=True)):
            name = f"_order{n}"
            if value is not None:
                later = Q(**{f"{name}__{'lt' if term.descending else 'gt'}": value})
                behind |= same & (later | Q(**{f"{name}__isnull": True}))
            same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
        return behind


def _term(term: str | Combinable) -> OrderBy:
    if isinstance(term, OrderBy):
        return term
    if isinstance(term, str):
        return OrderBy(F(term.lstrip("-")), descending=term.startswith("-"))
    return OrderBy(cast(Expression, term))


def _of(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _plain(value: Any) -> Any:
    """Return the value in a form that JSON can hold."""
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _value(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
