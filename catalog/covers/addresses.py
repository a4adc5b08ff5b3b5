"""Addresses of covers on this site."""

from __future__ import annotations

from django.conf import settings

from anirec.lib.web.addresses import address_of
from catalog.covers.files import SMALL, WIDTHS
from catalog.models import Title


def has_cover(title: Title) -> bool:
    """Return whether the site shows a cover of the title, to those who may see the title."""
    return bool(settings.COVERS and title.cover_digest)


def cover_address(title: Title, width: int = SMALL) -> str:
    return address_of("catalog:cover", title.cover_digest, width)


def cover_widths(title: Title) -> list[int]:
    return [width for width in WIDTHS if width <= title.cover_width]
