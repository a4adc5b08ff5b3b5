"""The only module that saves suggested corrections. Invalid values raise Django's ValidationError."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.limits import WriteLimit
from anirec.lib.text import require_text
from catalog.models import Title
from social.corrections.fields import FIELDS, parse, text_of
from social.models import Correction

SUGGESTIONS = WriteLimit("corrections", per_hour=50)
MOST_OPEN = 50
LONGEST_EVIDENCE = 500


def suggest(reporter: User, title: Title, field: str, value: str, evidence: str) -> Correction:
    """Save a suggestion. Another one by the same member for the same field replaces the open one.

    The caller has checked that the member can see the title.
    """
    text, evidence = _checked_value(title, field, value), _checked_evidence(evidence)
    SUGGESTIONS.consume(reporter)
    with transaction.atomic():
        reporter.lock()
        others = Correction.objects.filter(reporter=reporter, state=Correction.State.OPEN)
        if others.exclude(title=title, field=field).count() >= MOST_OPEN:
            message = gettext("You can have up to %(n)d open suggestions. Wait until some are settled.")
            raise ValidationError(message % {"n": MOST_OPEN})
        return Correction.objects.update_or_create(
            reporter=reporter, title=title, field=field, state=Correction.State.OPEN,
            defaults={"value": text, "evidence": evidence},
        )[0]  # fmt: skip


def _checked_value(title: Title, field: str, value: str) -> str:
    if field not in FIELDS:
        message = gettext("Unknown field “%(unknown)s”. Use one of: %(known)s.")
        raise ValidationError({"field": message % {"unknown": field, "known": ", ".join(FIELDS)}})
    try:
        text = parse(field, value)
    except ValidationError as error:
        raise ValidationError({"value": error.messages}) from error
    if text == text_of(title, field):
        raise ValidationError({"value": gettext("The title already has this value.")})
    return text


def _checked_evidence(evidence: str) -> str:
    require_text(evidence, "evidence")
    text = evidence.strip()
    if not text:
        raise ValidationError({"evidence": gettext("Enter a link or the name of a source.")})
    if len(text) > LONGEST_EVIDENCE:
        message = gettext("Texts can be up to %(n)d characters (this one has %(given)d).")
        raise ValidationError({"evidence": message % {"n": LONGEST_EVIDENCE, "given": len(text)}})
    return text
