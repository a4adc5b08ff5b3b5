"""The OpenAPI schema: what every operation has in common, said once."""

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
    "400": "Something in the request is wrong; `errors` says what, by field.",
    "401": "It takes a token, or the one sent is unknown, revoked or expired.",
    "403": "The token lacks the scope, or what is asked for is not this member's to do.",
    "404": "There is no such thing, or not for who asks.",
    "405": "The address is not for this method; `Allow` says for which it is.",
    "406": "The answer is JSON, which the request does not accept.",
    "409": "Another request with this Idempotency-Key is being answered, or the state does not allow it.",
    "412": "The precondition (If-Match, If-None-Match) does not hold: it was changed meanwhile.",
    "413": "The body is too long.",
    "415": "The body is not of a media type that is read here.",
    "422": "It is well said, but cannot be; `errors` says why. Or the Idempotency-Key was sent with another request before.",
    "429": "Too many requests; Retry-After says in how many seconds to go on.",
}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Any text of the client's own, new for each write: sent again with it, the write is not done twice.",
)


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """What every error answer looks like: problem details, RFC 9457."""

    type = serializers.CharField(help_text='Always "about:blank": the status says what kind of problem it is.')
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # fields are no attributes of the class
        required=False, help_text="What is wrong, by field: lists of sentences."
    )


PROBLEM = OpenApiExample(
    "A wrong value",
    value={
        "type": "about:blank", "title": "Bad Request", "status": 400, "detail": INVALID,
        "errors": {"score": ["Ensure this value is less than or equal to 10."]},
    },
    media_type=CONTENT_TYPE,
    response_only=True,
)  # fmt: skip


class ApiSchema(AutoSchema):
    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        scope = scope_needed(self.view, self.method)
        needs = f"Needs the scope `{scope}`, where a token is sent." if scope else ""
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
            bodies["304"] = {"description": "It is as it was: the ETag is the one in If-None-Match."}
        others = {**problem, "description": "What else went wrong."}
        return {**problems, **bodies, "default": others}

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)
        # Described as it is, it is no object of which every part may be left out.
        if body and isinstance(self.get_request_serializer(), dict):
            body["required"] = True
        return body

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        mapped = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and getattr(serializer, "is_closed", False):
            mapped["additionalProperties"] = False
        return mapped

    def _problems(self) -> set[str]:
        found = {"400", "401", "404", "406", "429"}
        if IsAuthenticated in self.view.permission_classes or scope_needed(self.view, self.method):
            found |= {"403"}
        if self._is_write():
            found |= {"403", "409", "413", "422"}
        if self.method in ("POST", "PUT", "PATCH"):
            found |= {"415"}
        if getattr(self.view, "has_conditions", False) and self._is_write():
            found |= {"412"}
        return found

    def _is_write(self) -> bool:
        return self.method in WRITES
