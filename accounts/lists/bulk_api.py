"""/api/v1/my/list/bulk/ and …/watched-up-to/: change many entries at once."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.entries import writing as lists
from accounts.lists.api import EntrySerializer
from accounts.models import User
from accounts.tokens.authentication import ForMembers, member_of
from catalog.models import Title
from catalog.title_page.queries import parts_up_to
from catalog.titles.queries import visible_title

MOST = 500  # rows per request


class BulkRowSerializer(EntrySerializer):
    title_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    remove = serializers.BooleanField(
        default=False, help_text="Remove the title from my list. Other fields are ignored."
    )

    class Meta(EntrySerializer.Meta):
        fields: tuple[str, ...] = ("title_id", "remove", *EntrySerializer.Meta.fields)
        extra_kwargs = {"status": {"required": False, "default": serializers.empty}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({str(name): ["A row has no such field."] for name in sorted(unknown)})
        return super().to_internal_value(data)


class BulkSerializer(serializers.Serializer[dict[str, Any]]):
    all_or_nothing = serializers.BooleanField(default=False, help_text="Write nothing if any row is invalid.")
    rows = serializers.ListField(
        child=BulkRowSerializer(), min_length=1, max_length=MOST, help_text="Omitted fields are unchanged."
    )


class BulkResultSerializer(serializers.Serializer[dict[str, Any]]):
    title_id = serializers.IntegerField(allow_null=True)
    done = serializers.BooleanField()
    errors = serializers.DictField(required=False, help_text="Validation errors by field.")  # type: ignore[assignment]


class BulkResultsSerializer(serializers.Serializer[dict[str, Any]]):
    written = serializers.BooleanField(help_text="Whether any row was written.")
    rows = BulkResultSerializer(many=True, help_text="Results in the order of the request.")


class WriteResultSerializer(serializers.Serializer[lists.WriteResult]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class MyListBulk(ForMembers, APIView):
    write_scope = "write:list"

    @extend_schema(operation_id="my_list_bulk", request=BulkSerializer, responses=BulkResultsSerializer)
    def post(self, request: Request) -> Response:
        """Update many entries, each as with PATCH. Returns a result for each row."""
        serializer = BulkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        rows, strict = serializer.validated_data["rows"], serializer.validated_data["all_or_nothing"]
        errors = _write(member_of(request), rows, strict=strict)
        is_written = len(errors) < len(rows) and not (strict and errors)
        results = [
            {"title_id": row["title_id"], "done": is_written and number not in errors}
            | ({"errors": errors[number]} if number in errors else {})
            for number, row in enumerate(rows)
        ]
        return Response({"written": is_written, "rows": results})


class WatchedUpTo(ForMembers, APIView):
    write_scope = "write:list"

    @extend_schema(operation_id="my_list_watched_up_to", request=None, responses=WriteResultSerializer)
    def post(self, request: Request, title_id: int) -> Response:
        """Mark a title and the earlier ones of its franchise as completed."""
        member = member_of(request)
        result = lists.watch_up_to(member, parts_up_to(visible_title(title_id, request.user), member))
        return Response(WriteResultSerializer(result).data)


def _write(member: User, rows: list[dict[str, Any]], *, strict: bool) -> dict[int, dict[str, list[str]]]:
    """Write the valid rows; with `strict`, all or none. Return the errors by row index."""
    titles = Title.objects.visible_to(member).in_bulk({row["title_id"] for row in rows})
    unknown = {place for place, row in enumerate(rows) if row["title_id"] not in titles}
    errors = {place: {"title_id": ["There is no such title."]} for place in unknown}
    if unknown and strict:
        return errors
    places = [place for place in range(len(rows)) if place not in unknown]
    changes = [(titles[rows[place]["title_id"]], _fields(rows[place])) for place in places]
    row_errors = lists.change_entries(member, changes, strict=strict)
    return errors | {place: error.message_dict for place, error in zip(places, row_errors, strict=True) if error}


def _fields(row: dict[str, Any]) -> dict[str, Any] | None:
    return None if row["remove"] else {name: value for name, value in row.items() if name in lists.EDITABLE}


urlpatterns = [
    path("my/list/bulk/", MyListBulk.as_view(), name="my-list-bulk"),
    path("my/list/<int:title_id>/watched-up-to/", WatchedUpTo.as_view(), name="my-watched-up-to"),
]
