"""/api/v1/my/followers/, /my/blocked/ and /my/muted/."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from social.people import queries, relations


class KnownSerializer(serializers.ModelSerializer[User]):
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = User
        fields = ("username", "is_synthetic", "url")


class Known(ABC, ForMembers, ListAPIView[User]):
    read_scope = "read:social"
    serializer_class = KnownSerializer
    pagination_class = CursorPages

    @abstractmethod
    def members(self, member: User) -> QuerySet[User]:
        """Return the members with this relation to `member`."""

    def get_queryset(self) -> QuerySet[User]:
        if getattr(self, "swagger_fake_view", False):
            return User.objects.none()
        return self.members(member_of(self.request)).order_by("username")


@extend_schema_view(get=extend_schema(operation_id="my_followers"))
class MyFollowers(Known):
    """List my followers."""

    def members(self, member: User) -> QuerySet[User]:
        return queries.followers_of(member)


@extend_schema_view(get=extend_schema(operation_id="my_blocked"))
class MyBlocked(Known):
    """List the members I block. Only visible to me."""

    def members(self, member: User) -> QuerySet[User]:
        return queries.blocked_by(member)


@extend_schema_view(get=extend_schema(operation_id="my_muted"))
class MyMuted(Known):
    """List the members I mute. Only visible to me."""

    def members(self, member: User) -> QuerySet[User]:
        return queries.muted_members(member)


class OneFollower(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="my_follower_delete", responses={204: None})
    def delete(self, request: Request, username: str) -> Response:
        """Remove a follower. No notification is sent."""
        relations.unfollow(queries.visible_member(username, request.user), member_of(request))
        return Response(status=204)


urlpatterns = [
    path("my/followers/", MyFollowers.as_view(), name="my-followers"),
    path("my/followers/<str:username>/", OneFollower.as_view(), name="my-follower"),
    path("my/blocked/", MyBlocked.as_view(), name="my-blocked"),
    path("my/muted/", MyMuted.as_view(), name="my-muted"),
]
