"""/api/v1/members/<name>/compare/, /my/suggestions/, /my/followers/, /my/blocked/, /my/muted/, and what I am told of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_access import ForMembers, member_of
from accounts.models import User
from catalog.api import TitleLinkSerializer
from catalog.api_query import Query
from catalog.paging import CursorPages
from social import notifications, queries, relations, suggestions
from social.comparison import Comparison, Pair, compare
from social.models import Notification, NotificationChoice


class KnownSerializer(serializers.ModelSerializer[User]):
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = User
        fields = ("username", "is_synthetic", "url")


class PairSerializer(serializers.Serializer[Pair]):
    title = TitleLinkSerializer()
    own = serializers.IntegerField(help_text="My score.")
    theirs = serializers.IntegerField()


class ComparisonSerializer(serializers.Serializer[Comparison]):
    affinity = serializers.SerializerMethodField(
        help_text="From -1 to 1, shrunk towards 0 the fewer titles there are; null where they are too few to say."
    )
    n_scored_by_both = serializers.IntegerField(source="affinity.n_common")
    n_own = serializers.IntegerField()
    n_theirs = serializers.IntegerField(help_text="Of their list, what I may see.")
    n_both = serializers.IntegerField(help_text="On both lists.")
    loved = PairSerializer(many=True, help_text="What we both love.")
    apart = PairSerializer(many=True, help_text="Where we differ most.")

    def get_affinity(self, found: Comparison) -> float | None:
        return found.affinity.value if found.affinity.is_known else None


class SuggestionSerializer(serializers.Serializer[Any]):
    member = KnownSerializer()
    affinity = serializers.FloatField(source="affinity.value", default=None, allow_null=True)
    n_common = serializers.IntegerField(source="affinity.n_common", default=None, allow_null=True)
    followed_by = serializers.ListField(
        child=serializers.CharField(), source="friends", help_text="The first few of those I follow who follow them."
    )
    n_more = serializers.IntegerField(help_text="How many more of those I follow do.")


class SuggestionsQuery(Query):
    n = serializers.IntegerField(min_value=1, max_value=50, default=20, help_text="How many.")


class ChoicesSerializer(serializers.Serializer[Any]):
    """A kind of notification, and how it is told."""

    def get_fields(self) -> dict[str, Any]:
        return {
            kind: serializers.ChoiceField(choices=NotificationChoice.Channel.choices, help_text=str(label))
            for kind, label in Notification.Kind.choices
        }


class Compare(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="member_compare", responses=ComparisonSerializer)
    def get(self, request: Request, username: str) -> Response:
        """My list beside what I may see of a member's."""
        other = queries.visible_member(username, request.user)
        return Response(ComparisonSerializer(compare(member_of(request), other)).data)


class MySuggestions(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(
        operation_id="my_suggestions", parameters=[SuggestionsQuery], responses=SuggestionSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Whom I may want to follow, and why."""
        found = suggestions.suggest(member_of(request), SuggestionsQuery.of(request)["n"])
        return Response(SuggestionSerializer(found, many=True).data)


class OneSuggestion(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="my_suggestion_put", request=None, responses={204: None})
    def put(self, request: Request, username: str) -> Response:
        """A member may be suggested to me again."""
        return self._dismiss(request, username, is_dismissed=False)

    @extend_schema(operation_id="my_suggestion_delete", responses={204: None})
    def delete(self, request: Request, username: str) -> Response:
        """A member is not to be suggested to me."""
        return self._dismiss(request, username, is_dismissed=True)

    def _dismiss(self, request: Request, username: str, *, is_dismissed: bool) -> Response:
        other = queries.visible_member(username, request.user)
        suggestions.dismiss(member_of(request), other, is_dismissed=is_dismissed)
        return Response(status=204)


class Known(ABC, ForMembers, ListAPIView[User]):
    read_scope = "read:social"
    serializer_class = KnownSerializer
    pagination_class = CursorPages

    @abstractmethod
    def members(self, member: User) -> QuerySet[User]:
        """Those who stand so to the member who asks."""

    def get_queryset(self) -> QuerySet[User]:
        if getattr(self, "swagger_fake_view", False):
            return User.objects.none()
        return self.members(member_of(self.request)).order_by("username")


@extend_schema_view(get=extend_schema(operation_id="my_followers"))
class MyFollowers(Known):
    """Who follows me."""

    def members(self, member: User) -> QuerySet[User]:
        return queries.followers_of(member)


@extend_schema_view(get=extend_schema(operation_id="my_blocked"))
class MyBlocked(Known):
    """Whom I have blocked; nobody else is told."""

    def members(self, member: User) -> QuerySet[User]:
        return queries.blocked_by(member)


@extend_schema_view(get=extend_schema(operation_id="my_muted"))
class MyMuted(Known):
    """Whom I have muted; nobody else is told."""

    def members(self, member: User) -> QuerySet[User]:
        return queries.muted_members(member)


class OneFollower(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="my_follower_delete", responses={204: None})
    def delete(self, request: Request, username: str) -> Response:
        """Somebody follows me no longer; they are not told."""
        relations.unfollow(queries.visible_member(username, request.user), member_of(request))
        return Response(status=204)


class MyChoices(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:settings"

    @extend_schema(operation_id="my_notification_choices", responses=ChoicesSerializer)
    def get(self, request: Request) -> Response:
        """What I am told, and how."""
        return Response(notifications.channels_of(member_of(request)))

    @extend_schema(
        operation_id="my_notification_choices_patch",
        request=ChoicesSerializer(partial=True),
        responses=ChoicesSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change what is given."""
        given = ChoicesSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        notifications.choose_channels(member_of(request), given.validated_data)
        return self.get(request)


urlpatterns = [
    path("members/<str:username>/compare/", Compare.as_view(), name="member-compare"),
    path("my/suggestions/", MySuggestions.as_view(), name="my-suggestions"),
    path("my/suggestions/<str:username>/", OneSuggestion.as_view(), name="my-suggestion"),
    path("my/followers/", MyFollowers.as_view(), name="my-followers"),
    path("my/followers/<str:username>/", OneFollower.as_view(), name="my-follower"),
    path("my/blocked/", MyBlocked.as_view(), name="my-blocked"),
    path("my/muted/", MyMuted.as_view(), name="my-muted"),
    path("my/notifications/choices/", MyChoices.as_view(), name="my-notification-choices"),
]
