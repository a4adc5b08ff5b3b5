"""/api/v1/my/list/bulk/ and …/watched-up-to/: many entries at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import lists
from accounts.api import EntrySerializer, visible_title
from accounts.api_access import ForMembers, member_of
from accounts.models import User
from catalog.models import Title
from catalog.queries import parts_up_to

MOST = 500  # rows of a request


class BulkRowSerializer(EntrySerializer):
    title_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    remove = serializers.BooleanField(default=False, help_text="Take the title off the list; the rest is ignored.")

    class Meta(EntrySerializer.Meta):
        fields: tuple[str, ...] = ("title_id", "remove", *EntrySerializer.Meta.fields)
        extra_kwargs = {"status": {"required": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs


class BulkSerializer(serializers.Serializer[dict[str, Any]]):
    all_or_nothing = serializers.BooleanField(default=False, help_text="Write nothing where one row is wrong.")
    rows = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST, help_text="Rows with a title_id each."
    )


class BulkRequestSerializer(BulkSerializer):
    """For the schema."""

    rows = BulkRowSerializer(many=True, help_text=f"1 to {MOST} rows. What a row leaves out stays as it is.")  # type: ignore[assignment]


class BulkResultSerializer(serializers.Serializer[dict[str, Any]]):
    title_id = serializers.IntegerField(allow_null=True)
    done = serializers.BooleanField()
    errors = serializers.DictField(required=False, help_text="What is wrong with the row, by field.")  # type: ignore[assignment]


class BulkResultsSerializer(serializers.Serializer[dict[str, Any]]):
    written = serializers.BooleanField(help_text="Whether anything was.")
    rows = BulkResultSerializer(many=True, help_text="In the order of the request.")


class WriteResultSerializer(serializers.Serializer[lists.WriteResult]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class MyListBulk(ForMembers, APIView):
    write_scope = "write:list"

    @extend_schema(operation_id="my_list_bulk", request=BulkRequestSerializer, responses=BulkResultsSerializer)
    def post(self, request: Request) -> Response:
        """Change many entries, each as PATCH would, and be told of each row what became of it."""
        given = BulkSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        member, rows = member_of(request), given.validated_data["rows"]
        changes, errors = _read(member, rows)
        if not (errors and given.validated_data["all_or_nothing"]):
            strict = given.validated_data["all_or_nothing"]
            errors |= _write(member, changes, strict=strict)
        nothing = bool(errors) and given.validated_data["all_or_nothing"]
        done = [
            {"title_id": _number(row), "done": number not in errors and not nothing}
            | ({"errors": errors[number]} if number in errors else {})
            for number, row in enumerate(rows)
        ]
        return Response({"written": any(row["done"] for row in done), "rows": done}, status=422 if nothing else 200)


class WatchedUpTo(ForMembers, APIView):
    write_scope = "write:list"

    @extend_schema(operation_id="my_list_watched_up_to", request=None, responses=WriteResultSerializer)
    def post(self, request: Request, title_id: int) -> Response:
        """Complete the title and what comes before it in its franchise."""
        member = member_of(request)
        result = lists.watch_up_to(member, parts_up_to(visible_title(request, title_id), member))
        return Response(WriteResultSerializer(result).data)


Rows = dict[int, tuple[Title, dict[str, Any] | None]]


def _read(member: User, rows: list[dict[str, Any]]) -> tuple[Rows, dict[int, Any]]:
    """By a row's number: the title with its changes (None: to be removed), and what is wrong."""
    changes: Rows = {}
    errors: dict[int, Any] = {}
    numbers = {number for row in rows if (number := _number(row)) is not None}
    titles = Title.objects.visible_to(member).in_bulk(numbers)
    for place, row in enumerate(rows):
        read = BulkRowSerializer(data=row, partial=True)
        unknown = set(row) - set(read.fields)
        if unknown:
            errors[place] = {name: ["A row has no such field."] for name in sorted(map(str, unknown))}
        elif not read.is_valid():
            errors[place] = read.errors
        elif (title := titles.get(read.validated_data.get("title_id"))) is None:
            errors[place] = {"title_id": ["There is no such title."]}
        else:
            values = {name: value for name, value in read.validated_data.items() if name in lists.EDITABLE}
            changes[place] = (title, None if read.validated_data.get("remove") else values)
    return changes, errors


def _write(member: User, changes: Rows, *, strict: bool) -> dict[int, Any]:
    wrong = lists.change_entries(member, list(changes.values()), strict=strict)
    return {place: _by_field(error) for place, error in zip(changes, wrong, strict=True) if error is not None}


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict


def _number(row: dict[str, Any]) -> int | None:
    number = row.get("title_id")
    return number if type(number) is int and 0 < number < 2**31 else None


urlpatterns = [
    path("my/list/bulk/", MyListBulk.as_view(), name="my-list-bulk"),
    path("my/list/<int:title_id>/watched-up-to/", WatchedUpTo.as_view(), name="my-watched-up-to"),
]
