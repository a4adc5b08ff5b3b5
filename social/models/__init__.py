from social.models.relations import Block, Follow, FollowRequest, Mute
from social.models.reviews import HelpfulVote, Review, ReviewReport, ReviewVersion

__all__ = ["Block", "Follow", "FollowRequest", "HelpfulVote", "Mute", "Review", "ReviewReport", "ReviewVersion"]
