"""/api/v1/members/<name>/profile/ and /api/v1/my/profile/: a member's text and picture."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.text import NO_NULL
from social.models.profiles import LONGEST_BIO
from social.moderation.api import report_endpoint
from social.people.queries import visible_member
from social.profiles import files, writing
from social.profiles.forms import content_of
from social.profiles.queries import visible_profile
from social.templatetags.avatars import picture_url


class ProfileSerializer(serializers.Serializer[Any]):
    username = serializers.CharField()
    bio = serializers.CharField(help_text="Markdown; empty if there is none that I can see.")
    avatar_url = serializers.CharField(allow_null=True, help_text="A square WebP picture, or null.")


class WrittenProfileSerializer(serializers.Serializer[Any]):
    bio = serializers.RegexField(NO_NULL, max_length=LONGEST_BIO, allow_blank=True, help_text="Markdown.")


class PictureSerializer(serializers.Serializer[Any]):
    picture = serializers.FileField(help_text="JPEG, PNG or WebP, up to 5 MB and 25 megapixels.")


class MemberProfile(APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="member_profile", responses=ProfileSerializer)
    def get(self, request: Request, username: str) -> Response:
        """Get a member's text and picture."""
        return Response(_data(visible_member(username, request.user), request))


class MyProfile(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:social"

    @extend_schema(operation_id="my_profile", responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        """Get my text and picture."""
        return Response(_data(member_of(request), request))

    @extend_schema(operation_id="my_profile_put", request=WrittenProfileSerializer, responses=ProfileSerializer)
    def put(self, request: Request) -> Response:
        """Replace my text."""
        serializer = WrittenProfileSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        writing.change_bio(member_of(request), serializer.validated_data["bio"])
        return Response(_data(member_of(request), request))


class MyPicture(ForMembers, APIView):
    write_scope = "write:social"
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="my_picture_put", request=PictureSerializer, responses=ProfileSerializer)
    def put(self, request: Request) -> Response:
        """Upload my picture. It's cropped to a square, and its metadata is removed."""
        serializer = PictureSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        writing.change_picture(member_of(request), content_of(serializer.validated_data["picture"]))
        return Response(_data(member_of(request), request))

    @extend_schema(operation_id="my_picture_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Remove my picture."""
        writing.remove_picture(member_of(request))
        return Response(status=204)


def _data(member: User, request: Request) -> dict[str, Any]:
    profile = visible_profile(member, request.user)
    return {
        "username": member.username,
        "bio": profile.bio if profile else "",
        "avatar_url": picture_url(member.avatar, files.LARGE) if member.avatar else None,
    }


ReportProfile = report_endpoint("profile", "Report a member's picture or text to staff.")

urlpatterns = [
    path("members/<str:username>/profile/", MemberProfile.as_view(), name="member-profile"),
    path("members/<str:username>/profile/report/", ReportProfile.as_view(), name="profile-report"),
    path("my/profile/", MyProfile.as_view(), name="my-profile"),
    path("my/profile/picture/", MyPicture.as_view(), name="my-picture"),
]
