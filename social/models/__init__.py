from social.models.activities import Activity, ActivityItem, Comment, Like
from social.models.relations import Block, Follow, FollowRequest, Mute
from social.models.reviews import HelpfulVote, Review, ReviewReport, ReviewVersion

__all__ = [
    "Activity",
    "ActivityItem",
    "Block",
    "Comment",
    "Follow",
    "FollowRequest",
    "HelpfulVote",
    "Like",
    "Mute",
    "Review",
    "ReviewReport",
    "ReviewVersion",
]
