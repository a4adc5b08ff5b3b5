"""Create and find personal access tokens. Only a hash of each key is stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import CharField, Model, QuerySet
from django.utils import timezone

from accounts.models import AccessToken, User
from accounts.tokens.scopes import scopes as known_scopes
from anirec.lib import prepared

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
    token = _read_token(digest_of(key))
    if token is None or token.is_expired or not token.user.is_active:
        return None
    today = timezone.now().date()
    if token.last_used_on != today:
        AccessToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def _read_token(digest: str) -> AccessToken | None:
    """Return the token with this digest and its member. Each request of the API does this, so the query is compiled."""
    own, of_user = _columns(AccessToken), _columns(User)

    def query() -> QuerySet[AccessToken, Any]:
        tokens = AccessToken.objects.filter(digest=prepared.Parameter("digest", CharField())).order_by()
        return tokens.values_list(*own, *(f"user__{name}" for name in of_user))

    for row in prepared.run("token", query, digest=digest):
        token = AccessToken.from_db(None, own, row[: len(own)])
        token.user = User.from_db(None, of_user, row[len(own) :])
        return token
    return None


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def digest_of(key: str) -> str:
    """Return the key's SHA-256: 32 random bytes need no salt and no slow hash."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
