from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User, Visibility
from anirec.outside.cards import Card
from anirec.outside.kinds.base import Subject, short, thing
from social.markdown import without_spoilers
from social.people.queries import visible_member
from social.profiles.queries import visible_profile
from social.visibility import entries_visible_to


def find_member(key: str) -> Subject | None:
    """Return a member's page; None unless their list is public."""
    try:
        member = visible_member(key, AnonymousUser())
    except Http404:
        return None
    return _subject(member) if member.list_visibility == Visibility.PUBLIC else None


def _subject(member: User) -> Subject:
    n = entries_visible_to(None).filter(user=member).count()
    profile = visible_profile(member, None)
    bio = short(without_spoilers(profile.bio)) if profile else ""
    count = ngettext("%(n)d title on the list", "%(n)d titles on the list", n) % {"n": n}
    person = thing("Person", member.username, member.get_absolute_url(), description=bio)
    return Subject(
        kind="member",
        key=member.username,
        path=member.get_absolute_url(),
        name=member.username,
        description=bio or count,
        card=_card(member, n),
        node=thing("ProfilePage", member.username, member.get_absolute_url(), mainEntity=person),
        og_type="profile",
        crumbs=((_("Members"), reverse("social:members")),),
        author=(member.username, member.get_absolute_url()),
        feed=reverse("outside:member_feed", args=[member.username]),
        is_listed=not member.is_synthetic,
        extra={"profile:username": member.username},
    )


def _card(member: User, n: int) -> Card:
    lines = [f"{n:,} title{'' if n == 1 else 's'} on the list"]
    if member.is_synthetic:
        lines.append("Synthetic member")
    return Card(member.username, "A member", tuple(lines), avatar=(member.username, member.avatar))
