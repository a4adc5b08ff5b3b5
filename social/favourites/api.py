"""/api/v1/members/<name>/favourites/ and /api/v1/my/favourites/: members' favourite titles, in their order."""

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
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleLinkSerializer
from social.favourites import choosing
from social.favourites.queries import favourites_of
from social.models.favourites import Favourite
from social.people.queries import visible_member


class FavouriteSerializer(serializers.ModelSerializer[Favourite]):
    title = TitleLinkSerializer(read_only=True)

    class Meta:
        model = Favourite
        fields = ("title", "added_at")


class WrittenFavouriteSerializer(serializers.Serializer[Any]):
    place = serializers.IntegerField(
        min_value=1, max_value=choosing.MOST, required=False, help_text="From 1; without it, a new favourite is last."
    )


class Favourites(ListAPIView[Favourite]):
    read_scope = "read:social"
    serializer_class = FavouriteSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Favourite]:
        if getattr(self, "swagger_fake_view", False):
            return Favourite.objects.none()
        return favourites_of(self.owner(), self.request.user).select_related("title")

    def owner(self) -> Any:
        return visible_member(self.kwargs["username"], self.request.user)


@extend_schema_view(get=extend_schema(operation_id="member_favourites"))
class MemberFavourites(Favourites):
    """List a member's favourites that I can see, in their order."""


@extend_schema_view(get=extend_schema(operation_id="my_favourites"))
class MyFavourites(ForMembers, Favourites):
    """List my favourites in order."""

    def owner(self) -> Any:
        return member_of(self.request)


class MyFavourite(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="favourite_put", request=WrittenFavouriteSerializer, responses=FavouriteSerializer)
    def put(self, request: Request, title_id: int) -> Response:
        """Make a title a favourite, or move it to another place."""
        title = visible_title(title_id, request.user)
        serializer = WrittenFavouriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        favourite = choosing.put_favourite(member_of(request), title, **serializer.validated_data)
        return Response(FavouriteSerializer(favourite).data)

    @extend_schema(operation_id="favourite_delete", responses={204: None})
    def delete(self, request: Request, title_id: int) -> Response:
        """Remove a title from my favourites."""
        choosing.remove_favourite(member_of(request), visible_title(title_id, request.user))
        return Response(status=204)


urlpatterns = [
    path("members/<str:username>/favourites/", MemberFavourites.as_view(), name="member-favourites"),
    path("my/favourites/", MyFavourites.as_view(), name="my-favourites"),
    path("my/favourites/<int:title_id>/", MyFavourite.as_view(), name="my-favourite"),
]
