"""/api/v1/my/own-entries/: titles on my list that the catalogue lacks."""

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

from accounts.lists.api import EntrySerializer, ValuesSerializer
from accounts.models import EntryStatus, OwnEntry
from accounts.models.own_entries import MAX_ID, MAX_NAME
from accounts.own_entries import writing
from accounts.own_entries.queries import own_page
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import NO_NULL, SOME_TEXT
from anirec.lib.web.query import Query
from catalog.models.titles import media_of
from catalog.titles.queries import visible_title

MAX_SMALL = 32_767  # what the columns hold


class OwnEntrySerializer(ValuesSerializer[OwnEntry]):
    name = serializers.RegexField(SOME_TEXT, max_length=MAX_NAME)
    ids = serializers.DictField(
        child=serializers.RegexField(NO_NULL, max_length=MAX_ID), required=False, help_text="Site → ID there."
    )
    year = serializers.IntegerField(required=False, allow_null=True, min_value=1900, max_value=2199)
    parts = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_SMALL, help_text="Number of episodes or chapters."
    )

    class Meta:
        model = OwnEntry
        fields: tuple[str, ...] = (
            "id", "name", "kind", "ids", "year", "format", "parts", *EntrySerializer.Meta.fields,
            "created_at",
        )  # fmt: skip
        read_only_fields = ("id", "updated_at", "created_at")


class OwnQuery(Query):
    kind = serializers.ChoiceField(choices=OwnEntry.Kind.choices, required=False)
    status = serializers.ChoiceField(choices=EntryStatus.choices, required=False)
    q = serializers.RegexField(SOME_TEXT, required=False, max_length=120, help_text="Search in names.")


class LinkSerializer(serializers.Serializer[dict[str, Any]]):
    title_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


@extend_schema_view(get=extend_schema(operation_id="my_own_entries", parameters=[OwnQuery]))
class MyOwnEntries(ForMembers, ListAPIView[OwnEntry]):
    """List my entries of titles that the catalogue lacks."""

    read_scope, write_scope = "read:list", "write:list"
    serializer_class = OwnEntrySerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[OwnEntry]:
        if getattr(self, "swagger_fake_view", False):
            return OwnEntry.objects.none()
        mine = OwnEntry.objects.filter(user=member_of(self.request))
        return own_page(mine, **OwnQuery.of(self.request)).entries

    @extend_schema(operation_id="my_own_entry_create", request=OwnEntrySerializer, responses={201: OwnEntrySerializer})
    def post(self, request: Request) -> Response:
        """Add a title that the catalogue lacks. Refused if the catalogue has it, or if I’ve added it already."""
        serializer = OwnEntrySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        entry = writing.add_entry(member_of(request), **serializer.validated_data)
        return Response(OwnEntrySerializer(entry).data, status=201)


class MyOwnEntry(ForMembers, APIView):
    read_scope, write_scope = "read:list", "write:list"

    @extend_schema(operation_id="my_own_entry", responses=OwnEntrySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get an entry of a title that the catalogue lacks."""
        return Response(OwnEntrySerializer(_own(request, pk)).data)

    @extend_schema(
        operation_id="my_own_entry_patch", request=OwnEntrySerializer(partial=True), responses=OwnEntrySerializer
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Update the given fields of an entry."""
        entry = _own(request, pk)
        serializer = OwnEntrySerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(OwnEntrySerializer(writing.update_entry(entry, **serializer.validated_data)).data)

    @extend_schema(operation_id="my_own_entry_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove an entry."""
        writing.remove_entry(_own(request, pk))
        return Response(status=204)


class LinkOwnEntry(ForMembers, APIView):
    write_scope = "write:list"

    @extend_schema(operation_id="my_own_entry_link", request=LinkSerializer, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Move an entry, and those of the same name, to a title of the catalogue."""
        member = member_of(request)
        entry = get_object_or_404(OwnEntry, user=member, kind__in=media_of(member), pk=pk)
        serializer = LinkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        writing.link_entry(entry, visible_title(serializer.validated_data["title_id"], request.user))
        return Response(status=204)


def _own(request: Request, pk: int) -> OwnEntry:
    return get_object_or_404(OwnEntry.objects.filter(user=member_of(request)), pk=pk)


urlpatterns = [
    path("my/own-entries/", MyOwnEntries.as_view(), name="my-own-entries"),
    path("my/own-entries/<int:pk>/", MyOwnEntry.as_view(), name="my-own-entry"),
    path("my/own-entries/<int:pk>/link/", LinkOwnEntry.as_view(), name="my-own-entry-link"),
]
