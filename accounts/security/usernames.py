"""User names: readable, one script, and not to be mistaken for another member or the site."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

ALLOWED = re.compile(r"[^\W_](?:[\w.-]*\w)?")  # starts with a letter or digit, and doesn't end with . or -
# Scripts that are written together: "highly restrictive" in Unicode's Technical Standard 39.
COMBINATIONS = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
NO_SCRIPT = {"COMMON", "INHERITED"}  # digits, marks
RESERVED = (
    *("abuse", "account", "accounts", "admin", "administrator", "anirec", "api", "help", "info", "mod", "moderator"),
    *("official", "owner", "postmaster", "root", "security", "settings", "staff", "support", "system", "webmaster"),
)
LOOKALIKES = str.maketrans("01i|", "olll")


def clean_username(name: str, *, is_new: bool = True) -> str:
    """Return the name in its normal form (NFKC). Raises ValidationError if nobody may have it, or if it's taken."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not ALLOWED.fullmatch(name):
        raise ValidationError(_("User names can contain letters, digits, and . _ - between them."))
    if _mixes_scripts(name) or _looks_latin(name):
        raise ValidationError(_("This name mixes similar letters of different scripts. Use letters of one script."))
    if lookalike(name) in RESERVED_LOOKALIKES:
        raise ValidationError(_("This name is reserved. Choose another one."))
    if is_new and User.objects.filter(lookalike=lookalike(name)).exists():
        raise ValidationError(_("This name is taken, or looks like another member’s. Choose another one."))
    return name


def lookalike(name: str) -> str:
    """Return the key that names share when they are easily mistaken for each other: "Mia1" and "mial".

    >>> lookalike("Adm1n") == lookalike("admin")
    True
    """
    return name.lower().translate(LOOKALIKES)


RESERVED_LOOKALIKES = frozenset(map(lookalike, RESERVED))


def _mixes_scripts(name: str) -> bool:
    from confusable_homoglyphs import categories  # 11 MB of tables, for sign-ups only

    scripts = categories.unique_aliases(name) - NO_SCRIPT
    return len(scripts) > 1 and not any(scripts <= together for together in COMBINATIONS)


def _looks_latin(name: str) -> bool:
    """Return whether a name without Latin letters could pass for one with them, such as Cyrillic "сосо"."""
    letters = {letter for letter in name if letter.isalpha()}
    return bool(letters) and all(not letter.isascii() and _has_ascii_twin(letter) for letter in letters)


def _has_ascii_twin(letter: str) -> bool:
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(letter, preferred_aliases=["latin"], greedy=True) or []
    return any(twin["c"].isascii() for one in found for twin in one["homoglyphs"])
