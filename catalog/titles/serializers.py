"""Titles as JSON: cards and links."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from catalog.models import Title


def title_card(title: Title) -> dict[str, Any]:
    """Return the fields of `TitleCardSerializer` as a dict, without its overhead per field."""
    return {
        "id": title.pk,
        "name": title.name,
        "name_english": title.name_english,
        "name_native": title.name_native,
        "medium": title.medium,
        "format": title.format,
        "status": title.status,
        "episodes": title.episodes,
        "chapters": title.chapters,
        "volumes": title.volumes,
        "year": title.year,
        "score": title.score,
        "is_adult": title.is_adult,
        "cover_url": title.cover_url,
        "tags": title.tag_names,
        "url": title.get_absolute_url(),
    }


class TitleCardSerializer(serializers.ModelSerializer[Title]):
    """The main fields of a title."""

    # Titles must be loaded with `for_cards`.

    year = serializers.IntegerField(allow_null=True, read_only=True)
    cover_url = serializers.CharField(read_only=True, help_text="Empty if the title has no cover.")
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    url = serializers.CharField(read_only=True, help_text="URL of the title's page on this site.")

    class Meta:
        model = Title
        fields = (
            "id", "name", "name_english", "name_native", "medium", "format", "status", "episodes", "chapters",
            "volumes", "year", "score", "is_adult", "cover_url", "tags", "url",
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, title: Title) -> dict[str, Any]:
        return title_card(title)


class TitleLinkSerializer(serializers.ModelSerializer[Title]):
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Title
        fields = ("id", "name", "format", "url")
