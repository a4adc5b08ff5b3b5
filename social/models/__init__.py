from social.models.activities import Activity, ActivityItem, Comment, Like
from social.models.airing import AiringChoice, Lead
from social.models.corrections import Correction
from social.models.custom_lists import CustomList, CustomListItem
from social.models.favourites import Favourite
from social.models.moderation import Decision, Report
from social.models.notifications import Notification, NotificationChoice, NotificationSettings
from social.models.profiles import Profile
from social.models.relations import Block, DismissedSuggestion, Follow, FollowRequest, Mute
from social.models.review_reading import ReviewArchive, ReviewReader, ReviewReading
from social.models.reviews import HelpfulVote, Review, ReviewVersion

__all__ = [
    "Activity",
    "ActivityItem",
    "AiringChoice",
    "Block",
    "Comment",
    "Correction",
    "CustomList",
    "CustomListItem",
    "Decision",
    "DismissedSuggestion",
    "Favourite",
    "Follow",
    "FollowRequest",
    "HelpfulVote",
    "Lead",
    "Like",
    "Mute",
    "Notification",
    "NotificationChoice",
    "NotificationSettings",
    "Profile",
    "Report",
    "Review",
    "ReviewArchive",
    "ReviewReader",
    "ReviewReading",
    "ReviewVersion",
]
