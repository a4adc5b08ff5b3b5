"""The OpenAPI schema: parameters, responses and descriptions common to all operations."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from accounts.tokens.authentication import scope_needed
from anirec.api.problems import CONTENT_TYPE, INVALID

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
MEANINGS = {
    "400": "The request is malformed; `errors` lists the messages by field.",
    "401": "A token is required, or the one sent is unknown, revoked or expired.",
    "403": "The token lacks the scope, or the member isn't allowed to do this.",
    "404": "The resource doesn't exist or isn't visible to the caller.",
    "405": "Method not allowed; `Allow` lists the supported methods.",
    "406": "The `Accept` header excludes JSON, the only response format.",
    "409": "A request with this Idempotency-Key is still being processed, or the resource's state conflicts.",
    "412": "The precondition (If-Match, If-None-Match) failed: the resource has changed.",
    "413": "The request body is too large.",
    "415": "Unsupported media type.",
    "422": "The request is well-formed but not possible (see `errors`), or the Idempotency-Key was used before.",
    "429": "Too many requests; wait the number of seconds in Retry-After.",
}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="A unique value for each write. Retrying with the same value doesn't repeat the write.",
)


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """The body of every error response: RFC 9457 problem details."""

    type = serializers.CharField(help_text='Always "about:blank": the status identifies the kind of problem.')
    title = serializers.CharField(help_text="The reason phrase of the status.")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the metaclass removes fields from the class
        required=False, help_text="Lists of messages by field."
    )


PROBLEM = OpenApiExample(
    "Invalid value",
    value={
        "type": "about:blank", "title": "Bad Request", "status": 400, "detail": INVALID,
        "errors": {"score": ["Ensure this value is less than or equal to 10."]},
    },
    media_type=CONTENT_TYPE,
    response_only=True,
)  # fmt: skip


class ApiSchema(AutoSchema):
    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own signature
        scope = scope_needed(self.view, self.method)
        needs = f"Requests with a token need the scope `{scope}`." if scope else ""
        return "\n\n".join(filter(None, [super().get_description(), needs]))

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *([IDEMPOTENCY] if self._is_write() else [])]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if direction != "response":
            return bodies
        problem = self._get_response_for_code(ProblemSerializer, "default", [CONTENT_TYPE])
        problems = {status: {**problem, "description": MEANINGS[status]} for status in self._problems()}
        if self.method == "GET":
            bodies["304"] = {"description": "Not modified: the ETag matches If-None-Match."}
        others = {**problem, "description": "Any other error."}
        return {**problems, **bodies, "default": others}

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)
        # drf-spectacular marks bodies as required only if they have a serializer, not a plain schema.
        if body and isinstance(self.get_request_serializer(), dict):
            body["required"] = True
        return body

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        mapped = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and getattr(serializer, "is_closed", False):
            mapped["additionalProperties"] = False
        return mapped

    def _problems(self) -> set[str]:
        statuses = {"400", "401", "404", "406", "429"}
        if IsAuthenticated in self.view.permission_classes or scope_needed(self.view, self.method):
            statuses |= {"403"}
        if self._is_write():
            statuses |= {"403", "409", "413", "422"}
        if self.method in ("POST", "PUT", "PATCH"):
            statuses |= {"415"}
        if getattr(self.view, "has_conditions", False) and self._is_write():
            statuses |= {"412"}
        return statuses

    def _is_write(self) -> bool:
        return self.method in WRITES
