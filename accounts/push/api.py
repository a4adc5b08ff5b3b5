"""/api/v1/my/push/: the devices that show my notifications, and the key to subscribe with."""

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

from accounts.models import PushSubscription
from accounts.models.push import ENDPOINT_LENGTH
from accounts.push import queueing
from accounts.push.keys import public_key
from accounts.push.subscribing import subscribe
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages


class DeviceSerializer(serializers.ModelSerializer[PushSubscription]):
    class Meta:
        model = PushSubscription
        fields = ("id", "name", "created_at", "last_success_at")


class NewDeviceSerializer(serializers.Serializer[Any]):
    endpoint = serializers.CharField(
        max_length=ENDPOINT_LENGTH, help_text="URL of a push service, as the browser's PushManager returns it."
    )
    p256dh = serializers.RegexField(r"^[A-Za-z0-9_=-]+$", max_length=100, help_text="Public key, Base64url.")
    auth = serializers.RegexField(r"^[A-Za-z0-9_=-]+$", max_length=30, help_text="Authentication secret, Base64url.")
    name = serializers.CharField(max_length=80, help_text="What the list of devices calls it.")


class PushKeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="`applicationServerKey`: an uncompressed P-256 point, Base64url.")


@extend_schema_view(get=extend_schema(operation_id="my_push_devices"))
class MyDevices(ForMembers, ListAPIView[PushSubscription]):
    """List the devices that show my notifications."""

    read_scope, write_scope = "read:settings", "write:settings"
    serializer_class = DeviceSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[PushSubscription]:
        if getattr(self, "swagger_fake_view", False):
            return PushSubscription.objects.none()
        return PushSubscription.objects.filter(user=member_of(self.request))

    @extend_schema(operation_id="my_push_device_create", request=NewDeviceSerializer, responses={201: DeviceSerializer})
    def post(self, request: Request) -> Response:
        """Subscribe a device. The same endpoint replaces its earlier subscription."""
        serializer = NewDeviceSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        device = subscribe(member_of(request), **serializer.validated_data)
        return Response(DeviceSerializer(device).data, status=201)


class MyDevice(ForMembers, APIView):
    read_scope, write_scope = "read:settings", "write:settings"

    @extend_schema(operation_id="my_push_device", responses=DeviceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get a device."""
        return Response(DeviceSerializer(_device(request, pk)).data)

    @extend_schema(operation_id="my_push_device_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove a device: it shows no more notifications."""
        _device(request, pk).delete()
        return Response(status=204)


class TestDevice(ForMembers, APIView):
    write_scope = "write:settings"

    @extend_schema(operation_id="my_push_device_test", request=None, responses={202: None})
    def post(self, request: Request, pk: int) -> Response:
        """Send a test notification to a device."""
        queueing.queue_test(_device(request, pk))
        return Response(status=202)


class Key(ForMembers, APIView):
    read_scope = "read:settings"

    @extend_schema(operation_id="my_push_key", responses=PushKeySerializer)
    def get(self, request: Request) -> Response:
        """Get the site's public key, with which a browser subscribes."""
        return Response({"key": public_key()})


def _device(request: Request, pk: int) -> PushSubscription:
    return get_object_or_404(PushSubscription, pk=pk, user=member_of(request))


urlpatterns = [
    path("my/push/", MyDevices.as_view(), name="my-push"),
    path("my/push/key/", Key.as_view(), name="my-push-key"),
    path("my/push/<int:pk>/", MyDevice.as_view(), name="my-push-device"),
    path("my/push/<int:pk>/test/", TestDevice.as_view(), name="my-push-device-test"),
]
