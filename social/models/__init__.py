from social.models.follows import Follow
from social.models.reviews import HelpfulVote, Review, ReviewReport, ReviewVersion

__all__ = ["Follow", "HelpfulVote", "Review", "ReviewReport", "ReviewVersion"]
