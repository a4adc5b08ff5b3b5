"""What a message offers: its extra tags are the path that takes the change back, and `score:ID` to ask for a score."""

from __future__ import annotations

from django import template
from django.contrib.messages.storage.base import Message

register = template.Library()


@register.filter
def undo_path(message: Message) -> str:
    return next((tag for tag in _tags(message) if tag.startswith("/")), "")


@register.filter
def title_to_score(message: Message) -> int | None:
    """Return the ID of the title that lacks a score."""
    return next((int(tag.removeprefix("score:")) for tag in _tags(message) if tag.startswith("score:")), None)


def _tags(message: Message) -> list[str]:
    return (message.extra_tags or "").split()
