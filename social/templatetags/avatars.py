"""Avatars: the member's picture, or else a drawing from their name, which is part of the page."""

from __future__ import annotations

import colorsys
import hashlib
from functools import lru_cache

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import User
from anirec.lib.web.addresses import address_of
from social.models.profiles import Profile
from social.profiles.files import LARGE, SMALL
from social.profiles.queries import visible_profile

register = template.Library()


@register.simple_tag
def avatar(member: User | None, size: str = "") -> SafeString:
    """Return a member's avatar. size: "large" with a description, or "" beside the name, where it needs none."""
    if member is None:
        return drawn_avatar("!", size)
    if not member.avatar:
        return drawn_avatar(member.username, size)
    alt = gettext("Picture of %(name)s") % {"name": member.username} if size else ""
    address = picture_url(member.avatar, LARGE if size else SMALL)
    pixels = 64 if size else 34
    image = '<img class="avatar {}" src="{}" alt="{}" width="{}" height="{}" decoding="async">'
    return format_html(image, size, address, alt, pixels, pixels)


@lru_cache(maxsize=5_000)
def drawn_avatar(name: str, size: str = "") -> SafeString:
    """Return an SVG of the name's initial on a colour and a circle that depend on the name alone.

    >>> drawn_avatar("ada") == drawn_avatar("ada") != drawn_avatar("ben")
    True
    """
    hue, x, y, radius = hashlib.blake2b(name.lower().encode(), digest_size=4).digest()
    drawing = (
        '<svg class="avatar {}" viewBox="0 0 34 34" aria-hidden="true"><path fill="{}" d="M0 0h34v34H0z"/>'
        '<circle cx="{}" cy="{}" r="{}" fill="{}"/>'
        '<text x="17" y="22" text-anchor="middle" fill="#fff">{}</text></svg>'
    )
    circle = (x % 34, y % 34, 8 + radius % 10)
    return format_html(drawing, size, _colour(hue, 0.30), *circle, _colour(hue, 0.22), name[:1].upper())


@register.simple_tag
def picture_url(digest: str, size: int) -> str:
    return address_of("social:avatar", digest, size)


@register.simple_tag(takes_context=True)
def profile_of(context: Context, member: User) -> Profile | None:
    """Return the member's profile if the viewer can read its text."""
    return visible_profile(member, context["user"])


def _colour(hue: int, lightness: float) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue / 256, lightness, 0.45))
