"""Languages of the interface and of titles: the member's choice, or else the browser's.

A cookie stores the interface's, so that responses that are the same for everyone (posters, styles) needn't load the
user. Another cookie stores a visitor's choice for titles; a member's is a setting.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_signed_up
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.models import User
from catalog.titles.names import ENGLISH, ROMAJI, TITLE_LANGUAGES, visitors_language

TITLES_COOKIE = "title_language"
READS_ENGLISH_NAMES = ("en", "de")  # browsers whose visitors know titles by their English names


class LanguageMiddleware(LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        visitors_language.set(title_language(request))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        visitors_language.set(ROMAJI)
        if response.get("Content-Type", "").startswith("image/"):
            return response  # no text: the same in every language
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie",))
        response = super().process_response(request, response)
        if (language := getattr(request, "chosen_language", None)) is not None:
            remember_language(request, response, language)
        return response


def title_language(request: HttpRequest) -> str:
    """Return the language of titles that this browser's visitor chose, or else one that suits the browser's."""
    chosen = request.COOKIES.get(TITLES_COOKIE)
    if chosen in TITLE_LANGUAGES:
        return chosen
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return ENGLISH if accepted and accepted[0][0].startswith(READS_ENGLISH_NAMES) else ROMAJI


@receiver(user_signed_up)
def keep_title_language(request: HttpRequest, user: User, **_: Any) -> None:
    """Let a new member see the names that they saw as a visitor."""
    user.title_language = title_language(request)
    user.save(update_fields=["title_language"])


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
