"""Strict query parameters, as in the schema: an empty value isn't the same as a missing one."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


class Query(serializers.Serializer[dict[str, Any]]):
    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """Return the valid values. Raise ValidationError by parameter."""
        query = cls(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return query.validated_data
