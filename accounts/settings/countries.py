"""Country names by ISO 3166 two-letter code, from Unicode's CLDR in the page's language."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) pairs, sorted by name."""
    return sorted(_names(get_language() or "en").items(), key=lambda pair: pair[1].casefold())


def country_name(code: str) -> str:
    return _names(get_language() or "en").get(code, code)


@cache
def codes_by_name() -> dict[str, str]:
    """Return {lower-case English name: country code}."""
    return {name.casefold(): code for code, name in _names("en").items()}


@cache
def _names(language: str) -> dict[str, str]:
    english: dict[str, str] = dict(Locale.parse("en").territories)
    localised: dict[str, str] = dict(Locale.parse(language, sep="-").territories)
    codes = (code for code in english if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES)
    return {code: localised.get(code, english[code]) for code in codes}


NO_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}  # unions, unknown region, and test codes
