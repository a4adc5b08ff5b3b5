"""Cursor pagination for the API: added or deleted rows don't shift later pages.

A cursor holds the position of a page's last row in the list's order. It's signed, so only issued cursors are valid.
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
    """Pagination of `Ranked` rows, and of querysets whose order ends with a unique field."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        query = PageQuery.of(request)
        limit, cursor = query["limit"], query.get("cursor")
        self.address = request.build_absolute_uri()
        pages = _pages_of(queryset)
        after = _read(cursor, pages.signature) if cursor else None
        rows, self.next = pages.page(after, limit)
        self.count = pages.count
        self.signature = pages.signature
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        next_url = None
        if self.next is not None:
            cursor = signing.dumps([self.signature, self.next], salt=SALT)
            next_url = replace_query_param(self.address, "cursor", cursor)
        count = {} if self.count is None else {"count": self.count}
        return Response({**count, "next": next_url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "count": {"type": "integer", "description": "Total number of results, if known."},
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "URL of the next page, or null.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}
        descriptions = {"limit": "Results per page.", "cursor": "The cursor from the previous page's `next` URL."}
        shapes = {"limit": limit, "cursor": {"type": "string", "pattern": SOME_TEXT}}
        return [
            {"name": name, "in": "query", "required": False, "description": descriptions[name], "schema": shape}
            for name, shape in shapes.items()
        ]


def _pages_of(rows: QuerySet[Any] | Ranked) -> RankedPages | QuerySetPages:
    return QuerySetPages(rows) if isinstance(rows, QuerySet) else RankedPages(rows)


def _read(cursor: str, signature: str) -> list[Any]:
    try:
        signed_for, after = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        signed_for, after = None, []
    if signed_for != signature:
        raise NotFound(_("Invalid cursor: it belongs to a different list or sort order. Start again without one."))
    return list(after)


class Ranked(Protocol):
    """Rows in the order of an array of ids. A slice loads only its rows."""

    ids: NDArray[np.int64]

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> list[Any]: ...


class RankedPages:
    """Pages of a ranked id array. A page starts after the last id, or at its old position if that row is gone."""

    signature = "titles"

    def __init__(self, rows: Ranked) -> None:
        self.rows, self.count = rows, len(rows)

    def page(self, after: list[Any] | None, limit: int) -> tuple[list[Any], list[Any] | None]:
        start = 0
        if after is not None:
            last, place = after
            at = np.flatnonzero(self.rows.ids == last)
            start = int(at[0]) + 1 if len(at) else int(place)
        end = start + limit
        has_more = end < len(self.rows)
        return self.rows[start:end], [int(self.rows.ids[end - 1]), end] if has_more else None


class QuerySetPages:
    """Pages of a queryset. A page starts after the sort values of the last row."""

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
    """Convert the value for JSON."""
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _value(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
