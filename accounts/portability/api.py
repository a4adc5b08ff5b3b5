"""/api/v1/my/imports/ and /api/v1/my/export/: import and export lists."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Conflict, ImportRow, ListImport
from accounts.portability import tasks
from accounts.portability.exports import KINDS, export_list
from accounts.portability.formats.csv_files import MAX_COLUMNS
from accounts.portability.formats.rows import PortabilityError
from accounts.portability.imports import queries, reading, writing
from accounts.portability.values.scores import SCALES
from accounts.portability.values.vocabulary import COLUMNS
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.web.downloads import download

State = ListImport.State


class ConflictError(APIException):
    status_code = 409


class ImportSerializer(serializers.ModelSerializer[ListImport]):
    counts = serializers.SerializerMethodField(help_text="Number of rows by outcome: planned, or actual once imported.")
    hidden_by_settings = serializers.SerializerMethodField(
        help_text="Number of new and changed entries whose titles my settings hide."
    )
    examples = serializers.ListField(
        child=serializers.ListField(), help_text="Scores as the file writes them and as they are imported."
    )
    remarks = serializers.ListField(child=serializers.CharField(), help_text="Repairs and assumptions.")
    columns = serializers.DictField(child=serializers.IntegerField(), help_text="Of a CSV file: field → its column.")

    class Meta:
        model = ListImport
        fields = (
            "id", "name", "format", "state", "rule", "message", "scale", "is_scale_sure", "examples",
            "columns", "remarks", "created_at", "finished_at", "counts", "hidden_by_settings",
        )  # fmt: skip

    def get_hidden_by_settings(self, opened: ListImport) -> int:
        return queries.hidden_by_settings(opened, opened.user)

    def get_counts(self, opened: ListImport) -> dict[str, int]:
        return {count.outcome: count.n for count in queries.outcome_counts(opened) if count.outcome}


class ImportRowSerializer(serializers.ModelSerializer[ImportRow]):
    class Meta:
        model = ImportRow
        fields = ("number", "name", "outcome", "title_id", "is_hidden", "values", "before", "remark")


class NewImportSerializer(serializers.Serializer[dict[str, Any]]):
    file = serializers.FileField(
        help_text="A list from MyAnimeList, AniList, Kitsu, Anime-Planet, Shikimori and others: XML, JSON or CSV;"
        " may be compressed."
    )
    rule = serializers.ChoiceField(Conflict.choices, required=False)
    scale = serializers.ChoiceField(
        list(SCALES), required=False, help_text="Highest possible score of the file, if the detected one is wrong."
    )
    columns = serializers.JSONField(
        required=False,
        help_text='Of a CSV file, instead of the guessed columns: field → column number from 0, such as {"title": 0}.',
    )

    def validate_columns(self, columns: Any) -> dict[str, int]:
        is_valid = isinstance(columns, dict) and all(
            name in COLUMNS and type(at) is int and 0 <= at < MAX_COLUMNS for name, at in columns.items()
        )
        if not is_valid or not columns:
            raise serializers.ValidationError(
                _("Match fields to column numbers, such as %(example)s. Fields: %(fields)s.")
                % {"example": '{"title": 0}', "fields": ", ".join(COLUMNS)}
            )
        return dict(columns)


class ImportInListSerializer(serializers.ModelSerializer[ListImport]):
    class Meta:
        model = ListImport
        fields = ("id", "name", "format", "state", "rule", "message", "created_at", "finished_at")


@extend_schema_view(
    get=extend_schema(
        operation_id="my_imports", description="List my imports, newest first. Get a single import for its row counts."
    )
)
class MyImports(ForMembers, ListAPIView[ListImport]):
    read_scope, write_scope = "read:list", "write:list"
    serializer_class = ImportInListSerializer
    pagination_class = CursorPages
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> QuerySet[ListImport]:
        if getattr(self, "swagger_fake_view", False):
            return ListImport.objects.none()
        return ListImport.objects.filter(user=member_of(self.request)).defer("upload", "extra").order_by("-pk")

    @extend_schema(operation_id="my_import_create", request=NewImportSerializer, responses={201: ImportSerializer})
    def post(self, request: Request) -> Response:
        """Upload a list and preview the import. CSV columns are detected. My list is unchanged until I run it."""
        serializer = NewImportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        file, scale = serializer.validated_data["file"], serializer.validated_data.get("scale")
        try:
            opened = reading.open_file(member_of(request), file.name, file.read())
            if opened.state == State.COLUMNS:
                columns = serializer.validated_data.get("columns") or opened.columns
                opened = reading.read_columns(opened, columns, scale)
            elif scale:
                opened = reading.read_on_scale(opened, scale)
        except PortabilityError as error:
            raise ValidationError({"file": [str(error)]}) from error
        if rule := serializer.validated_data.get("rule"):
            reading.replan(opened, rule)
        return Response(ImportSerializer(opened).data, status=201)


class MyImport(ForMembers, APIView):
    read_scope, write_scope = "read:list", "write:list"

    @extend_schema(operation_id="my_import", responses=ImportSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get an import with its state and row counts."""
        return Response(ImportSerializer(_import(request, pk)).data)


@extend_schema_view(get=extend_schema(operation_id="my_import_rows"))
class MyImportRows(ForMembers, ListAPIView[ImportRow]):
    """List the rows of an import, in file order."""

    read_scope = "read:list"
    serializer_class = ImportRowSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[ImportRow]:
        if getattr(self, "swagger_fake_view", False):
            return ImportRow.objects.none()
        return _import(self.request, self.kwargs["pk"]).rows.order_by("number")


class RunImport(ForMembers, APIView):
    read_scope, write_scope = "read:list", "write:list"

    @extend_schema(operation_id="my_import_run", request=None, responses={202: ImportSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Run an import. Poll its state to see when it is done."""
        opened = _import(request, pk)
        if not writing.queue(opened) and opened.state != State.QUEUED:
            raise ConflictError(_("The import isn’t ready to run. Check its state."))
        tasks.send(opened)
        return Response(ImportSerializer(_import(request, pk)).data, status=202)


class UndoImport(ForMembers, APIView):
    read_scope, write_scope = "read:list", "write:list"

    @extend_schema(operation_id="my_import_undo", request=None, responses=ImportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Undo an import. Entries changed since then are kept."""
        if not writing.undo_import(_import(request, pk)):
            raise ConflictError(_("The import hasn’t been run, so it can’t be undone."))
        return Response(ImportSerializer(_import(request, pk)).data)


class MyExport(ForMembers, APIView):
    read_scope, write_scope = "read:list", "write:list"

    @extend_schema(
        operation_id="my_export",
        parameters=[
            OpenApiParameter("kind", enum=list(KINDS), default="json"),
            OpenApiParameter("bom", enum=["1"], description="Start a CSV with a byte order mark, as Excel needs."),
        ],
        responses={
            (200, content_type): OpenApiTypes.OBJECT if kind == "json" else OpenApiTypes.BINARY
            for kind, content_type in KINDS.items()
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Export my list as a file."""
        kind = request.query_params.get("kind", "json")
        if kind not in KINDS:
            raise serializers.ValidationError(
                {"kind": [_("Unknown format. Use one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)}]}
            )
        member = member_of(request)
        lines = export_list(member, kind, has_bom=request.query_params.get("bom") == "1")
        return download(request._request, f"anirec-{member.username}.{kind}", KINDS[kind], lines)


def _import(request: Request, pk: int) -> ListImport:
    return get_object_or_404(ListImport.objects.filter(user=member_of(request)).defer("upload", "extra"), pk=pk)


urlpatterns = [
    path("my/imports/", MyImports.as_view(), name="my-imports"),
    path("my/imports/<int:pk>/", MyImport.as_view(), name="my-import"),
    path("my/imports/<int:pk>/rows/", MyImportRows.as_view(), name="my-import-rows"),
    path("my/imports/<int:pk>/run/", RunImport.as_view(), name="my-import-run"),
    path("my/imports/<int:pk>/undo/", UndoImport.as_view(), name="my-import-undo"),
    path("my/export/", MyExport.as_view(), name="my-export"),
]
