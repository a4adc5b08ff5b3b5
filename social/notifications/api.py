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
from social.models import Comment, NotificationSettings
from social.notifications.channels import (
    SingleChannel,
    channels_from,
    channels_of,
    choose_channels,
    settings_of,
    single_channel,
)
from social.notifications.kinds import Channel, kinds
from social.notifications.notifying import mark_read
from social.notifications.queries import NotificationGroup, groups_of, read_groups


class ChoicesSerializer(serializers.Serializer[Any]):
    """The channel of each kind of notification, without push."""

    def get_fields(self) -> dict[str, Any]:
        return {
            kind.name: serializers.ChoiceField(choices=SingleChannel.choices, help_text=str(kind.label))
            for kind in kinds().values()
        }


class ChannelsSerializer(serializers.Serializer[Any]):
    """The channels of each kind of notification. None: it is off. E-mail and push include the site."""

    def get_fields(self) -> dict[str, Any]:
        return {
            kind.name: serializers.ListField(
                child=serializers.ChoiceField(choices=Channel.choices), help_text=str(kind.label)
            )
            for kind in kinds().values()
        }


class NotificationSettingsSerializer(serializers.ModelSerializer[NotificationSettings]):
    class Meta:
        model = NotificationSettings
        fields = ("quiet_from", "quiet_to", "digest_hour", "airing_lead", "airs_planned")


class MyChoices(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:settings"

    @extend_schema(operation_id="my_notification_choices", responses=ChoicesSerializer)
    def get(self, request: Request) -> Response:
        """Get my notification settings. `/my/notifications/channels/` has push, too."""
        channels = channels_of(member_of(request))
        return Response({kind: single_channel(chosen) for kind, chosen in channels.items()})

    @extend_schema(
        operation_id="my_notification_choices_patch",
        request=ChoicesSerializer(partial=True),
        responses=ChoicesSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Update my notification settings. Omitted kinds are unchanged."""
        serializer = ChoicesSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        before = channels_of(member_of(request))
        words = serializer.validated_data.items()
        choose_channels(member_of(request), {kind: channels_from(word, before[kind]) for kind, word in words})
        return self.get(request)


class MyChannels(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:settings"

    @extend_schema(operation_id="my_notification_channels", responses=ChannelsSerializer)
    def get(self, request: Request) -> Response:
        """Get the channels of my notifications."""
        return Response(channels_of(member_of(request)))

    @extend_schema(
        operation_id="my_notification_channels_patch",
        request=ChannelsSerializer(partial=True),
        responses=ChannelsSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Update the channels of my notifications. Omitted kinds are unchanged."""
        serializer = ChannelsSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        choose_channels(member_of(request), serializer.validated_data)
        return self.get(request)


class MyTimes(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:settings"

    @extend_schema(operation_id="my_notification_times", responses=NotificationSettingsSerializer)
    def get(self, request: Request) -> Response:
        """Get when I'm notified: quiet hours and the daily e-mail, in my time zone, and how long before an episode."""
        return Response(NotificationSettingsSerializer(settings_of(member_of(request))).data)

    @extend_schema(
        operation_id="my_notification_times_patch",
        request=NotificationSettingsSerializer(partial=True),
        responses=NotificationSettingsSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Update when I'm notified. Omitted fields are unchanged."""
        serializer = NotificationSettingsSerializer(settings_of(member_of(request)), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)


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
    path("my/notifications/channels/", MyChannels.as_view(), name="my-notification-channels"),
    path("my/notifications/times/", MyTimes.as_view(), name="my-notification-times"),
    path("my/notifications/choices/", MyChoices.as_view(), name="my-notification-choices"),
]
