"""A member's choice for the episodes of one title."""

from __future__ import annotations

from accounts.models import User
from catalog.models import Title
from social.models import AiringChoice, Lead

DEFAULT, OFF = "default", "off"


def choice_of(member: User, title: Title) -> str:
    """Return "default", "off" or the minutes before an episode airs."""
    chosen = AiringChoice.objects.filter(member=member, title=title).first()
    if chosen is None:
        return DEFAULT
    return OFF if chosen.lead is None else str(chosen.lead)


def choose(member: User, title: Title, choice: str) -> None:
    """Store a choice as `choice_of` returns it. Raises ValueError for any other."""
    if choice not in (DEFAULT, OFF, *map(str, Lead.values)):
        raise ValueError(f"unknown choice: {choice!r}")
    if choice == DEFAULT:
        AiringChoice.objects.filter(member=member, title=title).delete()
        return
    lead = None if choice == OFF else int(choice)
    AiringChoice.objects.update_or_create(member=member, title=title, defaults={"lead": lead})
