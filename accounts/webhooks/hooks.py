from django.utils.translation import gettext_lazy as _

from accounts.tokens.scopes import register_scope
from accounts.webhooks import announcing  # noqa: F401  (receives events)

register_scope("webhooks", _("Manage my webhooks"))
