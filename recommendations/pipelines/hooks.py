from django.utils.translation import gettext_lazy as _

from accounts.events import Event, register_event
from accounts.tokens.scopes import register_scope
from recommendations.pipelines import tasks  # noqa: F401  (connects the list_changed receiver)

register_scope("read:recommendations", _("Read my recommendations, moods and taste profile"))
register_event(Event("recommendations.updated", _("I get new recommendations"), coalesces=True))
