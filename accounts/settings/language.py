"""Interface language: the member's choice, or else the browser's.

A cookie stores it, so that responses that are the same for everyone (posters, styles) needn't load the user.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware

from accounts.models import User


class LanguageMiddleware(LocaleMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith("image/"):
            return response  # no text: the same in every language
        response = super().process_response(request, response)
        if (language := getattr(request, "chosen_language", None)) is not None:
            remember_language(request, response, language)
        return response


@receiver(user_logged_in)
def use_members_language(request: HttpRequest, user: User, **_: Any) -> None:
    if user.language:
        request.chosen_language = user.language  # type: ignore[attr-defined]


def remember_language(request: HttpRequest, response: HttpResponseBase, language: str) -> None:
    """Store the language in the cookie; "" returns to the browser's language."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
        secure=request.is_secure(),
    )
