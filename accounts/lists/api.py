"""/api/v1/my/list/ and /api/v1/my/hidden/. Bulk changes: `bulk_api`."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.entries import writing as lists
from accounts.lists.conditions import CONDITIONS, holding, tag_of
from accounts.lists.queries import SORTS, hidden_rows, list_page, tags_of
from accounts.models import EntryStatus, EntryValues, HiddenTitle, ListEntry
from accounts.models.entries import MOST_TAGS, TAG_LENGTH
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.partial_dates import PartialDate
from anirec.lib.text import SOME_TEXT
from anirec.lib.web.query import Query
from catalog.models.titles import Format, Medium
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleCardSerializer

DAYS = {"0[13578]|1[02]": "0[1-9]|[12][0-9]|3[01]", "0[469]|11": "0[1-9]|[12][0-9]|30", "02": "0[1-9]|1[0-9]|2[0-8]"}
MONTHS = "|".join(f"({months})(-({days}))?" for months, days in DAYS.items())
LEAP_YEAR = "[0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00"
DATE = f"^([0-9]{{4}}(-({MONTHS}))?|({LEAP_YEAR})-02-29)$"  # the dates that `PartialDate` accepts


@extend_schema_field({"type": "string", "pattern": DATE, "example": "2004-04"})
class PartialDateField(serializers.CharField):
    """A full date, a year and month, or a year."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return PartialDate.parse(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> str:
        return str(value)


Values = TypeVar("Values", bound=EntryValues)


class ValuesSerializer(serializers.ModelSerializer[Values]):
    """What a member notes about a title, of the catalogue or not."""

    is_closed = True
    started_on = PartialDateField(required=False, allow_null=True)
    finished_on = PartialDateField(required=False, allow_null=True)
    rewatched_on = serializers.ListField(child=PartialDateField(), required=False, max_length=100)
    tags = serializers.ListField(
        child=serializers.RegexField(SOME_TEXT, max_length=TAG_LENGTH), required=False, max_length=MOST_TAGS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(self.initial_data) - set(self.fields):
            raise serializers.ValidationError({name: ["A list entry has no such field."] for name in sorted(unknown)})
        return attrs


class EntrySerializer(ValuesSerializer[ListEntry]):
    class Meta:
        model = ListEntry
        fields: tuple[str, ...] = (
            "status", "score", "progress", "volumes", "started_on", "finished_on", "rewatches", "rewatched_on", "notes",
            "tags", "visibility", "updated_at",
        )  # fmt: skip
        read_only_fields = ("updated_at",)


class EntryWithTitleSerializer(EntrySerializer):
    title = TitleCardSerializer(read_only=True)

    class Meta(EntrySerializer.Meta):
        fields: tuple[str, ...] = ("title", *EntrySerializer.Meta.fields)


class ListQuery(Query):
    medium = serializers.ChoiceField(choices=Medium.choices, required=False)
    status = serializers.ChoiceField(choices=EntryStatus.choices, required=False)
    sort = serializers.ChoiceField(choices=list(SORTS), default="updated")
    q = serializers.RegexField(SOME_TEXT, required=False, max_length=120, help_text="Search in any of a title's names.")
    format = serializers.ChoiceField(choices=Format.choices[:-1], required=False)
    scored = serializers.ChoiceField(choices=["yes", "no"], required=False, help_text="Whether the entry has a score.")


class MyListQuery(ListQuery):
    tag = serializers.RegexField(SOME_TEXT, required=False, max_length=TAG_LENGTH, help_text="One of my tags.")


@extend_schema_view(get=extend_schema(operation_id="my_list", parameters=[MyListQuery]))
class MyList(ForMembers, ListAPIView[ListEntry]):
    """List my entries."""

    read_scope = "read:list"
    serializer_class = EntryWithTitleSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[ListEntry]:
        if getattr(self, "swagger_fake_view", False):
            return ListEntry.objects.none()
        return list_page(ListEntry.objects.own(member_of(self.request)), **MyListQuery.of(self.request)).entries


class MyEntry(ForMembers, APIView):
    read_scope, write_scope = "read:list", "write:list"
    has_conditions = True

    @extend_schema(operation_id="my_entry", responses=EntrySerializer)
    def get(self, request: Request, title_id: int) -> Response:
        """Get one entry of my list."""
        title = visible_title(title_id, request.user)
        return self._response(get_object_or_404(ListEntry, user=member_of(request), title=title))

    @extend_schema(
        operation_id="my_entry_put",
        request=EntrySerializer,
        responses={200: EntrySerializer},
        parameters=[*CONDITIONS],
    )
    def put(self, request: Request, title_id: int) -> Response:
        """Create or replace an entry. Omitted fields are reset."""
        blank = {name: getattr(lists.EntryDraft(title_id, EntryStatus.PLANNED), name) for name in lists.EDITABLE}
        return self._write(request, title_id, blank)

    @extend_schema(
        operation_id="my_entry_patch", request=EntrySerializer(partial=True), responses=EntrySerializer,
        parameters=[*CONDITIONS],
    )  # fmt: skip
    def patch(self, request: Request, title_id: int) -> Response:
        """Update the given fields of an entry. Creates the entry if it is missing."""
        return self._write(request, title_id, {})

    @extend_schema(operation_id="my_entry_delete", responses={204: None}, parameters=[*CONDITIONS])
    def delete(self, request: Request, title_id: int) -> Response:
        """Remove a title from my list."""
        member = member_of(request)
        entries = ListEntry.objects.filter(user=member, title=title_id)
        entry = get_object_or_404(entries.select_related("title"))
        with holding(request, member, entries):
            lists.remove_entry(member, entry.title)
        return Response(status=204)

    def _write(self, request: Request, title_id: int, defaults: dict[str, Any]) -> Response:
        member, title = member_of(request), visible_title(title_id, request.user)
        serializer = EntrySerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        with holding(request, member, ListEntry.objects.filter(user=member, title=title)):
            entry = lists.update_entry(member, title, **{**defaults, **serializer.validated_data})
        return self._response(entry)

    def _response(self, entry: ListEntry) -> Response:
        return Response(EntrySerializer(entry).data, headers={"ETag": tag_of(entry)})


class MyTags(ForMembers, APIView):
    read_scope = "read:list"

    @extend_schema(operation_id="my_tags", responses={200: {"type": "array", "items": {"type": "string"}}})
    def get(self, request: Request) -> Response:
        """List my tags."""
        return Response(tags_of(member_of(request)))


class HiddenSerializer(serializers.ModelSerializer[HiddenTitle]):
    title = TitleCardSerializer(read_only=True)

    class Meta:
        model = HiddenTitle
        fields = ("title", "created_at")


@extend_schema_view(get=extend_schema(operation_id="my_hidden"))
class MyHiddenTitles(ForMembers, ListAPIView[HiddenTitle]):
    """List my hidden titles, newest first."""

    read_scope = "read:list"
    serializer_class = HiddenSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[HiddenTitle]:
        if getattr(self, "swagger_fake_view", False):
            return HiddenTitle.objects.none()
        return hidden_rows(member_of(self.request))


class MyHiddenTitle(ForMembers, APIView):
    write_scope = "write:list"

    @extend_schema(operation_id="my_hidden_put", request=None, responses={204: None})
    def put(self, request: Request, title_id: int) -> Response:
        """Hide a title from my recommendations."""
        lists.hide_title(member_of(request), visible_title(title_id, request.user))
        return Response(status=204)

    @extend_schema(operation_id="my_hidden_delete", responses={204: None})
    def delete(self, request: Request, title_id: int) -> Response:
        """Unhide a title."""
        lists.unhide_title(member_of(request), visible_title(title_id, request.user))
        return Response(status=204)


urlpatterns = [
    path("my/list/", MyList.as_view(), name="my-list"),
    path("my/list/<int:title_id>/", MyEntry.as_view(), name="my-entry"),
    path("my/tags/", MyTags.as_view(), name="my-tags"),
    path("my/hidden/", MyHiddenTitles.as_view(), name="my-hidden"),
    path("my/hidden/<int:title_id>/", MyHiddenTitle.as_view(), name="my-hidden-title"),
]
