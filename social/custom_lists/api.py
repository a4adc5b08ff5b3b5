"""/api/v1/custom-lists/, /api/v1/shared-lists/ and /api/v1/my/custom-lists/: members' custom lists."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import NO_NULL, SOME_TEXT
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleLinkSerializer
from social.custom_lists import queries, writing
from social.custom_lists.visibility import items_visible_to, lists_of_link, lists_visible_to, own_lists
from social.models.custom_lists import LONGEST_DESCRIPTION, LONGEST_NAME, LONGEST_NOTE, CustomList, CustomListItem
from social.moderation.api import report_endpoint
from social.people.queries import visible_member


class CustomListSerializer(serializers.ModelSerializer[CustomList]):
    owner = serializers.CharField(source="owner.username", read_only=True)
    n_titles = serializers.IntegerField(read_only=True, help_text="Number of titles that I can see.")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = CustomList
        fields: tuple[str, ...] = (
            "id", "name", "description", "owner", "visibility", "is_ordered", "n_titles", "created_at", "changed_at",
            "url",
        )  # fmt: skip


class OwnListSerializer(CustomListSerializer):
    share_url = serializers.CharField(read_only=True, help_text="Address to share: with a secret if shared by link.")
    is_removed = serializers.BooleanField(read_only=True, help_text="Whether our team removed it.")

    class Meta(CustomListSerializer.Meta):
        fields = (*CustomListSerializer.Meta.fields, "share_url", "is_removed")


class ListTitleSerializer(serializers.ModelSerializer[CustomListItem]):
    title = TitleLinkSerializer(read_only=True)

    class Meta:
        model = CustomListItem
        fields = ("title", "note", "added_at")


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": SOME_TEXT})
class NameField(serializers.RegexField):
    pass


class WrittenListSerializer(serializers.Serializer[Any]):
    name = NameField(SOME_TEXT, max_length=LONGEST_NAME)
    description = serializers.RegexField(
        NO_NULL, max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True, help_text="Markdown."
    )
    visibility = serializers.ChoiceField(choices=CustomList.Visibility.choices, required=False)
    is_ordered = serializers.BooleanField(required=False)


class WrittenListTitleSerializer(serializers.Serializer[Any]):
    note = serializers.RegexField(NO_NULL, max_length=LONGEST_NOTE, required=False, allow_blank=True)
    place = serializers.IntegerField(
        min_value=1, max_value=writing.MOST_TITLES, required=False, help_text="From 1, among the titles I can see."
    )


class Lists(ListAPIView[CustomList]):
    serializer_class: type[CustomListSerializer] = CustomListSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[CustomList]:
        if getattr(self, "swagger_fake_view", False):
            return CustomList.objects.none()
        return queries.lists_of(self.owner(), self.request.user)

    def owner(self) -> Any:
        return visible_member(self.kwargs["username"], self.request.user)


@extend_schema_view(get=extend_schema(operation_id="member_custom_lists"))
class MemberLists(Lists):
    """List a member's custom lists that I can see, last changed first."""

    read_scope = "read:social"


@extend_schema_view(get=extend_schema(operation_id="my_custom_lists"))
class MyLists(ForMembers, Lists):
    """List my custom lists, last changed first."""

    read_scope, write_scope = "read:social", "write:social"
    serializer_class = OwnListSerializer

    def owner(self) -> Any:
        return member_of(self.request)

    @extend_schema(operation_id="custom_list_create", request=WrittenListSerializer, responses={201: OwnListSerializer})
    def post(self, request: Request) -> Response:
        """Create a list. Add titles afterwards."""
        serializer = WrittenListSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        created = writing.create_list(member_of(request), **serializer.validated_data)
        return Response(_own_data(request, created.pk), status=201)


class OneList(APIView):
    read_scope, write_scope = "read:social", "write:social"

    @extend_schema(operation_id="custom_list", responses=CustomListSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get a list."""
        lists = queries.with_counts(lists_visible_to(request.user), request.user)
        return Response(CustomListSerializer(get_object_or_404(lists, pk=pk)).data)


class MyOneList(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:social"

    @extend_schema(operation_id="my_custom_list", responses=OwnListSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get my list."""
        return Response(_own_data(request, pk))

    @extend_schema(
        operation_id="custom_list_change",
        request=WrittenListSerializer(partial=True),
        responses=OwnListSerializer,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Update my list. Sharing it by link makes a new link."""
        own = _own(request, pk)
        serializer = WrittenListSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        writing.change_list(own, **serializer.validated_data)
        return Response(_own_data(request, pk))

    @extend_schema(operation_id="custom_list_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete my list."""
        writing.delete_list(_own(request, pk))
        return Response(status=204)


class Items(ListAPIView[CustomListItem]):
    read_scope = "read:social"
    serializer_class = ListTitleSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[CustomListItem]:
        if getattr(self, "swagger_fake_view", False):
            return CustomListItem.objects.none()
        custom_list = self.custom_list()
        items = items_visible_to(self.request.user, custom_list).select_related("title")
        return queries.in_order(custom_list, items)

    def custom_list(self) -> CustomList:
        return get_object_or_404(lists_visible_to(self.request.user), pk=self.kwargs["pk"])


@extend_schema_view(get=extend_schema(operation_id="custom_list_titles"))
class ListItems(Items):
    """List the titles of a list that I can see: in its order if it has one, otherwise newest first."""


@extend_schema_view(get=extend_schema(operation_id="shared_list_titles"))
class SharedItems(Items):
    """List the titles of a list that is shared by link."""

    def custom_list(self) -> CustomList:
        return get_object_or_404(lists_of_link(self.request.user, self.kwargs["link_key"]))


class SharedList(APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="shared_list", responses=CustomListSerializer)
    def get(self, request: Request, link_key: str) -> Response:
        """Get a list that is shared by link."""
        lists = queries.with_counts(lists_of_link(request.user, link_key), request.user)
        return Response(CustomListSerializer(get_object_or_404(lists)).data)


class MyItem(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(
        operation_id="custom_list_title_put", request=WrittenListTitleSerializer, responses=ListTitleSerializer
    )
    def put(self, request: Request, pk: int, title_id: int) -> Response:
        """Add a title to my list, or change its note or place. Omitted fields are unchanged."""
        own, title = _own(request, pk), visible_title(title_id, request.user)
        serializer = WrittenListTitleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        item = writing.put_title(own, title, **serializer.validated_data)
        return Response(ListTitleSerializer(item).data)

    @extend_schema(operation_id="custom_list_title_delete", responses={204: None})
    def delete(self, request: Request, pk: int, title_id: int) -> Response:
        """Remove a title from my list."""
        items = items_visible_to(request.user, _own(request, pk)).select_related("custom_list")
        writing.remove_item(get_object_or_404(items, title_id=title_id))
        return Response(status=204)


def _own(request: Request, pk: int) -> CustomList:
    return get_object_or_404(own_lists(member_of(request)).select_related("owner"), pk=pk)


def _own_data(request: Request, pk: int) -> Any:
    lists = queries.with_counts(own_lists(member_of(request)), member_of(request))
    return OwnListSerializer(get_object_or_404(lists, pk=pk)).data


ReportList = report_endpoint("custom_list", "Report a list to staff: its name, description or notes.")

urlpatterns = [
    path("my/custom-lists/", MyLists.as_view(), name="my-custom-lists"),
    path("my/custom-lists/<int:pk>/", MyOneList.as_view(), name="my-custom-list"),
    path("my/custom-lists/<int:pk>/titles/<int:title_id>/", MyItem.as_view(), name="my-custom-list-title"),
    path("members/<str:username>/custom-lists/", MemberLists.as_view(), name="member-custom-lists"),
    path("custom-lists/<int:pk>/", OneList.as_view(), name="custom-list"),
    path("custom-lists/<int:pk>/titles/", ListItems.as_view(), name="custom-list-titles"),
    path("custom-lists/<int:pk>/report/", ReportList.as_view(), name="custom-list-report"),
    path("shared-lists/<str:link_key>/", SharedList.as_view(), name="shared-list"),
    path("shared-lists/<str:link_key>/titles/", SharedItems.as_view(), name="shared-list-titles"),
]
