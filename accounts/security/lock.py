"""The link in e-mails about an account's changes with which its owner locks the account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.security.access import end_access
from accounts.security.logs import log_access
from anirec.lib.web.addresses import site_url

SALT = "accounts.security.lock"
VALID = timedelta(days=14)
BEFORE = timedelta(minutes=5)  # from a change to the e-mail about it


def lock_url(user: User, email: str) -> str:
    return site_url(reverse("accounts:lock", args=[signing.dumps([user.pk, email], salt=SALT)]))


def lock_account(request: HttpRequest, token: str) -> str | None:
    """Lock the account that the token names, and e-mail a link to set a new password. Return the address, or None.

    The address that the e-mail was sent to is the account's again; sign-in methods added since are removed.
    """
    (user_id, email), sent_at = read_token(token)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        if user is None:
            return None
        end_access(user)
        _restore_email(user, email)
        Authenticator.objects.filter(user=user, created_at__gte=sent_at - BEFORE).delete()
        user.set_unusable_password()
        user.save(update_fields=["password", "email"])
    log_access("account locked", user.pk)
    request_password_reset(request, email, [user], default_token_generator)
    return email


def read_token(token: str) -> tuple[tuple[int, str], datetime]:
    """Return the member's ID and address, and when the e-mail was sent. Raises signing.BadSignature."""
    user_id, email = signing.loads(token, salt=SALT, max_age=VALID)
    stamp = signing.b62_decode(token.rsplit(":", 2)[1])
    return (user_id, email), datetime.fromtimestamp(stamp, UTC)


def _restore_email(user: User, email: str) -> None:
    user.email = email
    addresses = EmailAddress.objects.filter(user=user)
    was_verified = addresses.filter(email=email, verified=True).exists()
    addresses.delete()
    is_free = not EmailAddress.objects.filter(email__iexact=email, verified=True).exists()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=is_free or was_verified)
