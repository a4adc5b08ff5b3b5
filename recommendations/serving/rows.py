"""The rows of the For you page: their headings and titles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import score_formats as scores
from accounts.models import ListEntry, ListEntryQuerySet, User
from anirec.lib import prepared
from anirec.lib.web.addresses import address_of
from catalog.franchises.watch_order import Role
from catalog.models import Title
from catalog.models.titles import READ, Medium, Season, media_of, viewing_class
from catalog.titles.cards import title_cards
from catalog.titles.names import name_for
from recommendations.across.queries import AcrossMedia, across_media
from recommendations.artifact_store import readable_recommender
from recommendations.engine.data.interactions import LIKED
from recommendations.inputs.member_lists import FRANCHISE
from recommendations.inputs.title_rules import current_rules
from recommendations.models import ModelVersion
from recommendations.serving.choices import hidden_gems, led_to_by
from recommendations.serving.friends import loved_by_followed
from recommendations.serving.ladder import Reason, Recommendation, recommend
from recommendations.serving.readers import USER, Reader
from recommendations.serving.season import season_of, season_ranking
from recommendations.serving.series import NextPart, continue_series
from social.models import Follow

FAVOURITES = 3  # "Because you liked …" rows
MOST_ADAPTATIONS = 500
RECENT = 30  # most recently updated liked titles, from which the favourites are chosen
PICKS, CONTINUE, FRIENDS, SEASON, GEMS, BECAUSE = "picks", "continue", "friends", "season", "gems", "because"
READING, FROM_BOOKS = "read", "adaptations"


# The heading, hint and empty state of rows that are called the same for everybody.
TEXTS = {
    PICKS: (
        _("Top picks"),
        _("not on your list, one title per series"),
        _("All available titles are on your list or hidden."),
    ),
    CONTINUE: (
        _("Continue your series"),
        _("the next part of series you completed or put on hold"),
        _("No sequels yet. When you complete a season, the next one appears here."),
    ),
    READING: (
        _("Read next"),
        _("sources of anime you liked, and books like them"),
        _("No titles yet. Score a few anime to see what to read."),
    ),
    FROM_BOOKS: (
        _("Anime of what you read"),
        _("adaptations you haven’t started"),
        _("No adaptations yet. They appear here when you read something that has one."),
    ),
    FRIENDS: (
        _("Loved by people you follow"),
        _("people with similar scores count most"),
        _("No titles yet. High scores from people you follow appear here."),
    ),
    GEMS: (
        _("Hidden gems"),
        _("lesser-known titles that match your taste"),
        _("No hidden gems left for you right now."),
    ),
}


@dataclass(frozen=True)
class RecommendationRow:
    """A row without its titles. empty: text of the empty state. about: the liked title that it is based on."""

    slug: str
    heading: str
    hint: str
    empty: str
    about: Title | None = None

    def get_absolute_url(self) -> str:
        return address_of("recommendations:row", self.slug)


def rows_for(member: User, favourites: int = FAVOURITES) -> list[RecommendationRow]:
    """Return the rows below the top picks, in display order."""
    because = [_because(title, member) for title in _favourites(member, favourites)]
    friends = [_named_row(FRIENDS)] if _follows_somebody(member) else []
    others = [_named_row(slug) for slug in (CONTINUE, SEASON, GEMS)]
    across = [_named_row(slug) for slug in _slugs_across(member)]
    return [*others[:1], *across, *friends, *because[:1], *others[1:2], *because[1:2], *others[2:], *because[2:]]


def find_row(member: User, slug: str) -> RecommendationRow:
    """Return the member's row with this slug. Raises LookupError if there is none."""
    kind, _, title_id = slug.partition("-")
    if kind != BECAUSE:
        return _named_row(slug)
    is_id = title_id.isdecimal() and len(title_id) < 10
    if not is_id or not _liked_entries(member).filter(title=int(title_id)).exists():
        raise LookupError(slug)
    return _because(title_cards([int(title_id)])[int(title_id)], member)


def fill(
    row: RecommendationRow, member: User, n: int, exclude: Collection[int] = (), *, with_extras: bool = False
) -> list[Recommendation]:
    """Return the row's n best titles, without the title ids in `exclude`.

    with_extras: series to continue include labelled side stories and extras, after the main parts.
    """
    candidates = _candidates(row, member, n + len(exclude), with_extras)
    return [item for item in candidates if item.title.pk not in exclude][:n]


def _candidates(row: RecommendationRow, member: User, n: int, with_extras: bool) -> list[Recommendation]:
    reader = Reader(member)
    if row.slug == PICKS:
        return list(recommend(reader, n).items)
    if row.slug == CONTINUE:
        parts = continue_series(member, n, extras=with_extras)
        return [Recommendation(part.title, 0, None, (), note=_note_on(part, member)) for part in parts]
    if row.slug == FRIENDS:
        return loved_by_followed(reader, n)
    if row.slug == SEASON:
        ranking = season_ranking(reader, *season_of(timezone.localdate()), new_only=True)
        return [Recommendation(item.title, item.suits or 0, None, ()) for item in ranking[:n]]
    if row.slug == GEMS:
        return list(recommend(reader, n, choice=hidden_gems()).items)
    if row.slug == READING:
        return [_from_other_medium(item, member) for item in across_media(member, _read_media(member), n)]
    if row.slug == FROM_BOOKS:
        return _adaptations(member, n)
    version = ModelVersion.active()
    recommender = readable_recommender(version)
    if version is None or recommender is None or row.about is None:
        return []
    rules = current_rules(version, recommender.items)
    return list(recommend(reader, n, choice=led_to_by(row.about.pk, recommender, rules)).items)


def _slugs_across(member: User) -> list[str]:
    """Return the rows that lead from one medium to another, for members who show more than anime."""
    return [READING, FROM_BOOKS] if _read_media(member) else []


def _read_media(member: User) -> list[str]:
    return [medium for medium in media_of(member) if medium in READ]


def _adaptations(member: User, n: int) -> list[Recommendation]:
    """Return anime of what the member has read, one per franchise, without series that they have started."""
    best: dict[int, AcrossMedia] = {}
    for item in across_media(member, [Medium.ANIME], MOST_ADAPTATIONS):
        if item.is_linked and item.because[0][0].is_read:
            best.setdefault(item.title.franchise_entry_id or item.title.pk, item)
    started = ListEntry.objects.filter(user=member).annotate(part_of=FRANCHISE).filter(part_of__in=list(best))
    known = set(started.order_by().values_list("part_of", flat=True))
    cards = title_cards(Reader(member).showable_ids(best.keys() - known))
    first = [replace(item, title=cards[franchise]) for franchise, item in best.items() if franchise in cards]
    return [_from_other_medium(item, member) for item in first[:n]]


def _from_other_medium(item: AcrossMedia, member: User) -> Recommendation:
    pairs = zip(item.because, item.shares, strict=True)
    reasons = tuple(Reason(title, score, share) for (title, score), share in pairs if score)
    if not item.is_linked:
        return Recommendation(item.title, item.score, None, reasons)
    own, score = item.because[0]
    values = {"kind": own.get_medium_display(), "title": name_for(own, member)}
    if not score:
        return Recommendation(
            item.title, item.score, None, (), note=gettext("You know “%(title)s” (%(kind)s)") % values
        )
    shown_score = values | {"score": scores.shown(score, member.score_format)}
    note = gettext("You gave “%(title)s” (%(kind)s) a %(score)s") % shown_score
    return Recommendation(item.title, item.score, None, (), note=note)


def _note_on(part: NextPart, member: User) -> str:
    if part.on_hold:
        return gettext("After %(title)s, which you put on hold") % {"title": name_for(part.on_hold, member)}
    return "" if part.role == Role.MAIN else str(part.role.label)


def _named_row(slug: str) -> RecommendationRow:
    """Return a row that every member may have. Raises LookupError if there is none."""
    if slug == SEASON:
        year, season = season_of(timezone.localdate())
        hint = f"{Season(season).label} {year}"
        return RecommendationRow(
            slug, gettext("This season for you"), hint, gettext("No new titles for you this season.")
        )
    heading, hint, empty = map(str, TEXTS[slug])
    return RecommendationRow(slug, heading, hint, empty)


def _because(title: Title, member: User) -> RecommendationRow:
    return RecommendationRow(
        f"{BECAUSE}-{title.pk}",
        gettext("Because you liked %(title)s") % {"title": name_for(title, member)},
        gettext("similar titles, best matches first"),
        gettext("You've seen all similar titles."),
        title,
    )


def _favourites(member: User, n: int) -> list[Title]:
    """Return the n most recently updated liked titles that the model has data on, one per franchise."""
    rows = np.array(_recently_liked(member), dtype=np.int64).reshape(-1, 2)
    recommender = readable_recommender(ModelVersion.active())
    if recommender is not None:
        rows = rows[recommender.speaks_for_others(rows[:, 0])]
    _, first = np.unique(rows[:, 1], return_index=True)
    chosen = rows[np.sort(first), 0][:n].tolist()
    cards = title_cards(chosen)
    return [cards[pk] for pk in chosen if pk in cards]


def _follows_somebody(member: User) -> bool:
    rows = prepared.run("follows", lambda: Follow.objects.filter(follower=USER).values_list("pk")[:1], user=member.pk)
    return bool(rows)


def _recently_liked(member: User) -> list[tuple[int, int]]:
    """Return (title id, franchise) of the most recently updated liked titles."""

    def query() -> QuerySet[ListEntry, Any]:
        entries = _liked_entries(member, USER).order_by("-updated_at", "-pk")
        return entries.values_list("title_id", FRANCHISE)[:RECENT]

    return prepared.run(("recently liked", viewing_class(member)), query, user=member.pk)


def _liked_entries(viewer: User, owner: User | prepared.Parameter | None = None) -> ListEntryQuerySet:
    visible = Title.objects.visible_to(viewer).order_by().values("pk")
    return ListEntry.objects.filter(user=owner or viewer, score__gte=LIKED, title__in=visible)
