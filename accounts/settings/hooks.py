from django.utils.translation import gettext_lazy as _

from accounts.portability.sections import Section, register
from accounts.settings.export import export_about, restore_nothing, undo_nothing
from accounts.tokens.scopes import register_scope

register(Section("about", export_about, restore_nothing, undo_nothing))
register_scope("read:settings", _("Read my settings"))
register_scope("write:settings", _("Change my settings"))
