from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db.models import Avg, Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from anirec.outside.cards import Card
from anirec.outside.kinds.base import Node, Subject, is_number, short, thing
from catalog.models import Tag, Title
from catalog.models.titles import Format, Medium
from catalog.posters.drawing import Sheet
from catalog.templatetags.titles import facts
from catalog.title_page.queries import TitleDetail, title_detail
from social.visibility import public_entries


class Rating(NamedTuple):
    """The mean of the public scores of this site's members, synthetic ones left out."""

    mean: float | None
    n: int


def find_title(key: str) -> Subject | None:
    """Return the title's page; None if guests can't see it."""
    try:
        detail = title_detail(int(key) if is_number(key) else 0, None)
    except Title.DoesNotExist:
        return None
    title, rating = detail.title, rating_of(detail.title)
    subject = Subject(
        kind="title",
        key=str(title.pk),
        path=title.get_absolute_url(),
        name=title.name,
        description=short(title.synopsis) or facts(title) or title.name,
        card=title_card(title, rating),
        node=title_node(title),
        og_type="video.movie" if title.format == Format.MOVIE else "video.tv_show",
        crumbs=((_("Browse"), reverse("catalog:browse")),),
        extra={"video:release_date": str(title.started_on)} if title.started_on and title.started_on.day else {},
    )
    subject.node.update(_details(detail, rating, subject.card_url))
    return subject


def rating_of(title: Title) -> Rating:
    scores = public_entries(None).filter(title=title, score__isnull=False, user__is_synthetic=False).order_by()
    return Rating(*scores.aggregate(mean=Avg("score"), n=Count("pk")).values())


def title_card(title: Title, rating: Rating) -> Card:
    """Return the card with the site's own score, never another site's."""
    with translation.override(settings.LANGUAGE_CODE):  # the picture is the same in every language
        lines = [facts(title)]
        if rating.mean is not None:
            lines.append(f"★ {rating.mean:.1f} of 10 · {rating.n:,} rating{'' if rating.n == 1 else 's'}")
    return Card(title.name, title.name_english, tuple(line for line in lines if line), (Sheet.of(title),))


def title_node(title: Title) -> Node:
    """Return the title without details, as other things refer to it."""
    kinds = {Format.MOVIE: "Movie"} if title.medium == Medium.ANIME else {}
    kind = kinds.get(Format(title.format), "TVSeries" if title.medium == Medium.ANIME else "CreativeWork")
    return thing(kind, title.name, title.get_absolute_url())


def _details(detail: TitleDetail, rating: Rating, picture: str) -> Node:
    title = detail.title
    more = {
        "alternateName": [name for name in (title.name_english, title.name_native) if name and name != title.name],
        "description": short(title.synopsis),
        "image": picture,
        "datePublished": str(title.started_on) if title.started_on and title.started_on.day else "",
        "genre": [tag.name for tag in detail.tags if tag.kind == Tag.Kind.GENRE],
        "productionCompany": [{"@type": "Organization", "name": studio.name} for studio in title.studios.all()],
        "numberOfEpisodes": title.episodes if title.format != Format.MOVIE and title.medium == Medium.ANIME else None,
        "aggregateRating": _aggregate(rating),
    }
    return {key: value for key, value in more.items() if value}


def _aggregate(rating: Rating) -> Node | None:
    if rating.mean is None:
        return None
    value = round(rating.mean, 2)
    return {
        "@type": "AggregateRating", "ratingValue": value, "ratingCount": rating.n, "bestRating": 10, "worstRating": 1
    }  # fmt: skip
