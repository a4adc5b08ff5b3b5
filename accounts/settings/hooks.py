from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from accounts.models import AboutMember, AccessToken, ListImport, StoredResponse, User
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from accounts.settings import zone  # noqa: F401  (receives sign-ups)
from accounts.settings.export import export_about, restore_nothing, undo_nothing
from accounts.tokens.scopes import register_scope
from catalog.models import CalendarFeed, SavedView

ACCOUNT_FIELDS = (
    *("username", "email", "date_joined", "last_login", "is_active", "is_staff"),
    *("language", "time_zone", "theme", "title_language", "score_format", "streaming_services", "extra_media"),
    *("age_limit", "shows_adult", "approves_followers", "list_visibility", "tips_from"),
)

register(Section("about", export_about, restore_nothing, undo_nothing))
register_personal_data("account", lambda user: User.objects.filter(pk=user.pk), *ACCOUNT_FIELDS)
register_personal_data(
    "email_addresses", lambda user: EmailAddress.objects.filter(user=user), "email", "verified", "primary"
)
register_personal_data(
    "devices",
    lambda user: UserSession.objects.filter(user=user),
    *("ip", "user_agent", "created_at", "last_seen_at"),
)
register_personal_data(
    "second_factors", lambda user: Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"
)
register_personal_data(
    "connected_accounts",
    lambda user: SocialAccount.objects.filter(user=user),
    *("provider", "uid", "date_joined", "last_login", "extra_data"),
)
register_personal_data(
    "access_tokens",
    lambda user: AccessToken.objects.filter(user=user),
    *("name", "scopes", "created_at", "expires_at", "last_used_on"),
)
register_personal_data(
    "imports",
    lambda user: ListImport.objects.filter(user=user),
    *("name", "format", "state", "created_at", "finished_at"),
)
register_personal_data(
    "statistics_consent",
    lambda user: AboutMember.objects.filter(user=user),
    *("agreed_at", "birth_year", "gender", "country"),
)
register_personal_data(
    "stored_responses",
    lambda user: StoredResponse.objects.filter(user=user),
    *("caller", "key", "status", "created_at"),
)
register_personal_data("saved_views", lambda user: SavedView.objects.filter(user=user), "name", "query", "created_at")
register_personal_data("calendar_links", lambda user: CalendarFeed.objects.filter(user=user), "created_at")
register_scope("read:settings", _("Read my settings"))
register_scope("write:settings", _("Change my settings"))
