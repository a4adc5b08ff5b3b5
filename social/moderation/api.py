"""/api/v1/…/report/: endpoints for reporting content and members to staff."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.text import NO_NULL
from social.models import Report
from social.moderation import deciding
from social.moderation.targets import targets


class ReportSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Report.Reason.choices)
    remark = serializers.RegexField(NO_NULL, max_length=500, default="", allow_blank=True)


class ReportEndpoint(ForMembers, APIView):
    """Base view for reports. kind: a registered target's name; the URL arguments identify the object."""

    write_scope = "write:social"
    kind = ""

    def post(self, request: Request, **named: Any) -> Response:
        target = targets()[self.kind].find(member_of(request), **named)
        serializer = ReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        deciding.report(member_of(request), target, **serializer.validated_data)
        return Response(status=204)


def report_endpoint(kind: str, description: str, scope: str = "write:social", name: str = "") -> type[ReportEndpoint]:
    """Build the endpoint that reports a `kind`. description, name: for the API schema."""
    view = type(f"Report{kind.title()}", (ReportEndpoint,), {"kind": kind, "write_scope": scope})
    documented = extend_schema(
        operation_id=f"{name or kind}_report",
        request=ReportSerializer,
        responses={204: None},
        description=description,
    )
    return extend_schema_view(post=documented)(view)
