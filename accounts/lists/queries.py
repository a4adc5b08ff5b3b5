from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, CharField, Count, F, Func, Prefetch, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.entries.wording import status_choices
from accounts.models import EntryStatus, HiddenTitle, ListEntry, ListEntryQuerySet, User
from catalog.models import Title, TitleName
from catalog.models.titles import Medium, media_of
from catalog.search.find import search_key

SORTS: dict[str, tuple[str | Promise, list[str | OrderBy]]] = {
    "updated": (_("Recently updated"), [F("updated_at").desc(), "pk"]),
    "added": (_("Recently added"), [F("created_at").desc(), "pk"]),
    "score": (_("Score"), [F("score").desc(nulls_last=True), "title__name", "pk"]),
    "name": (_("Name"), ["title__name", "pk"]),
    "progress": (_("Progress"), [F("progress").desc(), "pk"]),
    "year": (_("Year"), [F("title__season_year").desc(nulls_last=True), "pk"]),
    "members_score": (_("Community score"), [F("title__score").desc(nulls_last=True), "pk"]),
    "started": (_("Started"), [Cast("started_on", CharField()).desc(), "pk"]),
    "finished": (_("Finished"), [Cast("finished_on", CharField()).desc(), "pk"]),
}
SORT_CHOICES = [(name, label) for name, (label, _order) in SORTS.items()]


@dataclass(frozen=True)
class StatusCount:
    status: str  # "" for all
    label: str
    n: int


@dataclass(frozen=True)
class ListPage:
    """A member's list as one viewer can see it. `entries` is unevaluated, for the view to paginate."""

    entries: ListEntryQuerySet
    counts: tuple[StatusCount, ...]
    n_scored: int
    mean_score: float | None


def list_page(
    visible: ListEntryQuerySet,
    *,
    medium: str = "",
    status: str = "",
    sort: str = "updated",
    q: str = "",
    format: str = "",
    scored: str = "",
    tag: str = "",
) -> ListPage:
    """Return one list, filtered and sorted.

    visible: the list's entries that the viewer can see. medium: count and return only its titles. scored: "yes" or
    "no". tag: one of the owner's tags.
    """
    if medium:
        visible = visible.filter(title__medium=medium)
    per_status = {value: Count("pk", filter=Q(status=value)) for value in EntryStatus.values}
    numbers = visible.aggregate(n=Count("pk"), n_scored=Count("score"), mean=Avg("score"), **per_status)
    counts = [StatusCount(value, label, numbers[value]) for value, label in status_choices(medium)]
    entries = visible.filter(status=status) if status else visible
    if key := search_key(q):
        entries = entries.filter(title__in=TitleName.objects.filter(key__contains=key).values("title"))
    if format:
        entries = entries.filter(title__format=format)
    if scored:
        entries = entries.filter(score__isnull=scored == "no")
    if tag:
        entries = entries.filter(tags__contains=[tag])
    order = SORTS[sort][1]
    return ListPage(
        entries=entries.prefetch_related(Prefetch("title", Title.objects.for_cards())).order_by(*order),
        counts=(StatusCount("", gettext("All"), numbers["n"]), *counts),
        n_scored=numbers["n_scored"],
        mean_score=numbers["mean"],
    )


def media_tabs(visible: ListEntryQuerySet, viewer: User | AnonymousUser | None) -> list[StatusCount]:
    """Return the number of entries of each medium, after that of all; empty for who sees only anime."""
    media = media_of(viewer)
    if len(media) == 1:
        return []
    numbers = visible.aggregate(n=Count("pk"), **{name: Count("pk", filter=Q(title__medium=name)) for name in media})
    labels = dict(Medium.choices)
    return [StatusCount("", gettext("All"), numbers["n"]), *(StatusCount(m, str(labels[m]), numbers[m]) for m in media)]


def tags_of(user: User) -> list[str]:
    """Return a member's tags, sorted by name."""
    each = ListEntry.objects.own(user).values_list(Func(F("tags"), function="unnest"), flat=True)
    return sorted(each.distinct().order_by(), key=str.casefold)


def scores_of(user: User) -> dict[int, int]:
    """Return {title ID: score} of a member's anime, in order of creation."""
    scored = ListEntry.objects.filter(user=user, score__isnull=False, title__medium=Medium.ANIME)
    rows = scored.order_by("pk").values_list("title_id", "score")
    return {title_id: score for title_id, score in rows if score}


def entry_of(user: User | AnonymousUser, title: Title) -> ListEntry | None:
    entry = ListEntry.objects.filter(user=user, title=title).first() if user.is_authenticated else None
    if entry is not None:
        entry.title = title  # which is here: the entry would ask for it again
    return entry


def hidden_rows(user: User) -> QuerySet[HiddenTitle]:
    """Return a member's hidden titles, newest first."""
    hidden = HiddenTitle.objects.filter(user=user, title__in=Title.objects.visible_to(user).order_by())
    return hidden.prefetch_related(Prefetch("title", Title.objects.for_cards())).order_by("-pk")


def hidden_titles(user: User) -> list[Title]:
    return [row.title for row in hidden_rows(user)]


class Mark(NamedTuple):
    """The viewer's status and score on a card."""

    status: EntryStatus
    score: int | None
    medium: str


def marks_of(user: User, title_ids: Iterable[int] | None = None) -> dict[int, tuple[str, int | None]]:
    """Return {title ID: (status, score)} of these titles, or of the whole list.

    Only the entries shown on the page become a Mark, not thousands.
    """
    entries = ListEntry.objects.filter(user=user)
    entries = entries if title_ids is None else entries.filter(title__in=list(title_ids))
    rows = entries.values_list("title_id", "status", "score")
    return {title_id: (status, score) for title_id, status, score in rows}
