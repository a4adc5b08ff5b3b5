"""Recommendations for pages, endpoints and commands."""

from recommendations.serving.personal import (
    LEAST_INPUTS,
    Reason,
    Recommendation,
    RecommendationList,
    predicted_score,
    recommend_for,
    recommend_for_guest,
)
from recommendations.serving.related import SimilarTitle, similar_to
from recommendations.serving.series import continue_series
from recommendations.serving.taste_map import TasteMap, taste_map
from recommendations.serving.welcome import onboarding_titles

__all__ = [
    "LEAST_INPUTS",
    "Reason",
    "Recommendation",
    "RecommendationList",
    "SimilarTitle",
    "TasteMap",
    "continue_series",
    "onboarding_titles",
    "predicted_score",
    "recommend_for",
    "recommend_for_guest",
    "similar_to",
    "taste_map",
]
