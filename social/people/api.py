"""/api/v1/members/, with follows, mutes and blocks. Reads use `social.visibility`, writes `social.people.relations`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.lists.api import EntryWithTitleSerializer, ListQuery
from accounts.lists.queries import list_page
from accounts.models import ListEntry, OwnEntry, User
from accounts.own_entries.api import OwnEntrySerializer, OwnQuery
from accounts.own_entries.queries import own_page
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import SOME_TEXT
from anirec.lib.web.query import Query
from social.models import FollowRequest
from social.moderation.api import report_endpoint
from social.people import queries, relations
from social.visibility import entries_visible_to, own_entries_visible_to

Change = Callable[[User, User], None]


class MemberInListSerializer(serializers.ModelSerializer[User]):
    url = serializers.CharField(source="get_absolute_url", read_only=True, help_text="URL of their profile.")
    n_entries = serializers.IntegerField(help_text="Number of list entries that I can see.")

    class Meta:
        model = User
        fields = ("username", "is_synthetic", "n_entries", "url")


class MemberSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(source="member.username")
    is_synthetic = serializers.BooleanField(source="member.is_synthetic")
    joined_at = serializers.DateTimeField(source="member.date_joined")
    url = serializers.CharField(source="member.get_absolute_url")
    n_followers = serializers.IntegerField(source="follow.n_followers")
    n_following = serializers.IntegerField(source="follow.n_following")
    is_followed = serializers.BooleanField(source="follow.is_followed", help_text="Whether I follow them.")
    is_requested = serializers.BooleanField(
        source="follow.is_requested", help_text="Whether I have requested to follow them."
    )


class PublicEntrySerializer(EntryWithTitleSerializer):
    """An entry without the owner's private fields: tags and visibility."""

    class Meta(EntryWithTitleSerializer.Meta):
        fields: tuple[str, ...] = tuple(
            name for name in EntryWithTitleSerializer.Meta.fields if name not in ("tags", "visibility")
        )


class DirectoryQuery(Query):
    kind = serializers.ChoiceField(choices=[kind for kind in queries.KINDS if kind], required=False)
    q = serializers.RegexField(SOME_TEXT, required=False, max_length=150, help_text="Search in usernames.")


class FollowRequestSerializer(serializers.ModelSerializer[FollowRequest]):
    username = serializers.CharField(source="asker.username")

    class Meta:
        model = FollowRequest
        fields = ("username", "created_at")


@extend_schema_view(get=extend_schema(operation_id="members", parameters=[DirectoryQuery]))
class Members(ListAPIView[User]):
    """List members: people before synthetic members, most active public lists first."""

    read_scope = "read:social"
    serializer_class = MemberInListSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[User]:
        if getattr(self, "swagger_fake_view", False):
            return User.objects.none()
        return queries.member_directory(self.request.user, **DirectoryQuery.of(self.request))


class Member(APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="member", responses=MemberSerializer)
    def get(self, request: Request, username: str) -> Response:
        """Get a member and my relation to them."""
        return Response(_member_data(queries.visible_member(username, request.user), request))


@extend_schema_view(get=extend_schema(operation_id="member_list", parameters=[ListQuery]))
class MemberList(ListAPIView[ListEntry]):
    """List the entries of a member that I can see."""

    read_scope = "read:social"
    serializer_class = PublicEntrySerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[ListEntry]:
        if getattr(self, "swagger_fake_view", False):
            return ListEntry.objects.none()
        filters = ListQuery.of(self.request)
        owner = queries.visible_member(self.kwargs["username"], self.request.user)
        entries = entries_visible_to(self.request.user).filter(user=owner)
        return list_page(entries, **filters).entries


class PublicOwnEntrySerializer(OwnEntrySerializer):
    """An own entry without the owner's private fields: tags and visibility."""

    class Meta(OwnEntrySerializer.Meta):
        fields: tuple[str, ...] = tuple(
            name for name in OwnEntrySerializer.Meta.fields if name not in ("tags", "visibility")
        )


@extend_schema_view(get=extend_schema(operation_id="member_own_entries", parameters=[OwnQuery]))
class MemberOwnEntries(ListAPIView[OwnEntry]):
    """List the entries of a member that I can see, of titles that the catalogue lacks."""

    read_scope = "read:social"
    serializer_class = PublicOwnEntrySerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[OwnEntry]:
        if getattr(self, "swagger_fake_view", False):
            return OwnEntry.objects.none()
        filters = OwnQuery.of(self.request)
        owner = queries.visible_member(self.kwargs["username"], self.request.user)
        return own_page(own_entries_visible_to(self.request.user).filter(user=owner), **filters).entries


class Relation(ForMembers, APIView):
    """A relation between me and another member: PUT creates it, DELETE ends it. Both are idempotent."""

    write_scope = "write:social"
    make: Change
    end: Change

    def put(self, request: Request, username: str) -> Response:
        other = queries.visible_member(username, request.user)
        self.make(member_of(request), other)
        return Response(_member_data(other, request))

    def delete(self, request: Request, username: str) -> Response:
        self.end(member_of(request), queries.visible_member(username, request.user))
        return Response(status=204)


def _documented(name: str, make: str, end: str) -> Any:
    return extend_schema_view(
        put=extend_schema(operation_id=f"{name}_put", request=None, responses=MemberSerializer, description=make),
        delete=extend_schema(operation_id=f"{name}_delete", responses={204: None}, description=end),
    )


@_documented(
    "follow", "Follow a member, or request to if they approve followers.", "Unfollow a member, or cancel my request."
)
class Following(Relation):
    make, end = staticmethod(relations.follow), staticmethod(relations.unfollow)


@_documented("mute", "Mute a member's activity in my feed and notifications. They aren't notified.", "Unmute a member.")
class Muting(Relation):
    make, end = staticmethod(relations.mute), staticmethod(relations.unmute)


class Blocking(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="block_put", request=None, responses={204: None})
    def put(self, request: Request, username: str) -> Response:
        """Block a member. Follows and requests in both directions end."""
        relations.block(member_of(request), queries.visible_member(username, request.user))
        return Response(status=204)

    @extend_schema(operation_id="block_delete", responses={204: None})
    def delete(self, request: Request, username: str) -> Response:
        """Unblock a member. Earlier follows are not restored."""
        blocked = User.objects.filter(blocked_by__blocker=member_of(request), username__iexact=username).first()
        if blocked is not None:
            relations.unblock(member_of(request), blocked)
        return Response(status=204)


@extend_schema_view(get=extend_schema(operation_id="follow_requests"))
class FollowRequests(ForMembers, ListAPIView[FollowRequest]):
    """List follow requests, newest first."""

    read_scope = "read:social"
    serializer_class = FollowRequestSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[FollowRequest]:
        if getattr(self, "swagger_fake_view", False):
            return FollowRequest.objects.none()
        return queries.requests_to(member_of(self.request))


@_documented("follow_request", "Accept a follow request.", "Decline a follow request. They aren't notified.")
class AnswerFollowRequest(Relation):
    make, end = staticmethod(relations.accept_request), staticmethod(relations.decline_request)


def _member_data(member: User, request: Request) -> Any:
    return MemberSerializer({"member": member, "follow": queries.follow_state(member, request.user)}).data


ReportNote = report_endpoint("entry", "Report the note on a member's list entry to staff.", name="note")
ReportMember = report_endpoint("member", "Report a member to staff.")

urlpatterns = [
    path("members/<str:username>/list/<int:title_id>/report/", ReportNote.as_view(), name="note-report"),
    path("members/<str:username>/report/", ReportMember.as_view(), name="member-report"),
    path("members/", Members.as_view(), name="members"),
    path("members/<str:username>/", Member.as_view(), name="member"),
    path("members/<str:username>/list/", MemberList.as_view(), name="member-list"),
    path("members/<str:username>/own-entries/", MemberOwnEntries.as_view(), name="member-own-entries"),
    path("members/<str:username>/follow/", Following.as_view(), name="follow"),
    path("members/<str:username>/mute/", Muting.as_view(), name="mute"),
    path("members/<str:username>/block/", Blocking.as_view(), name="block"),
    path("my/follow-requests/", FollowRequests.as_view(), name="follow-requests"),
    path("my/follow-requests/<str:username>/", AnswerFollowRequest.as_view(), name="follow-request"),
]
