from recommendations.models.analytics import (
    AccuracyDay,
    ActiveDay,
    AudienceFigure,
    CohortWeek,
    MembersDay,
    RequestDay,
    ServedDay,
    ShownTitle,
    TallyCursor,
    WidgetDay,
)
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
from recommendations.models.jobs import JobRun, ModelActivation
from recommendations.models.kept_scores import KeptScore
from recommendations.models.moods import Mood
from recommendations.models.segments import MemberSegment, Segment
from recommendations.models.shards import PublishShard
from recommendations.models.tables import MemberRecommendations, SimilarTitles
from recommendations.models.versions import ModelVersion

__all__ = [
    "AccuracyDay",
    "ActiveDay",
    "AudienceFigure",
    "CohortWeek",
    "DriftReport",
    "EventCursor",
    "Experiment",
    "ExperimentChange",
    "JobRun",
    "KeptScore",
    "MemberRecommendations",
    "MemberSegment",
    "MembersDay",
    "ModelActivation",
    "ModelVersion",
    "Mood",
    "Outcome",
    "PredictionOutcome",
    "PublishShard",
    "RatingArchive",
    "RequestDay",
    "Segment",
    "ServedDay",
    "ShownTitle",
    "SimilarTitles",
    "TallyCursor",
    "Variant",
    "Weights",
    "WidgetDay",
    "WidgetEvent",
]
