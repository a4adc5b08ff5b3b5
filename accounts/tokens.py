"""Personal access tokens: what they may do, how they are made and found. Kept is only a hash of them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessToken, User

PREFIX = "anirec_"  # by which a key is recognised where it should not be: in a repository, a log
MOST = 50  # tokens of a member

SCOPES: dict[str, str | Promise] = {
    "read:list": _("Read my list, hidden titles, tags, imports and exports"),
    "write:list": _("Change my list, hide titles, import lists"),
    "read:recommendations": _("Read my recommendations, moods and taste profile"),
    "write:reviews": _("Write, change and delete my reviews; vote for and report others’"),
    "read:social": _("See what members show me, my feed and my notifications"),
    "write:social": _("Follow, comment, like, recommend, mute and block for me"),
    "read:settings": _("Read my settings"),
    "write:settings": _("Change my settings"),
    "webhooks": _("Manage my webhooks"),
}


def issue_token(
    user: User, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """A new token and its key, which nobody can be told again."""
    key = PREFIX + secrets.token_urlsafe(32)
    wanted = [scope for scope in SCOPES if scope in scopes]
    token = AccessToken.objects.create(
        user=user, name=name, scopes=wanted, expires_at=expires_at, digest=digest_of(key)
    )
    return token, key


def find_token(key: str) -> AccessToken | None:
    """The valid token with this key, with its member, in one query; when it was used last is written once a day."""
    try:
        token = AccessToken.objects.select_related("user").get(digest=digest_of(key))
    except AccessToken.DoesNotExist:
        return None
    if token.is_expired or not token.user.is_active:
        return None
    today = timezone.now().date()
    if token.last_used_on != today:
        AccessToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def digest_of(key: str) -> str:
    """32 random bytes need no salt and no slow hash."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
