"""/api/v1/my/history/: changes of the member's entries."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.history.queries import changes_of, clear_history
from accounts.models import EntryChange
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.web.query import Query
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleCardSerializer


class ChangeSerializer(serializers.ModelSerializer[EntryChange]):
    title = TitleCardSerializer(read_only=True)
    others = serializers.ListField(child=serializers.CharField(), help_text="Names of other fields that changed.")

    class Meta:
        model = EntryChange
        fields = (
            "title", "at", "status_before", "status", "progress_before", "progress", "score_before", "score",
            "watched", "others",
        )  # fmt: skip


class HistoryQuery(Query):
    title_id = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


@extend_schema_view(get=extend_schema(operation_id="my_history", parameters=[HistoryQuery]))
class MyHistory(ForMembers, ListAPIView[EntryChange]):
    """List my changes, newest first. Changes of one title within ten minutes are joined; imports aren't recorded."""

    read_scope, write_scope = "read:list", "write:list"
    serializer_class = ChangeSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[EntryChange]:
        if getattr(self, "swagger_fake_view", False):
            return EntryChange.objects.none()
        title_id = HistoryQuery.of(self.request).get("title_id")
        title = visible_title(title_id, self.request.user) if title_id else None
        return changes_of(member_of(self.request), title)

    @extend_schema(operation_id="my_history_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete my history. The list is unchanged."""
        clear_history(member_of(request))
        return Response(status=204)


urlpatterns = [path("my/history/", MyHistory.as_view(), name="my-history")]
