"""Reading an address's query, as strictly as the schema says: what is given empty is not taken for left out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


class Query(serializers.Serializer[dict[str, Any]]):
    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The valid values. Raises ValidationError, by parameter."""
        query = cls(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return query.validated_data
