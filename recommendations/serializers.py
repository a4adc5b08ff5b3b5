"""JSON form of recommendations, shared by all endpoints."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from anirec.lib.web.query import Query
from catalog.titles.serializers import TitleCardSerializer, title_card
from recommendations.serving import Recommendation


class LengthQuery(Query):
    n = serializers.IntegerField(min_value=1, max_value=100, default=20, help_text="Number of titles to return.")


class ReasonSerializer(serializers.Serializer[Any]):
    title_id = serializers.IntegerField()
    name = serializers.CharField()
    score = serializers.IntegerField(allow_null=True, help_text="Your score, 1–10.")
    from_review = serializers.BooleanField(
        default=False, help_text="Whether the score isn't yours but what your review of the title reads like."
    )
    share = serializers.FloatField(help_text="Share of this recommendation's score due to this title, 0–1.")


class FanSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(source="member.username")
    score = serializers.IntegerField()


class RecommendationSerializer(serializers.Serializer[Any]):
    title = TitleCardSerializer()
    score = serializers.FloatField(
        help_text="Ranking score without a unit. Orders the list unless niche or diversity is set."
    )
    predicted = serializers.FloatField(allow_null=True, help_text="Your predicted score, 1–10.")
    reasons = ReasonSerializer(many=True)
    loved_by = FanSerializer(
        many=True, help_text="Members who scored it highly, in rows based on other members' lists."
    )
    note = serializers.CharField(
        help_text="What to know about the title, such as the part on hold before it; mostly empty."
    )


def as_json(item: Recommendation) -> dict[str, Any]:
    return {
        "title": title_card(item.title),
        "score": item.score,
        "predicted": item.predicted,
        "reasons": [
            {"title_id": reason.title_id, "name": reason.name, "score": reason.score, "share": reason.share}
            | {"from_review": reason.is_read}
            for reason in item.reasons
        ],
        "loved_by": [{"username": fan.member.username, "score": fan.score} for fan in item.loved_by],
        "note": item.note,
    }


class ItemsSerializer(serializers.Serializer[Any]):
    items = RecommendationSerializer(many=True)
