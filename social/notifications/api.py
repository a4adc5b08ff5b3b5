"""/api/v1/my/notifications/: notifications and notification settings."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from social.models import Comment
from social.notifications.channels import channels_of, choose_channels
from social.notifications.kinds import Channel, kinds
from social.notifications.notifying import mark_read
from social.notifications.queries import NotificationGroup, groups_of, read_groups


class ChoicesSerializer(serializers.Serializer[Any]):
    """The channel of each kind of notification."""

    def get_fields(self) -> dict[str, Any]:
        return {
            kind.name: serializers.ChoiceField(choices=Channel.choices, help_text=str(kind.label))
            for kind in kinds().values()
        }


class MyChoices(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:settings"

    @extend_schema(operation_id="my_notification_choices", responses=ChoicesSerializer)
    def get(self, request: Request) -> Response:
        """Get my notification settings."""
        return Response(channels_of(member_of(request)))

    @extend_schema(
        operation_id="my_notification_choices_patch",
        request=ChoicesSerializer(partial=True),
        responses=ChoicesSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Update my notification settings. Omitted kinds are unchanged."""
        serializer = ChoicesSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        choose_channels(member_of(request), serializer.validated_data)
        return self.get(request)


class NotificationSerializer(serializers.Serializer[NotificationGroup]):
    id = serializers.IntegerField(source="last.pk")
    kind = serializers.CharField(source="last.kind")
    at = serializers.DateTimeField(source="last.at")
    sentence = serializers.CharField()
    is_new = serializers.BooleanField()
    url = serializers.CharField(help_text="Page that the notification links to.")


class MyNotifications(ForMembers, ListAPIView[Any]):
    """List my notifications, newest first. Related ones are grouped."""

    read_scope, write_scope = "read:social", "write:social"
    serializer_class = NotificationSerializer  # type: ignore[assignment]
    pagination_class = CursorPages

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Comment.objects.none()
        return groups_of(member_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        return read_groups(super().paginate_queryset(queryset) or [])

    @extend_schema(operation_id="my_notifications")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="my_notifications_read", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Mark all notifications as read."""
        mark_read(member_of(request))
        return Response(status=204)


urlpatterns = [
    path("my/notifications/", MyNotifications.as_view(), name="my-notifications"),
    path("my/notifications/choices/", MyChoices.as_view(), name="my-notification-choices"),
]
