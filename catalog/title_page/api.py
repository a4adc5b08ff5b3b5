"""/api/v1/titles/: one title's details, by id or by another catalogue's id."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.urls import path, reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anirec.lib.text import is_text
from anirec.lib.web.query import Query
from catalog.models import Credit, ExternalId, Person, Stream, Tag, Title, TitleName
from catalog.models.titles import Medium, id_space
from catalog.title_page.queries import TitleDetail, title_detail
from catalog.titles.merging import redirected
from catalog.titles.serializers import TitleLinkSerializer


class _RelatedTitleSerializer(serializers.Serializer[Any]):
    relation = serializers.CharField(source="label", help_text='Its relation to this title, such as "Sequel".')
    title = TitleLinkSerializer()


class _NameSerializer(serializers.ModelSerializer[TitleName]):
    class Meta:
        model = TitleName
        fields = ("kind", "text")


class _TagSerializer(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ("kind", "name", "slug")


class _ExternalIdSerializer(serializers.ModelSerializer[ExternalId]):
    class Meta:
        model = ExternalId
        fields = ("provider", "value")


class _TitleFactsSerializer(serializers.ModelSerializer[Title]):
    """The title's own fields."""

    year = serializers.IntegerField(allow_null=True, read_only=True)
    started_on = serializers.CharField(allow_null=True, read_only=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    ended_on = serializers.CharField(allow_null=True, read_only=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    url = serializers.CharField(
        source="get_absolute_url", read_only=True, help_text="URL of the title's page on this site."
    )
    names = _NameSerializer(many=True, read_only=True)
    external_ids = _ExternalIdSerializer(many=True, read_only=True)
    cover_url = serializers.CharField(read_only=True, help_text="Empty if the title has no cover.")
    broadcast_time = serializers.CharField(allow_null=True, read_only=True, help_text="HH:MM:SS, Japan time.")
    studios: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    producers: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = Title
        fields = (
            "id", "medium", "name", "name_english", "name_native", "names", "synopsis", "format", "status", "episodes",
            "chapters", "volumes", "serialised_in", "episode_seconds", "year", "season", "started_on", "ended_on",
            "source_material", "age_rating", "is_adult", "score", "scored_by", "score_counts", "members",
            "broadcast_day", "broadcast_time", "next_airing_at", "next_episode", "cover_url", "studios", "producers",
            "external_ids", "url",
        )  # fmt: skip


class _StreamSerializer(serializers.ModelSerializer[Stream]):
    class Meta:
        model = Stream
        fields = ("service", "language", "url")


class _PersonSerializer(serializers.ModelSerializer[Person]):
    class Meta:
        model = Person
        fields = ("id", "name")


class _CreditSerializer(serializers.ModelSerializer[Credit]):
    person = _PersonSerializer(allow_null=True, help_text="Null for a character whose voice is unknown.")

    class Meta:
        model = Credit
        fields = ("kind", "person", "role", "character", "language")


class _LinkSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["official", "social", "info"])
    name = serializers.CharField()
    url = serializers.CharField()


class _ThemeSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["opening", "ending"])
    number = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    artist = serializers.CharField()
    episodes = serializers.CharField(help_text='Such as "1-12"; empty if unknown.')


class _RankSerializer(serializers.Serializer[Any]):
    source = serializers.CharField(help_text="The catalogue whose titles are ranked.")  # type: ignore[assignment]
    kind = serializers.ChoiceField(["score", "members"])
    place = serializers.IntegerField()


class _StatusCountsSerializer(serializers.Serializer[Any]):
    source = serializers.CharField(help_text="The catalogue whose members are counted.")  # type: ignore[assignment]
    as_of = serializers.DateTimeField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class TitleDetailSerializer(serializers.Serializer[TitleDetail]):
    title = _TitleFactsSerializer()
    streams = _StreamSerializer(source="title.streams", many=True)
    credits = serializers.SerializerMethodField()
    trailer = serializers.CharField(source="details.trailer", help_text="A video's ID on YouTube, or empty.")
    links = _LinkSerializer(source="details.links", many=True)
    themes = _ThemeSerializer(source="details.themes", many=True)
    ranks = _RankSerializer(source="details.ranks", many=True)
    status_counts = _StatusCountsSerializer(source="details.statuses", many=True)
    tags = _TagSerializer(many=True)
    related = _RelatedTitleSerializer(many=True)
    franchise = TitleLinkSerializer(many=True, help_text="All titles of the franchise, by start date.")

    @extend_schema_field(_CreditSerializer(many=True))
    def get_credits(self, detail: TitleDetail) -> Any:
        """Return the staff and cast in the source's order. They aren't cached with the rest."""
        credits = Credit.objects.filter(title=detail.title.pk).select_related("person").order_by("position")
        return _CreditSerializer(credits, many=True).data


class TitleDetails(APIView):
    @extend_schema(
        operation_id="title",
        responses={
            200: TitleDetailSerializer,
            301: OpenApiResponse(description="The title was merged into another one: see `Location`."),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return all details of a title."""
        return _details(pk, request)


class IdQuery(Query):
    medium = serializers.ChoiceField(
        choices=Medium.choices, default=Medium.ANIME.value, help_text="Many catalogues number anime and manga apart."
    )


class TitleByExternalId(APIView):
    @extend_schema(operation_id="title_by_external_id", parameters=[IdQuery], responses=TitleDetailSerializer)
    def get(self, request: Request, provider: str, value: str) -> Response:
        """Return the title with this id in another catalogue (`mal`, `anilist`, `kitsu`, …)."""
        lookup = {"provider": provider, "value": value, "medium": id_space(IdQuery.of(request)["medium"])}
        pk = ExternalId.objects.filter(**lookup).values_list("title_id", flat=True).first() if is_text(value) else None
        return _details(pk or 0, request)


def _details(pk: int, request: Request) -> Response:
    try:
        detail = title_detail(pk, request.user)
    except Title.DoesNotExist:
        if kept_id := redirected(pk):
            headers = {"Location": reverse("api:title", args=[kept_id])}
            return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers=headers)
        raise Http404("Title not found.") from None
    return Response(TitleDetailSerializer(detail).data)


urlpatterns = [
    path("titles/by-id/<slug:provider>/<str:value>/", TitleByExternalId.as_view(), name="title-by-external-id"),
    path("titles/<int:pk>/", TitleDetails.as_view(), name="title"),
]
