"""/api/v1/titles/, /titles/facets/ and /top/: the data behind the browse and top lists pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anirec.lib.paging import CursorPages
from anirec.lib.text import SOME_TEXT
from anirec.lib.web.query import Query
from catalog.browse.api_filters import TitleFilterBackend, describe_filters, require_known
from catalog.browse.facets import Facets, Option
from catalog.browse.filters import TitleFilter
from catalog.browse.queries import title_filter
from catalog.browse.top_lists import TopForm, top_lists
from catalog.models import Title
from catalog.titles.serializers import TitleCardSerializer, title_card


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass removes fields from the class
    n = serializers.IntegerField(help_text="Titles found with only this value of the filter, or with this tag added.")


class FacetSerializer(serializers.Serializer[Any]):
    parameter = serializers.CharField(help_text="The parameter of /titles/ that takes these values.")
    options = OptionSerializer(many=True)


class FacetsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Number of titles that match the filters.")
    facets = FacetSerializer(many=True)


class TitleFacets(GenericAPIView):
    queryset = Title.objects.none()
    filter_backends = (TitleFilterBackend,)
    filterset_class = TitleFilter

    @extend_schema(operation_id="titles_facets", responses=FacetsSerializer, filters=True)
    def get(self, request: Request) -> Response:
        """List the options of every filter, each with the number of titles it would find."""
        filters = title_filter(request.query_params, request.user)
        require_known(filters)
        facets = Facets(filters)
        by_parameter: dict[str, list[Option]] = {
            **({"medium": media} if (media := facets.media()) else {}),
            "format": facets.formats(),
            "status": facets.statuses(),
            "source_material": facets.sources(),
            "age_rating": facets.ages(),
            "season": facets.seasons(),
            "studio": facets.studios(),
            "service": facets.services(),
            "mood": facets.moods(),
        }
        tags = [{"value": tag.slug, "label": tag.label, "n": tag.n} for group in facets.tags() for tag in group.options]
        rows = [
            {"parameter": name, "options": [{"value": o.value, "label": str(o.label), "n": o.n} for o in options]}
            for name, options in by_parameter.items()
        ]
        return Response({"count": len(filters.qs), "facets": [{"parameter": "tag", "options": tags}, *rows]})


class TopListSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    about = serializers.CharField()
    query = serializers.CharField(help_text="Query string of /titles/ for the full list.")
    titles = TitleCardSerializer(many=True)


class TopQuery(Query):
    decade = serializers.IntegerField(
        required=False, help_text="The first year of a decade (1990), or a single year as a negative number (-2024)."
    )
    format = serializers.RegexField(SOME_TEXT, required=False)
    tag = serializers.RegexField(SOME_TEXT, required=False)


class TopTitles(APIView):
    @extend_schema(operation_id="top", parameters=[TopQuery], responses=TopListSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the first titles of each top list. Unknown filter values are ignored."""
        TopQuery.of(request)
        query = QueryDict(request._request.GET.urlencode())
        lists = top_lists(TopForm(query, request.user).query(), request.user)
        return Response(
            [
                {
                    "label": str(result.about.label),
                    "about": str(result.about.about),
                    "query": result.address,
                    "titles": [title_card(title) for title in result.titles],
                }
                for result in lists
            ]
        )


@extend_schema_view(get=extend_schema(operation_id="titles"))
class TitleList(ListAPIView[Title]):
    """List titles, with the filters of the browse page."""

    serializer_class = TitleCardSerializer
    pagination_class = CursorPages
    filter_backends = (TitleFilterBackend,)
    filterset_class = TitleFilter

    def get_queryset(self) -> QuerySet[Title]:
        return Title.objects.visible_to(self.request.user).for_cards()


describe_filters()
urlpatterns = [
    path("titles/", TitleList.as_view(), name="titles"),
    path("titles/facets/", TitleFacets.as_view(), name="titles-facets"),
    path("top/", TopTitles.as_view(), name="top"),
]
