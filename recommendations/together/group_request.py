"""Options of group recommendations: the other members and the ranking method."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from anirec.lib.text import is_text
from recommendations.serving.groups import MOST
from social.people.queries import visible_members
from social.visibility import followed_by, members_visible_to

MOST_OTHERS = MOST - 1
OFFERED = 24  # followed members to choose from; search finds the others


@dataclass(frozen=True)
class Way:
    label: str | Promise
    hint: str | Promise


WAYS = {
    "fair": Way(_("Fair to everyone"), _("Everyone gets a strong match near the top.")),
    "average": Way(_("Best on average"), _("Highest average match for the group.")),
    "least_misery": Way(_("No strong dislikes"), _("Avoids titles anyone would dislike.")),
}


@dataclass(frozen=True)
class GroupRequest:
    """A parsed request. others: the members besides the viewer. error: message for the viewer, empty if valid."""

    others: tuple[User, ...]
    how: str
    error: str


def group_request(query: QueryDict, viewer: User) -> GroupRequest:
    names = dict.fromkeys(name.strip() for name in query.getlist("with") if name.strip())
    how = query.get("how") or "fair"
    if len(names) > 2 * MOST:  # no person selected this many: skip the query
        return GroupRequest((), "fair", _too_many())
    members, unknown = visible_members(names, viewer)
    others = tuple(member for member in members if member != viewer)
    error = ""
    if unknown:
        quoted = ", ".join(f"“{name[:150]}”" for name in unknown)
        error = gettext("No member found: %(names)s. Check the spelling.") % {"names": quoted}
    elif len(others) > MOST_OTHERS:
        error = _too_many()
    elif how not in WAYS:
        error = gettext("Unknown method. Select one of those below.")
    return GroupRequest(others, how if how in WAYS else "fair", error)


def people_to_ask(viewer: User, others: tuple[User, ...], q: str) -> list[User]:
    """Return the selected members, then members the viewer follows whose names contain `q`."""
    followed = followed_visible_to(viewer).exclude(pk__in=[member.pk for member in others])
    if q and is_text(q):
        followed = followed.filter(username__icontains=q)
    return [*others, *followed.order_by("username")[:OFFERED]]


def followed_visible_to(viewer: User) -> QuerySet[User]:
    return members_visible_to(viewer).filter(pk__in=followed_by(viewer))


def _too_many() -> str:
    return ngettext(
        "Too many people. Select up to %(n)d other person.",
        "Too many people. Select up to %(n)d other people.",
        MOST_OTHERS,
    ) % {"n": MOST_OTHERS}
