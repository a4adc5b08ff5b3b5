"""The catalogue's filters as parameters of the API, described for its schema."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from anirec.lib.text import SOME_TEXT
from catalog.browse.filters import RANGES, SEASON_PATTERN, YEARS, TitleFilter, status_on_list_choices
from catalog.index.services import SERVICES

CHOSEN_FROM_CATALOGUE = ("tag", "tag_any", "tag_not", "studio")


class TitleFilterBackend(DjangoFilterBackend):
    """The catalogue's filters. An unknown tag or studio is a 404; every other invalid value is a 400."""

    def get_filterset(self, request: Request, queryset: Any, view: Any) -> Any:
        filters = super().get_filterset(request, queryset, view)
        if filters is not None:
            require_known(filters)
        return filters


def require_known(filters: TitleFilter) -> None:
    """Raise NotFound for unknown tags and studios, ValidationError for other invalid values."""
    params = filters.data.lists() if isinstance(filters.data, QueryDict) else []
    if empty := {
        name: [_("This value can't be empty.")] for name, values in params if name in filters.filters and "" in values
    }:
        raise serializers.ValidationError(empty)
    if filters.is_valid():
        return
    errors = filters.errors
    unknown = [error for name in CHOSEN_FROM_CATALOGUE if name in errors for error in errors[name]]
    if len(unknown) == sum(len(messages) for messages in errors.values()):
        raise NotFound(_("Unknown tag or studio: %(why)s") % {"why": " ".join(unknown)})
    raise serializers.ValidationError(errors)


def _describe(name: str, shape: dict[str, Any]) -> None:
    extend_schema_field(shape)(TitleFilter.base_filters[name])


def _many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def describe_filters() -> None:
    """Describe filters in the schema whose values aren't declared, or known only at request time."""
    _describe("q", {"type": "string", "maxLength": 120, "pattern": SOME_TEXT})
    for name in CHOSEN_FROM_CATALOGUE:
        _describe(name, _many({"type": "string", "pattern": SOME_TEXT}))
    _describe("list", _many({"type": "string", "enum": [value for value, _label in status_on_list_choices()]}))
    _describe("service", _many({"type": "string", "enum": [value for value, _label in SERVICES]}))
    for name in ("season_from", "season_to"):
        _describe(name, {"type": "string", "pattern": f"^(?:{SEASON_PATTERN})$"})
    for name in RANGES:
        for end in ("min", "max"):
            limits = (
                {"minimum": YEARS["min_value"], "maximum": YEARS["max_value"]}
                if name == "year"
                else {"minimum": 0, "maximum": 1e50}
            )
            _describe(f"{name}_{end}", {"type": "number", **limits, **({"maximum": 10} if name == "score" else {})})
