"""/api/v1/experiments/: variant assignment and event intake."""

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
    widget = serializers.ChoiceField(choices=list(WIDGETS), help_text="Widget to get the variant for.")


class AssignmentSerializer(serializers.Serializer[Any]):
    widget = serializers.CharField()
    parameters = serializers.DictField(help_text="Display parameters of the assigned variant.")
    ticket = serializers.CharField(help_text="Send it with events. Empty if events are not counted.")


class Assignment(APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="experiments_assignment", parameters=[AssignmentQuery], responses=AssignmentSerializer)
    def get(self, request: Request) -> Response:
        """Return the widget variant assigned to the member; visitors get the default, without a ticket."""
        widget: Any = WIDGETS[AssignmentQuery.of(request)["widget"]]
        if not request.user.is_authenticated:
            return Response({"widget": widget.slug, "parameters": vars(widget.default), "ticket": ""})
        assignment = variant_for(widget, request._request)
        return Response({"widget": widget.slug, "parameters": vars(assignment.parameters), "ticket": assignment.ticket})


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
    "description": "Pairs of title ID and position.",
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
            "ticket": {
                "type": "string",
                "pattern": r"^[\w-]+:[\w-]+:[\w-]+$",
                "description": "Ticket from the assignment.",
            },
            "seen": PAIRS,
            "opened": PAIRS,
        },
    },
}


class Events(APIView):
    """Public endpoint: the signed ticket identifies the member or visitor."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="experiments_events", request={"application/json": EVENTS}, responses={202: None})
    def post(self, request: Request) -> Response:
        """Record impressions and clicks in widgets; a request is accepted or rejected as a whole."""
        try:
            batches = intake.read(request.data)
        except intake.UnknownTicketError as error:
            raise PermissionDenied(str(error)) from None
        except intake.BadEventsError as error:
            raise serializers.ValidationError([str(error)]) from None
        if not intake.keep(batches):
            raise Throttled(60, "Too many events. Retry in a minute.")
        return Response(status=202)


urlpatterns = [
    path("experiments/assignments/", Assignment.as_view(), name="experiments-assignment"),
    path("experiments/events/", Events.as_view(), name="experiments-events"),
]
