from recommendations.models.archives import RatingArchive
from recommendations.models.drift import DriftReport, PredictionOutcome
from recommendations.models.experiments import (
    EventCursor,
    Experiment,
    ExperimentChange,
    Outcome,
    Variant,
    Weights,
    WidgetEvent,
)
from recommendations.models.moods import Mood
from recommendations.models.segments import MemberSegment, Segment
from recommendations.models.shards import PublishShard
from recommendations.models.tables import MemberRecommendations, SimilarTitles
from recommendations.models.versions import ModelVersion

__all__ = [
    "DriftReport",
    "EventCursor",
    "Experiment",
    "ExperimentChange",
    "MemberRecommendations",
    "MemberSegment",
    "ModelVersion",
    "Mood",
    "Outcome",
    "PredictionOutcome",
    "PublishShard",
    "RatingArchive",
    "Segment",
    "SimilarTitles",
    "Variant",
    "Weights",
    "WidgetEvent",
]
