"""Recommendations for pages, endpoints and commands."""

from recommendations.serving.choices import Choice, filtered, in_mood
from recommendations.serving.friends import loved_by
from recommendations.serving.groups import GroupRecommendations, recommend_for_group
from recommendations.serving.ladder import (
    LEAST_INPUTS,
    Reason,
    Recommendation,
    RecommendationList,
    predicted_score,
    predicted_scores,
    prediction,
    recommend,
    recommend_for,
    recommend_for_guest,
)
from recommendations.serving.readers import USER, Reader
from recommendations.serving.related import SimilarTitle, similar_to
from recommendations.serving.rows import RecommendationRow, fill, find_row, rows_for
from recommendations.serving.season import SeasonTitle, season_ranking
from recommendations.serving.series import continue_series, parts_to_see_first
from recommendations.serving.surprise import surprise
from recommendations.serving.taste_map import TasteMap, taste_map
from recommendations.serving.welcome import WALL, onboarding_titles

__all__ = [
    "LEAST_INPUTS",
    "USER",
    "WALL",
    "Choice",
    "GroupRecommendations",
    "Reader",
    "Reason",
    "Recommendation",
    "RecommendationList",
    "RecommendationRow",
    "SeasonTitle",
    "SimilarTitle",
    "TasteMap",
    "continue_series",
    "fill",
    "filtered",
    "find_row",
    "in_mood",
    "loved_by",
    "onboarding_titles",
    "parts_to_see_first",
    "predicted_score",
    "predicted_scores",
    "prediction",
    "recommend",
    "recommend_for",
    "recommend_for_group",
    "recommend_for_guest",
    "rows_for",
    "season_ranking",
    "similar_to",
    "surprise",
    "taste_map",
]
