from django.utils.translation import gettext_lazy as _

from accounts.events import Event, register_event
from accounts.personal_data import register_personal_data
from accounts.tokens.scopes import register_scope
from recommendations.models import MemberRecommendations, MemberSegment
from recommendations.pipelines import tasks  # noqa: F401  (connects the list_changed receiver)

register_scope("read:recommendations", _("Read my recommendations, moods and taste profile"))
register_event(Event("recommendations.updated", _("I get new recommendations"), coalesces=True))
register_personal_data(
    "computed_recommendations",
    lambda user: MemberRecommendations.objects.filter(user=user),
    *("computed_at", "n_inputs", "title_ids", "predicted"),
)
register_personal_data("segments", lambda user: MemberSegment.objects.filter(user=user), "segment", "x", "y")
