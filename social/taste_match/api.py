"""/api/v1/members/<name>/compare/ and /my/suggestions/: taste match and people to follow."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.web.query import Query
from catalog.titles.serializers import TitleLinkSerializer
from social.people import queries
from social.people.relations_api import KnownSerializer
from social.taste_match import suggestions
from social.taste_match.comparison import Comparison, Pair, compare


class PairSerializer(serializers.Serializer[Pair]):
    title = TitleLinkSerializer()
    own = serializers.IntegerField(help_text="My score.")
    theirs = serializers.IntegerField()


class ComparisonSerializer(serializers.Serializer[Comparison]):
    affinity = serializers.SerializerMethodField(
        help_text="From -1 to 1, shrunk towards 0 for few common titles; null if there are too few."
    )
    n_scored_by_both = serializers.IntegerField(source="affinity.n_common")
    n_own = serializers.IntegerField()
    n_theirs = serializers.IntegerField(help_text="Number of their entries that I can see.")
    n_both = serializers.IntegerField(help_text="Number of titles on both lists.")
    loved = PairSerializer(many=True, help_text="Titles we both love.")
    apart = PairSerializer(many=True, help_text="Titles we disagree on most.")

    def get_affinity(self, comparison: Comparison) -> float | None:
        return comparison.affinity.value if comparison.affinity.is_known else None


class SuggestionSerializer(serializers.Serializer[Any]):
    member = KnownSerializer()
    affinity = serializers.FloatField(source="affinity.value", default=None, allow_null=True)
    n_common = serializers.IntegerField(source="affinity.n_common", default=None, allow_null=True)
    followed_by = serializers.ListField(
        child=serializers.CharField(), source="friends", help_text="Some of the people I follow who follow them."
    )
    n_more = serializers.IntegerField(help_text="Number of other people I follow who follow them.")


class SuggestionsQuery(Query):
    n = serializers.IntegerField(min_value=1, max_value=50, default=20, help_text="Number of suggestions.")


class Compare(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="member_compare", responses=ComparisonSerializer)
    def get(self, request: Request, username: str) -> Response:
        """Compare my list with a member's visible entries."""
        other = queries.visible_member(username, request.user)
        return Response(ComparisonSerializer(compare(member_of(request), other)).data)


class MySuggestions(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(
        operation_id="my_suggestions", parameters=[SuggestionsQuery], responses=SuggestionSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List suggested people, with reasons."""
        suggested = suggestions.suggest(member_of(request), SuggestionsQuery.of(request)["n"])
        return Response(SuggestionSerializer(suggested, many=True).data)


class OneSuggestion(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="my_suggestion_put", request=None, responses={204: None})
    def put(self, request: Request, username: str) -> Response:
        """Allow a member to be suggested again."""
        return self._dismiss(request, username, is_dismissed=False)

    @extend_schema(operation_id="my_suggestion_delete", responses={204: None})
    def delete(self, request: Request, username: str) -> Response:
        """Dismiss a suggested member."""
        return self._dismiss(request, username, is_dismissed=True)

    def _dismiss(self, request: Request, username: str, *, is_dismissed: bool) -> Response:
        other = queries.visible_member(username, request.user)
        suggestions.dismiss(member_of(request), other, is_dismissed=is_dismissed)
        return Response(status=204)


urlpatterns = [
    path("members/<str:username>/compare/", Compare.as_view(), name="member-compare"),
    path("my/suggestions/", MySuggestions.as_view(), name="my-suggestions"),
    path("my/suggestions/<str:username>/", OneSuggestion.as_view(), name="my-suggestion"),
]
