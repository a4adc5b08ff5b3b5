"""Create and find personal access tokens. Only a hash of each key is stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from accounts.models import AccessToken, User
from accounts.tokens.scopes import scopes as known_scopes

PREFIX = "anirec_"  # identifies keys that leak into a repository or a log
MOST = 50  # tokens per member


def issue_token(
    user: User, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """Return a new token and its key, which is not stored."""
    key = PREFIX + secrets.token_urlsafe(32)
    ordered = [scope for scope in known_scopes() if scope in scopes]
    token = AccessToken.objects.create(
        user=user, name=name, scopes=ordered, expires_at=expires_at, digest=digest_of(key)
    )
    return token, key


def find_token(key: str) -> AccessToken | None:
    """Return the valid token with this key and its member, in one query; `last_used_on` is written once a day."""
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
    """Return the key's SHA-256: 32 random bytes need no salt and no slow hash."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
