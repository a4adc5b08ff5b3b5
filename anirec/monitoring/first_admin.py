"""The first admin account of a new site, created through a link that the start prints.

Only a hash of the link's token is stored. The link works for a day, once, and only while there is no staff account.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from anirec.lib.database.locks import lock_in_transaction
from anirec.monitoring import records

NAME = "first_admin"
VALID_SECONDS = 24 * 3600
LOCK = "first admin"


def has_admin() -> bool:
    return User.objects.filter(is_staff=True, is_active=True).exists()


def new_link() -> str | None:
    """Return a new link, which ends earlier ones; None if the site has a staff account."""
    if has_admin():
        records.forget(NAME)
        return None
    token = secrets.token_urlsafe(32)
    records.write(NAME, {"digest": _digest(token), "expires": time.time() + VALID_SECONDS})
    return settings.SITE_URL.rstrip("/") + reverse("monitoring:first_admin", args=[token])


def is_valid(token: str) -> bool:
    """Return whether the token is that of the last link, not expired, and still needed."""
    link = records.read(NAME)
    if link is None or time.time() > float(link["expires"]):
        return False
    return hmac.compare_digest(str(link["digest"]), _digest(token)) and not has_admin()


def create_admin(token: str, username: str, email: str, password: str) -> User | None:
    """Create the account and end the link. Return None if the link was used meanwhile."""
    with transaction.atomic():
        lock_in_transaction(LOCK)
        if not is_valid(token):
            return None
        admin = User.objects.create_superuser(username, email, password)
    records.forget(NAME)
    return admin


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
