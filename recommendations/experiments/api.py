"""/api/v1/experiments/: which variant of a widget to show, and what came of showing it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anirec.lib.web.query import Query
from recommendations.experiments import intake
from recommendations.experiments.variants import variant_for
from recommendations.widgets import WIDGETS


class AssignmentQuery(Query):
    widget = serializers.ChoiceField(choices=list(WIDGETS), help_text="Where on the page titles are shown.")


class AssignmentSerializer(serializers.Serializer[Any]):
    widget = serializers.CharField()
    parameters = serializers.DictField(help_text="How to show it.")
    ticket = serializers.CharField(help_text="To be sent with events; empty where nothing is counted.")


class Assignment(APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="experiments_assignment", parameters=[AssignmentQuery], responses=AssignmentSerializer)
    def get(self, request: Request) -> Response:
        """Which form of a widget the member is to be shown; a visitor gets the usual one, and nothing is counted."""
        widget: Any = WIDGETS[AssignmentQuery.of(request)["widget"]]
        if not request.user.is_authenticated:
            return Response({"widget": widget.slug, "parameters": vars(widget.default), "ticket": ""})
        shown = variant_for(widget, request._request)
        return Response({"widget": widget.slug, "parameters": vars(shown.parameters), "ticket": shown.ticket})


PAIRS = {
    "type": "array",
    "items": {
        "type": "array",
        "prefixItems": [
            {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
            {"type": "integer", "minimum": 0, "maximum": 999},
        ],
        "minItems": 2,
        "maxItems": 2,
    },
    "description": "Pairs of a title's id and its position.",
}


EVENTS = {
    "type": "array",
    "minItems": 1,
    "maxItems": intake.MOST_TICKETS,
    "items": {
        "type": "object",
        "required": ["ticket"],
        "additionalProperties": False,
        "properties": {
            "ticket": {"type": "string", "pattern": r"^[\w-]+:[\w-]+:[\w-]+$", "description": "Of the assignment."},
            "seen": PAIRS,
            "opened": PAIRS,
        },
    },
}


class Events(APIView):
    """Public, as a page's beacon is: a ticket says whose events these are."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="experiments_events", request={"application/json": EVENTS}, responses={202: None})
    def post(self, request: Request) -> Response:
        """What was seen in a widget and what was opened from it, all of it or nothing."""
        try:
            batches = intake.read(request.data)
        except intake.UnknownTicketError as error:
            raise PermissionDenied(str(error)) from None
        except intake.BadEventsError as error:
            raise serializers.ValidationError([str(error)]) from None
        if not intake.keep(batches):
            raise Throttled(60, "These are more events than anybody can see in a minute.")
        return Response(status=202)


urlpatterns = [
    path("experiments/assignments/", Assignment.as_view(), name="experiments-assignment"),
    path("experiments/events/", Events.as_view(), name="experiments-events"),
]
