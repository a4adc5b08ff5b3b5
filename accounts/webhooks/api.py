"""/api/v1/my/webhooks/: manage webhooks and list their deliveries."""

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

from accounts.events import events
from accounts.models import Delivery, Webhook
from accounts.models.webhooks import URL_LENGTH
from accounts.tokens.authentication import ForMembers, member_of
from accounts.webhooks import announcing, registration
from anirec.lib.paging import CursorPages


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(events())))

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ("id", "url", "events", "created_at", "disabled_at")


class NewWebhookSerializer(WebhookSerializer):
    class Meta(WebhookSerializer.Meta):
        fields: tuple[str, ...] = ("id", "url", "events", "secret", "created_at", "disabled_at")


class WantedWebhookSerializer(serializers.Serializer[Any]):
    url = serializers.RegexField(
        r"^https?://[A-Za-z0-9][!-~]*$",
        max_length=URL_LENGTH,
        help_text="A public https:// URL.",
    )
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(events())), min_length=1)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            "message_id", "event", "state", "n_tries", "status", "remark", "created_at", "tried_at", "next_try_at",
        )  # fmt: skip


@extend_schema_view(get=extend_schema(operation_id="my_webhooks"))
class MyWebhooks(ForMembers, ListAPIView[Webhook]):
    """List my webhooks."""

    read_scope = write_scope = "webhooks"
    serializer_class = WebhookSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Webhook]:
        if getattr(self, "swagger_fake_view", False):
            return Webhook.objects.none()
        return Webhook.objects.filter(user=member_of(self.request))

    @extend_schema(
        operation_id="my_webhook_create", request=WantedWebhookSerializer, responses={201: NewWebhookSerializer}
    )
    def post(self, request: Request) -> Response:
        """Create a webhook. The signing secret is only returned in this response."""
        serializer = WantedWebhookSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        webhook = registration.register_webhook(member_of(request), **serializer.validated_data)
        return Response(NewWebhookSerializer(webhook).data, status=201)


class MyWebhook(ForMembers, APIView):
    read_scope = write_scope = "webhooks"

    @extend_schema(operation_id="my_webhook", responses=WebhookSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get a webhook."""
        return Response(WebhookSerializer(_webhook(request, pk)).data)

    @extend_schema(operation_id="my_webhook_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a webhook and its deliveries."""
        _webhook(request, pk).delete()
        return Response(status=204)


class TestWebhook(ForMembers, APIView):
    write_scope = "webhooks"

    @extend_schema(operation_id="my_webhook_test", request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Send a `test` event. It isn't retried."""
        return Response(DeliverySerializer(announcing.send_test(_webhook(request, pk))).data, status=202)


class EnableWebhook(ForMembers, APIView):
    write_scope = "webhooks"

    @extend_schema(operation_id="my_webhook_enable", request=None, responses=WebhookSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Enable a webhook that was disabled after failed deliveries."""
        webhook = _webhook(request, pk)
        registration.enable_webhook(webhook)
        return Response(WebhookSerializer(webhook).data)


@extend_schema_view(get=extend_schema(operation_id="my_webhook_deliveries"))
class Deliveries(ForMembers, ListAPIView[Delivery]):
    """List deliveries of the last 30 days, newest first."""

    read_scope = "webhooks"
    serializer_class = DeliverySerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Delivery]:
        if getattr(self, "swagger_fake_view", False):
            return Delivery.objects.none()
        return _webhook(self.request, self.kwargs["pk"]).deliveries.order_by("-pk")


def _webhook(request: Request, pk: int) -> Webhook:
    return get_object_or_404(Webhook, pk=pk, user=member_of(request))


urlpatterns = [
    path("my/webhooks/", MyWebhooks.as_view(), name="my-webhooks"),
    path("my/webhooks/<int:pk>/", MyWebhook.as_view(), name="my-webhook"),
    path("my/webhooks/<int:pk>/test/", TestWebhook.as_view(), name="my-webhook-test"),
    path("my/webhooks/<int:pk>/enable/", EnableWebhook.as_view(), name="my-webhook-enable"),
    path("my/webhooks/<int:pk>/deliveries/", Deliveries.as_view(), name="my-webhook-deliveries"),
]
