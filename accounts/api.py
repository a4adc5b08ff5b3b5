"""/api/v1/my/list/ and /api/v1/my/hidden/: reads by `accounts.queries`, writes by `accounts.lists`."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts import lists
from accounts.models import EntryStatus, ListEntry, User
from accounts.models.entries import MOST_TAGS, TAG_LENGTH
from accounts.queries import SORTS, hidden_titles, list_page
from catalog.api import Pages, TitleCardSerializer
from catalog.models import Title
from catalog.partial_dates import PartialDate


@extend_schema_field({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "example": "2004-04"})
class PartialDateField(serializers.CharField):
    """A date of which only the year, or the year and month, may be known."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return PartialDate.parse(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> str:
        return str(value)


class EntrySerializer(serializers.ModelSerializer[ListEntry]):
    started_on = PartialDateField(required=False, allow_null=True)
    finished_on = PartialDateField(required=False, allow_null=True)
    rewatched_on = serializers.ListField(child=PartialDateField(), required=False, max_length=100)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH), required=False, max_length=MOST_TAGS
    )

    class Meta:
        model = ListEntry
        fields: tuple[str, ...] = (
            "status", "score", "progress", "started_on", "finished_on", "rewatches", "rewatched_on", "notes", "tags",
            "visibility", "updated_at",
        )  # fmt: skip
        read_only_fields = ("updated_at",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(self.initial_data) - set(self.fields):
            raise serializers.ValidationError({name: ["A list entry has no such field."] for name in sorted(unknown)})
        return attrs


class EntryWithTitleSerializer(EntrySerializer):
    title = TitleCardSerializer(read_only=True)

    class Meta(EntrySerializer.Meta):
        fields: tuple[str, ...] = ("title", *EntrySerializer.Meta.fields)


def member_of(request: Request) -> User:
    return cast(User, request.user)


def _visible_title(request: Request, title_id: int) -> Title:
    return get_object_or_404(Title.objects.visible_to(member_of(request)), pk=title_id)


class MyListQuery(serializers.Serializer[dict[str, str]]):
    status = serializers.ChoiceField(choices=EntryStatus.choices, default="", allow_blank=True)
    sort = serializers.ChoiceField(choices=list(SORTS), default="updated")
    q = serializers.CharField(default="", allow_blank=True, help_text="Part of any of a title's names.")


@extend_schema_view(get=extend_schema(operation_id="my_list", parameters=[MyListQuery]))
class MyList(ListAPIView[ListEntry]):
    """My list."""

    permission_classes = (IsAuthenticated,)
    serializer_class = EntryWithTitleSerializer
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[ListEntry]:
        query = MyListQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        member = member_of(self.request)
        found = list_page(ListEntry.objects.own(member), status=wanted["status"], sort=wanted["sort"], q=wanted["q"])
        return found.entries


class MyEntry(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="my_entry", responses=EntrySerializer)
    def get(self, request: Request, title_id: int) -> Response:
        """One entry of my list."""
        title = _visible_title(request, title_id)
        return Response(EntrySerializer(get_object_or_404(ListEntry, user=member_of(request), title=title)).data)

    @extend_schema(operation_id="my_entry_put", request=EntrySerializer, responses={200: EntrySerializer})
    def put(self, request: Request, title_id: int) -> Response:
        """Put a title on my list, as it is given: what is left out is reset."""
        blank = {name: getattr(lists.EntryDraft(title_id, EntryStatus.PLANNED), name) for name in lists.EDITABLE}
        return self._write(request, title_id, blank)

    @extend_schema(operation_id="my_entry_patch", request=EntrySerializer(partial=True), responses=EntrySerializer)
    def patch(self, request: Request, title_id: int) -> Response:
        """Change what is given and keep the rest; the title is put on my list if it is not there."""
        return self._write(request, title_id, {})

    @extend_schema(operation_id="my_entry_delete", responses={204: None})
    def delete(self, request: Request, title_id: int) -> Response:
        """Take a title off my list."""
        member = member_of(request)
        entry = get_object_or_404(ListEntry.objects.select_related("title"), user=member, title=title_id)
        lists.remove_entry(member, entry.title)
        return Response(status=204)

    def _write(self, request: Request, title_id: int, defaults: dict[str, Any]) -> Response:
        title = _visible_title(request, title_id)
        given = EntrySerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        entry = lists.update_entry(member_of(request), title, **{**defaults, **given.validated_data})
        return Response(EntrySerializer(entry).data)


class MyHiddenTitles(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="my_hidden", responses=TitleCardSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Titles that are never recommended to me."""
        return Response(TitleCardSerializer(hidden_titles(member_of(request)), many=True).data)


class MyHiddenTitle(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="my_hidden_put", request=None, responses={204: None})
    def put(self, request: Request, title_id: int) -> Response:
        """Never recommend this title to me."""
        lists.hide_title(member_of(request), _visible_title(request, title_id))
        return Response(status=204)

    @extend_schema(operation_id="my_hidden_delete", responses={204: None})
    def delete(self, request: Request, title_id: int) -> Response:
        """Recommend this title to me again."""
        lists.unhide_title(member_of(request), _visible_title(request, title_id))
        return Response(status=204)


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="To be sent as the header `Authorization: Token …`.")


class MyToken(APIView):
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"

    def get_permissions(self) -> list[Any]:
        return [AllowAny() if self.request and self.request.method == "POST" else IsAuthenticated()]

    @extend_schema(operation_id="token", request=AuthTokenSerializer, responses=TokenSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """My token, for my username and password."""
        login = AuthTokenSerializer(data=request.data, context={"request": request})
        login.is_valid(raise_exception=True)
        token, _ = Token.objects.get_or_create(user=login.validated_data["user"])
        return Response({"token": token.key})

    @extend_schema(operation_id="token_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Make my token invalid."""
        Token.objects.filter(user=member_of(request)).delete()
        return Response(status=204)


urlpatterns = [
    path("token/", MyToken.as_view(), name="token"),
    path("my/list/", MyList.as_view(), name="my-list"),
    path("my/list/<int:title_id>/", MyEntry.as_view(), name="my-entry"),
    path("my/hidden/", MyHiddenTitles.as_view(), name="my-hidden"),
    path("my/hidden/<int:title_id>/", MyHiddenTitle.as_view(), name="my-hidden-title"),
]
