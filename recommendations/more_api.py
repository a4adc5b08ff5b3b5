"""/api/v1/my/rows/, /moods/, /my/surprise/, /my/taste/, /experiments/: the other pages of recommendations, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_access import ForMembers, member_of
from accounts.models import ListEntry
from catalog.api import TitleLinkSerializer
from catalog.api_query import Query
from catalog.title_index import title_index
from recommendations import serving
from recommendations.api import LengthQuery, RecommendationSerializer, as_json
from recommendations.charts import Chart
from recommendations.experiments import intake
from recommendations.experiments.variants import variant_for
from recommendations.experiments.widgets import WIDGETS
from recommendations.models import Mood
from recommendations.taste.influence import most_influential
from recommendations.taste.lists import ReadList
from recommendations.taste.profile import Profile, profile
from recommendations.taste.year import year_in_review
from social.queries import visible_member


class RowSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    heading = serializers.CharField()
    hint = serializers.CharField(help_text="What the row holds.")


class MoodSerializer(serializers.ModelSerializer[Mood]):
    class Meta:
        model = Mood
        fields = ("slug", "name", "description")


class ItemsSerializer(serializers.Serializer[Any]):
    items = RecommendationSerializer(many=True)


class PointSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # fields are no attributes of the class
    value = serializers.FloatField()
    beside = serializers.FloatField(allow_null=True, help_text="What it is compared with.")


class ChartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    says = serializers.CharField(help_text="What it shows, in a sentence.")
    points = PointSerializer(many=True)


class InfluenceSerializer(serializers.Serializer[Any]):
    title = TitleLinkSerializer()
    share = serializers.FloatField(help_text="Of all that speaks for my recommendations, 0–1.")


class NumbersSerializer(serializers.Serializer[Any]):
    n_titles = serializers.IntegerField()
    n_completed = serializers.IntegerField()
    n_scored = serializers.IntegerField()
    mean_score = serializers.FloatField(allow_null=True)
    hours = serializers.FloatField()
    mainstream = serializers.FloatField(
        allow_null=True, help_text="The share, 0–1, of titles that fewer people know than the middle one of the list."
    )
    charts = ChartSerializer(many=True)


class TasteSerializer(NumbersSerializer):
    years = serializers.ListField(child=serializers.IntegerField(), help_text="That have a review of their own.")
    influences = InfluenceSerializer(many=True, help_text="The titles that move my recommendations most.")


class YearSerializer(NumbersSerializer):
    year = serializers.IntegerField()
    best = TitleLinkSerializer(many=True)
    first = TitleLinkSerializer(allow_null=True)
    last = TitleLinkSerializer(allow_null=True)


class MyRows(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_rows", responses=RowSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The rows of For you, in their order."""
        return Response(RowSerializer(serving.rows_for(member_of(request)), many=True).data)


class MyRow(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_row", parameters=[LengthQuery], responses=ItemsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """What stands in a row: `picks`, `continue`, `friends`, `season`, `gems`, or `because-` and a liked title's id."""
        n, member = LengthQuery.of(request)["n"], member_of(request)
        try:
            row = serving.find_row(member, slug)
        except LookupError:
            raise Http404("There is no such row.") from None
        return Response({"items": [as_json(item) for item in serving.fill(row, member, n)]})


class OfTheirs(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="member_compare_watch", parameters=[LengthQuery], responses=ItemsSerializer)
    def get(self, request: Request, username: str) -> Response:
        """What a member loves and is new to me: what I am expected to like most first."""
        n, other = LengthQuery.of(request)["n"], visible_member(username, request.user)
        found = serving.loved_by(serving.Reader(member_of(request)), other, n)
        return Response({"items": [as_json(item) for item in found]})


class Moods(APIView):
    @extend_schema(operation_id="moods", responses=MoodSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What one may feel like watching."""
        return Response(MoodSerializer(Mood.objects.all(), many=True).data)


class MoodTitles(APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="mood", parameters=[LengthQuery], responses=ItemsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """The titles of a mood: for a member, those that suit them best first."""
        mood = get_object_or_404(Mood, slug=slug)
        found = serving.recommend(
            serving.Reader.of(request.user, {}), LengthQuery.of(request)["n"], choice=serving.in_mood(mood)
        )
        return Response({"items": [as_json(item) for item in found.items]})


class MySurprise(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_surprise", responses=ItemsSerializer)
    def get(self, request: Request) -> Response:
        """One title by chance, the better it suits the likelier; none where there is nothing to choose from."""
        item = serving.surprise(serving.Reader(member_of(request)))
        response = Response({"items": [as_json(item)] if item else []})
        response["Cache-Control"] = "no-store"
        return response


class MyTaste(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_taste", responses=TasteSerializer)
    def get(self, request: Request) -> Response:
        """My taste in numbers."""
        own, member = _own(request), member_of(request)
        influences = most_influential(member) if len(own) else []
        found = {**_numbers(profile(own)), "years": own.years, "influences": influences}
        return Response(TasteSerializer(found).data)


class MyYear(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_year", responses=YearSerializer)
    def get(self, request: Request, year: int) -> Response:
        """A year in review."""
        own = _own(request)
        if year not in own.years:
            raise Http404("Nothing was finished in that year.")
        review = year_in_review(own, year)
        best = [title for title, _score in review.best]
        found = {"year": year, **_numbers(review.numbers), "best": best, "first": review.first, "last": review.last}
        return Response(YearSerializer(found).data)


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


def _own(request: Request) -> ReadList:
    member = member_of(request)
    return ReadList.of(ListEntry.objects.own(member), title_index().tags_visible_to(member))


def _numbers(found: Profile) -> dict[str, Any]:
    return {
        "n_titles": found.n_titles,
        "n_completed": found.n_completed,
        "n_scored": found.n_scored,
        "mean_score": found.mean,
        "hours": found.hours,
        "mainstream": found.mainstream,
        "charts": [_chart(chart) for chart in found.charts],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    points = [{"label": mark.row.label, "value": mark.row.value, "beside": mark.row.beside} for mark in chart.marks]
    return {"name": chart.name, "title": chart.title, "says": chart.says, "points": points}


urlpatterns = [
    path("my/rows/", MyRows.as_view(), name="my-rows"),
    path("my/rows/<slug:slug>/", MyRow.as_view(), name="my-row"),
    path("members/<str:username>/compare/watch/", OfTheirs.as_view(), name="member-compare-watch"),
    path("moods/", Moods.as_view(), name="moods"),
    path("moods/<slug:slug>/", MoodTitles.as_view(), name="mood"),
    path("my/surprise/", MySurprise.as_view(), name="my-surprise"),
    path("my/taste/", MyTaste.as_view(), name="my-taste"),
    path("my/taste/<int:year>/", MyYear.as_view(), name="my-year"),
    path("experiments/assignments/", Assignment.as_view(), name="experiments-assignment"),
    path("experiments/events/", Events.as_view(), name="experiments-events"),
]
