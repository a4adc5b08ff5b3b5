"""/api/v1/my/settings/ and /api/v1/token/: the member's settings, and the current token."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.entries.writing import show_media
from accounts.models import AccessToken, User
from accounts.settings.forms import PreferencesForm
from accounts.settings.privacy import privacy_fields
from accounts.tokens.authentication import ForMembers, member_of
from accounts.tokens.scopes import scopes
from anirec.lib.time_zones import ZONES

PREFERENCES = (*PreferencesForm.base_fields, *privacy_fields())


class SettingsSerializer(serializers.ModelSerializer[User]):
    """Settings that can be changed without the password."""

    time_zone = serializers.ChoiceField(choices=["", *ZONES], required=False)

    class Meta:
        model = User
        fields = ("username", *PREFERENCES, "streaming_services", "extra_media", "shows_adult", "age_limit")
        read_only_fields = ("username", "shows_adult", "age_limit")


class TokenSerializer(serializers.ModelSerializer[AccessToken]):
    username = serializers.CharField(source="user.username")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=list(scopes())))

    class Meta:
        model = AccessToken
        fields = ("name", "username", "scopes", "created_at", "expires_at", "last_used_on")


class MySettings(ForMembers, APIView):
    read_scope, write_scope = "read:settings", "write:settings"

    @extend_schema(operation_id="my_settings", responses=SettingsSerializer)
    def get(self, request: Request) -> Response:
        """Get my settings."""
        return Response(SettingsSerializer(member_of(request)).data)

    @extend_schema(
        operation_id="my_settings_patch", request=SettingsSerializer(partial=True), responses=SettingsSerializer
    )
    def patch(self, request: Request) -> Response:
        """Update my settings. Omitted fields are unchanged."""
        member = member_of(request)
        serializer = SettingsSerializer(member, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        media = serializer.validated_data.pop("extra_media", None)
        serializer.save()
        if media is not None:
            show_media(member, media)
        return Response(serializer.data)


class ThisToken(ForMembers, APIView):
    @extend_schema(operation_id="token", responses=TokenSerializer)
    def get(self, request: Request) -> Response:
        """Get the current token: its owner, scopes and expiry."""
        return Response(TokenSerializer(_token(request)).data)

    @extend_schema(operation_id="token_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Revoke the current token."""
        _token(request).delete()
        return Response(status=204)


def _token(request: Request) -> AccessToken:
    if not isinstance(request.auth, AccessToken):
        raise NotFound("The request was sent without a token.")
    return request.auth


urlpatterns: list[Any] = [
    path("my/settings/", MySettings.as_view(), name="my-settings"),
    path("token/", ThisToken.as_view(), name="token"),
]
