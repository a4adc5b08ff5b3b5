"""Viewers: the member settings that the catalogue reads, independent of the accounts app."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from django.contrib.auth.models import AnonymousUser

from anirec.lib.web.requests import PageRequest


class Member(Protocol):
    """Settings that decide which titles and names a member sees."""

    pk: int
    age_limit: Any
    shows_adult: Any
    extra_media: Any
    title_language: Any
    streaming_services: Any
    entries: Any
    hidden: Any

    @property
    def is_authenticated(self) -> Literal[True]: ...


Viewer = Member | AnonymousUser | None  # None: a visitor


class MemberRequest(PageRequest):
    """The request of a view under `login_required`."""

    user: Any
