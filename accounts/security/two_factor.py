"""Two-factor authentication: its secrets are encrypted in the database, and staff can be held to it (STAFF_TWO_FACTOR).

Staff pages need a password or a second factor that was given within twelve hours.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from functools import cache

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

STAFF_PATHS = ("/admin/", "/staff/")
LONGEST_STAFF_SESSION = 12 * 3600  # seconds since the password or a second factor was given


class StaffTwoFactorMiddleware:
    """Sends staff without two-factor authentication to its settings. Who has it can't log in without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.STAFF_TWO_FACTOR and request.path.startswith(STAFF_PATHS) and _lacks_it(request):
            messages.warning(request, gettext("Staff pages need two-factor authentication. Set it up first."))
            return redirect("mfa_index")
        if request.path.startswith(STAFF_PATHS) and _logged_in_long_ago(request):
            return suspend_request(request, reverse("account_reauthenticate"))
        return self.get_response(request)


def _lacks_it(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.is_staff and not is_mfa_enabled(user)


def _logged_in_long_ago(request: HttpRequest) -> bool:
    user = request.user
    if not (user.is_authenticated and user.is_staff):
        return False
    given_at = [record["at"] for record in get_authentication_records(request, user) if "at" in record]
    return bool(given_at) and time.time() - max(given_at) > LONGEST_STAFF_SESSION


PURPOSE = b"anirec second factors"


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. With another SECRET_KEY it is lost: then no code is right."""
        try:
            return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(encrypted_text).decode()
        except InvalidToken:
            return ""


@cache
def _cipher(*keys: str) -> MultiFernet:
    """Return the cipher that encrypts with the first key, and decrypts with any."""
    digests = [hashlib.blake2b(key.encode(), digest_size=32, person=PURPOSE[:16]).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
