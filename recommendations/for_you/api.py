"""/api/v1/my/recommendations/: personal recommendations as JSON."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.authentication import ForMembers, member_of
from catalog.browse.api_filters import TitleFilterBackend, require_known
from catalog.browse.filters import TitleFilter
from catalog.models import Title
from recommendations.analytics.tally import count_served
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.ranking import MODELS, PUBLISHED, RankingOptions
from recommendations.serializers import LengthQuery, RecommendationSerializer, as_json
from recommendations.serving import Choice, RecommendationList, filtered, recommend_for
from recommendations.serving.skipped import REASONS, Skipped

SEGMENTS = "segments"  # favourites of similar members: only reported, not a model to request


def _limits(name: str) -> dict[str, Any]:
    """Return the limits and default of a `RankingOptions` field as serializer arguments."""
    least, most = RankingOptions.LIMITS[name]
    return {"min_value": least, "max_value": most, "default": getattr(PUBLISHED, name)}


class RecommendationQuery(LengthQuery):
    model = serializers.ChoiceField(
        choices=MODELS,
        default=PUBLISHED.model,
        error_messages={"invalid_choice": f"Unknown model. Use one of: {', '.join(MODELS)}."},
        help_text="Ranking model: hybrid, collaborative filtering, content-based, "
        "predicted score, or popularity. The last two give no reasons.",
    )
    niche = serializers.FloatField(
        **_limits("niche"), help_text="Popularity, from -1 (most popular) to 1 (least popular)."
    )
    diversity = serializers.FloatField(
        **_limits("diversity"), help_text="Variety, from 0 (best matches only) to 1 (match the genre mix of the list)."
    )
    minimum_audience = serializers.IntegerField(
        **_limits("minimum_audience"),
        help_text="Minimum number of lists a title is on; new titles are exempt. A niche above 0 lowers it.",
    )
    shortest = serializers.IntegerField(
        **_limits("shortest"), help_text="Minimum total length in minutes, all episodes together."
    )
    recent = serializers.BooleanField(
        default=False,
        help_text="Weigh what was watched lately more. It needs dates on the list; where these show that the taste "
        "changes, what was watched lately weighs more in any case.",
    )
    without_reason = serializers.RegexField(
        r"^[0-9]{1,10}(,[0-9]{1,10})*$(?!\n)",
        default="",
        allow_blank=True,
        trim_whitespace=False,
        error_messages={"invalid": "Enter title IDs as whole numbers separated by commas."},
        help_text="Comma-separated IDs of titles to ignore, as if you had not scored them.",
    )

    def validate_without_reason(self, text: str) -> list[int]:
        return [int(part) for part in text.split(",") if part]


class SkippedSerializer(serializers.Serializer[Skipped]):
    code = serializers.ChoiceField(choices=list(REASONS), help_text="Stable code of the reason.")
    text = serializers.CharField(help_text="Reason in the language of the request.")


class RecommendationListSerializer(serializers.Serializer[Any]):
    source = serializers.ChoiceField(  # type: ignore[assignment]  # fields are no attributes of the class
        choices=["table", "live", "segment", "popular"],
        help_text="Precomputed, computed live, favourites of similar members, or most popular.",
    )
    tried = SkippedSerializer(many=True, help_text="Better sources that were skipped, each with the reason.")
    model = serializers.CharField(help_text="The live model version.")
    ranked_by = serializers.ChoiceField(
        choices=[*MODELS, SEGMENTS],
        help_text="The requested model, or its fallback (see `source`).",
    )
    computed_at = serializers.DateTimeField()
    n_inputs = serializers.IntegerField(help_text="Number of list entries the recommendations are based on.")
    items = RecommendationSerializer(many=True)


class MyRecommendations(ForMembers, GenericAPIView):
    read_scope = "read:recommendations"
    queryset = Title.objects.none()
    filter_backends = (TitleFilterBackend,)
    filterset_class = TitleFilter

    @extend_schema(
        operation_id="my_recommendations",
        parameters=[RecommendationQuery],
        responses=RecommendationListSerializer,
        filters=True,
    )
    def get(self, request: Request) -> Response:
        """Return personal recommendations with reasons. Accepts the filters of /titles/; `sort` is ignored."""
        query = RecommendationQuery.of(request)
        options = RankingOptions(**{name: query[name] for name in (*RankingOptions.LIMITS, "model", "recent")})
        recommendations = recommend_for(
            member_of(request),
            query["n"],
            without_reason=query["without_reason"],
            options=options,
            choice=_choice(request),
        )
        count_served(recommendations)
        return Response(_recommendation_list(recommendations, options))


def _choice(request: Request) -> Choice | None:
    if not TitleFilter.is_asked(request.query_params):
        return None
    filters = TitleFilter(request.query_params, Title.objects.visible_to(request.user), viewer=request.user)
    require_known(filters)
    return filtered(filters)


def _recommendation_list(recommendations: RecommendationList, options: RankingOptions) -> dict[str, Any]:
    return {
        "source": recommendations.source,
        "tried": [{"code": skipped.code, "text": skipped.text} for skipped in recommendations.tried],
        "model": recommendations.model,
        "ranked_by": {"popular": Popularity.name, "segment": SEGMENTS}.get(recommendations.source, options.model),
        "computed_at": recommendations.computed_at,
        "n_inputs": recommendations.n_inputs,
        "items": [as_json(item) for item in recommendations.items],
    }


urlpatterns = [
    path("my/recommendations/", MyRecommendations.as_view(), name="my-recommendations"),
]
