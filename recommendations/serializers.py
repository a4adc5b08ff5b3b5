"""Recommendations as JSON, for every endpoint that has some."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from anirec.lib.web.query import Query
from catalog.titles.serializers import TitleCardSerializer, title_card
from recommendations.serving import Recommendation


class LengthQuery(Query):
    n = serializers.IntegerField(min_value=1, max_value=100, default=20, help_text="How many titles.")


class ReasonSerializer(serializers.Serializer[Any]):
    title_id = serializers.IntegerField()
    name = serializers.CharField()
    score = serializers.IntegerField(allow_null=True, help_text="What I gave it, 1–10.")
    share = serializers.FloatField(help_text="The part of this recommendation's score that comes from it, 0–1.")


class FanSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(source="member.username")
    score = serializers.IntegerField()


class RecommendationSerializer(serializers.Serializer[Any]):
    title = TitleCardSerializer()
    score = serializers.FloatField(
        help_text="What the model gives it; has no unit. Orders the list, unless niche or diversity do."
    )
    predicted = serializers.FloatField(allow_null=True, help_text="The score I am expected to give, 1–10.")
    reasons = ReasonSerializer(many=True)
    loved_by = FanSerializer(many=True, help_text="Members who love it, where the row is made from what they love.")


def as_json(item: Recommendation) -> dict[str, Any]:
    return {
        "title": title_card(item.title),
        "score": item.score,
        "predicted": item.predicted,
        "reasons": [
            {"title_id": reason.title_id, "name": reason.name, "score": reason.score, "share": reason.share}
            for reason in item.reasons
        ],
        "loved_by": FanSerializer(item.loved_by, many=True).data,
    }


class ItemsSerializer(serializers.Serializer[Any]):
    items = RecommendationSerializer(many=True)
