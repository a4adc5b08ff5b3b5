"""/api/v1/titles/<id>/corrections/ and /my/corrections/: suggested corrections of titles."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import SOME_TEXT
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleLinkSerializer
from social.corrections import queries
from social.corrections.fields import FIELDS, LONGEST
from social.corrections.suggesting import LONGEST_EVIDENCE, suggest
from social.models import Correction


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    title = TitleLinkSerializer(read_only=True)
    reason = serializers.CharField(read_only=True, help_text="Why it was declined or undone.")

    class Meta:
        model = Correction
        fields = ("id", "title", "field", "value", "evidence", "state", "reason", "created_at", "settled_at")
        read_only_fields = fields


class SuggestionSerializer(serializers.Serializer[Any]):
    field = serializers.ChoiceField(choices=list(FIELDS))
    value = serializers.RegexField(
        SOME_TEXT, max_length=LONGEST, help_text="The correct value, as text in the form that the title has it."
    )
    evidence = serializers.RegexField(
        SOME_TEXT, max_length=LONGEST_EVIDENCE, help_text="A link or the name of a source that says so."
    )


class SuggestCorrection(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(
        operation_id="title_correction_create", request=SuggestionSerializer, responses={201: CorrectionSerializer}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Suggest a correction. Another one for the same field replaces it while it is open."""
        title = visible_title(pk, request.user)
        serializer = SuggestionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        correction = suggest(member_of(request), title, **serializer.validated_data)
        return Response(CorrectionSerializer(correction).data, status=201)


@extend_schema_view(get=extend_schema(operation_id="my_corrections"))
class MyCorrections(ForMembers, ListAPIView[Correction]):
    """List the corrections I suggested, newest first, with what became of them."""

    read_scope = "read:social"
    serializer_class = CorrectionSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Correction]:
        if getattr(self, "swagger_fake_view", False):
            return Correction.objects.none()
        return queries.suggestions_by(member_of(self.request))


urlpatterns = [
    path("titles/<int:pk>/corrections/", SuggestCorrection.as_view(), name="title-corrections"),
    path("my/corrections/", MyCorrections.as_view(), name="my-corrections"),
]
