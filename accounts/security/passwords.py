"""Rules and hashes of passwords."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext


class MaximumLengthValidator:
    """Refuse very long passwords. Hashing them would take our processor's time."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return gettext("Passwords can be up to %(n)d characters long.") % {"n": self.max_length}


class PepperedHasher(PBKDF2PasswordHasher):
    """PBKDF2 of the password's HMAC with PASSWORD_PEPPER, a secret that isn't in the database.

    Other hashes are replaced when their members log in. Source: OWASP ASVS 4.0.3, 2.4.5.
    """

    algorithm = "pbkdf2_sha256_pepper"

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        peppered = hmac.digest(settings.PASSWORD_PEPPER.encode(), password.encode(), hashlib.sha256).hex()
        return super().encode(peppered, salt, iterations)
