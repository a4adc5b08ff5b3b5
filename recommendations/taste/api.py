"""/api/v1/my/taste/ and members/<name>/compare/watch/: taste statistics, and titles from another member's list."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import ListEntry
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.charts.bars import Chart
from anirec.lib.web.query import Query
from catalog.index.titles import title_index
from catalog.models.titles import Medium
from catalog.titles.serializers import TitleLinkSerializer
from recommendations import serving
from recommendations.serializers import ItemsSerializer, LengthQuery, as_json
from recommendations.taste.influence import most_influential
from recommendations.taste.lists import ReadList, list_in_model
from recommendations.taste.over_years import over_years
from recommendations.taste.profile import Profile, profile
from recommendations.taste.year import year_in_review, years_of
from social.people.queries import visible_member


class MediumQuery(Query):
    medium = serializers.ChoiceField(choices=Medium.choices, default=Medium.ANIME.value)


class PointSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # fields are no attributes of the class
    value = serializers.FloatField()
    beside = serializers.FloatField(allow_null=True, help_text="Comparison value, if any.")


class ChartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    says = serializers.CharField(help_text="Summary of the chart in one sentence.")
    points = PointSerializer(many=True)


class InfluenceSerializer(serializers.Serializer[Any]):
    title = TitleLinkSerializer()
    share = serializers.FloatField(help_text="Share of the total influence on your recommendations, 0–1.")


class NumbersSerializer(serializers.Serializer[Any]):
    n_titles = serializers.IntegerField()
    n_completed = serializers.IntegerField()
    n_scored = serializers.IntegerField()
    mean_score = serializers.FloatField(allow_null=True)
    hours = serializers.FloatField()
    mainstream = serializers.FloatField(
        allow_null=True, help_text="Share of titles (0–1) that are less popular than the list's median title."
    )
    charts = ChartSerializer(many=True)


class GenreSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    slug = serializers.CharField()


class YearOfTasteSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField()
    finished = serializers.IntegerField(help_text="Titles finished in the year.")
    mean_score = serializers.FloatField(allow_null=True)
    genres = GenreSerializer(many=True, help_text="Genres that were watched more than usual.")


class TasteSerializer(NumbersSerializer):
    over_years = YearOfTasteSerializer(many=True, help_text="Years with at least five finished titles, latest first.")
    years = serializers.ListField(child=serializers.IntegerField(), help_text="Years with a year in review.")
    influences = InfluenceSerializer(many=True, help_text="Titles that influence your recommendations most.")


class YearSerializer(NumbersSerializer):
    year = serializers.IntegerField()
    episodes_by_month = serializers.ListField(
        child=serializers.IntegerField(), help_text="Episodes watched in each month, as far as they were recorded."
    )
    episode_hours = serializers.FloatField(help_text="Length of these episodes.")
    best = TitleLinkSerializer(many=True)
    first = TitleLinkSerializer(allow_null=True)
    last = TitleLinkSerializer(allow_null=True)


class OfTheirs(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="member_compare_watch", parameters=[LengthQuery], responses=ItemsSerializer)
    def get(self, request: Request, username: str) -> Response:
        """Return a member's favourites that are new to you, by predicted score."""
        n, other = LengthQuery.of(request)["n"], visible_member(username, request.user)
        favourites = serving.loved_by(serving.Reader(member_of(request)), other, n)
        return Response({"items": [as_json(item) for item in favourites]})


class MyTaste(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_taste", parameters=[MediumQuery], responses=TasteSerializer)
    def get(self, request: Request) -> Response:
        """Return statistics about your taste in one medium."""
        own, member = _own(request), member_of(request)
        is_anime = _is_anime(request)
        influences = most_influential(member, list_in_model(member)) if len(own) and is_anime else []
        years = years_of(member, own, is_anime=is_anime)
        data = {**_numbers(profile(own)), "years": years, "influences": influences}
        data["over_years"] = [
            {
                "year": one.year,
                "finished": one.finished,
                "mean_score": one.mean,
                "genres": [{"name": name, "slug": slug} for name, slug in one.genres],
            }
            for one in over_years(own)
        ]
        return Response(TasteSerializer(data).data)


class MyYear(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_year", parameters=[MediumQuery], responses=YearSerializer)
    def get(self, request: Request, year: int) -> Response:
        """Return your year in review, in one medium."""
        own, member, is_anime = _own(request), member_of(request), _is_anime(request)
        if year not in years_of(member, own, is_anime=is_anime):
            raise Http404("No titles completed and no episodes watched in that year.")
        review = year_in_review(member, own, year, is_anime=is_anime)
        best = [title for title, _score in review.best]
        data = {
            "year": year,
            **_numbers(review.numbers),
            "episodes_by_month": review.episodes.by_month.tolist(),
            "episode_hours": review.episodes.hours,
            "best": best,
            "first": review.first,
            "last": review.last,
        }
        return Response(YearSerializer(data).data)


def _own(request: Request) -> ReadList:
    member = member_of(request)
    entries = ListEntry.objects.own(member).filter(title__medium=MediumQuery.of(request)["medium"])
    return ReadList.of(entries, title_index().tags_visible_to(member))


def _is_anime(request: Request) -> bool:
    return MediumQuery.of(request)["medium"] == Medium.ANIME


def _numbers(statistics: Profile) -> dict[str, Any]:
    return {
        "n_titles": statistics.n_titles,
        "n_completed": statistics.n_completed,
        "n_scored": statistics.n_scored,
        "mean_score": statistics.mean,
        "hours": statistics.hours,
        "mainstream": statistics.mainstream,
        "charts": [_chart(chart) for chart in statistics.charts],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    points = [{"label": mark.row.label, "value": mark.row.value, "beside": mark.row.beside} for mark in chart.marks]
    return {"name": chart.name, "title": chart.title, "says": chart.says, "points": points}


urlpatterns = [
    path("my/taste/", MyTaste.as_view(), name="my-taste"),
    path("my/taste/<int:year>/", MyYear.as_view(), name="my-year"),
    path("members/<str:username>/compare/watch/", OfTheirs.as_view(), name="member-compare-watch"),
]
