"""/api/v1/titles/<id>/reviews/ and /api/v1/reviews/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.web.query import Query
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleLinkSerializer
from social.comments.api import Comments, documented_comments
from social.models import Review
from social.models.reviews import ASPECTS, LONGEST, SHORTEST
from social.moderation.api import report_endpoint
from social.people.queries import visible_member
from social.reviews import writing as reviews
from social.reviews.queries import SORTS, TONES, reviews_for, reviews_of_member, reviews_of_title


class AspectScoresSerializer(serializers.Serializer[Any]):
    """The author's scores of aspects, 1–10."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            name: serializers.IntegerField(min_value=1, max_value=10, allow_null=True, required=False)
            for name in ASPECTS
        }


class ReviewSerializer(serializers.ModelSerializer[Review]):
    title = TitleLinkSerializer(read_only=True)
    author = serializers.CharField(source="author.username", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True, help_text="URL of the review's page.")
    score = serializers.IntegerField(
        allow_null=True, read_only=True, help_text="Score on the author's list, if I can see the entry."
    )
    aspects = AspectScoresSerializer(read_only=True, help_text="The author's scores of aspects, null where not given.")
    reads_like = serializers.FloatField(
        allow_null=True,
        read_only=True,
        help_text="Score that the text reads like to the site's model, where I can't see a score. Null until the text "
        "has been read, and in languages that the model doesn't know.",
    )
    n_helpful = serializers.IntegerField(read_only=True, help_text="Number of helpful votes.")
    is_helpful = serializers.BooleanField(read_only=True, help_text="Whether I voted it helpful.")

    class Meta:
        model = Review
        fields = (
            "id", "title", "author", "text", "has_spoilers", "score", "aspects", "reads_like", "n_helpful",
            "is_helpful", "created_at", "edited_at", "url",
        )  # fmt: skip


class WrittenReviewSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        min_length=SHORTEST, max_length=LONGEST, help_text="Markdown. Hide spoilers with ||double bars||."
    )
    has_spoilers = serializers.BooleanField(default=False)
    aspects = AspectScoresSerializer(
        required=False, help_text="Scores of aspects. Omitted ones are unchanged; null removes one."
    )


class ReviewsQuery(Query):
    sort = serializers.ChoiceField(
        choices=list(SORTS),
        default="helpful",
        help_text="favourable and critical: by score, or by what the text reads like where I can't see a score.",
    )
    tone = serializers.ChoiceField(
        choices=list(TONES),
        required=False,
        help_text="Only reviews with a score (given, or read from the text) of 8 or more, of 6 or 7, or of 5 or less.",
    )


@extend_schema_view(get=extend_schema(operation_id="title_reviews", parameters=[ReviewsQuery]))
class TitleReviews(ListAPIView[Review]):
    """List the reviews of a title."""

    serializer_class = ReviewSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Review]:
        if getattr(self, "swagger_fake_view", False):
            return Review.objects.none()
        query = ReviewsQuery.of(self.request)
        title = visible_title(self.kwargs["pk"], self.request.user)
        queryset = reviews_of_title(title, self.request.user, query["sort"], query.get("tone", ""))
        return queryset.select_related("author", "title")


@extend_schema_view(get=extend_schema(operation_id="member_reviews"))
class MemberReviews(ListAPIView[Review]):
    """List a member's reviews, newest first."""

    read_scope = "read:social"
    serializer_class = ReviewSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Review]:
        if getattr(self, "swagger_fake_view", False):
            return Review.objects.none()
        return reviews_of_member(visible_member(self.kwargs["username"], self.request.user), self.request.user)


class MyReview(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:reviews"

    @extend_schema(operation_id="my_review", responses=ReviewSerializer)
    def get(self, request: Request, title_id: int) -> Response:
        """Get my review of a title."""
        return Response(ReviewSerializer(_own(request, title_id)).data)

    @extend_schema(operation_id="my_review_put", request=WrittenReviewSerializer, responses=ReviewSerializer)
    def put(self, request: Request, title_id: int) -> Response:
        """Create or replace my review. Earlier versions are kept."""
        title = visible_title(title_id, request.user)
        serializer = WrittenReviewSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reviews.write_review(member_of(request), title, **serializer.validated_data)
        return Response(ReviewSerializer(_own(request, title_id)).data)

    @extend_schema(operation_id="my_review_delete", responses={204: None})
    def delete(self, request: Request, title_id: int) -> Response:
        """Delete my review, including its versions and votes."""
        reviews.delete_review(get_object_or_404(Review, author=member_of(request), title=title_id))
        return Response(status=204)


class OneReview(APIView):
    @extend_schema(operation_id="review", responses=ReviewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get a review."""
        return Response(ReviewSerializer(_review(request, pk)).data)


class Helpful(ForMembers, APIView):
    write_scope = "write:reviews"

    @extend_schema(operation_id="helpful_put", request=None, responses={204: None})
    def put(self, request: Request, pk: int) -> Response:
        """Vote a review helpful."""
        reviews.vote_helpful(member_of(request), _review(request, pk), True)
        return Response(status=204)

    @extend_schema(operation_id="helpful_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Withdraw a helpful vote."""
        reviews.vote_helpful(member_of(request), _review(request, pk), False)
        return Response(status=204)


def _review(request: Request, pk: int) -> Review:
    return get_object_or_404(reviews_for(request.user).select_related("author", "title"), pk=pk)


def _own(request: Request, title_id: int) -> Review:
    own = reviews_for(member_of(request)).select_related("author", "title")
    return get_object_or_404(own, author=member_of(request), title=title_id)


@documented_comments("review_comments")
class ReviewComments(Comments):
    def about(self) -> Review:
        return get_object_or_404(reviews_for(self.request.user), pk=self.kwargs["pk"])


ReportReview = report_endpoint("review", "Report a review to staff.", scope="write:reviews")

urlpatterns = [
    path("reviews/<int:pk>/report/", ReportReview.as_view(), name="review-report"),
    path("reviews/<int:pk>/comments/", ReviewComments.as_view(), name="review-comments"),
    path("titles/<int:pk>/reviews/", TitleReviews.as_view(), name="title-reviews"),
    path("members/<str:username>/reviews/", MemberReviews.as_view(), name="member-reviews"),
    path("my/reviews/<int:title_id>/", MyReview.as_view(), name="my-review"),
    path("reviews/<int:pk>/", OneReview.as_view(), name="review"),
    path("reviews/<int:pk>/helpful/", Helpful.as_view(), name="helpful"),
]
