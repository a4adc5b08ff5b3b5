"""Charts of the catalogue and the audience."""

from __future__ import annotations

from collections import Counter

from django.core.cache import cache
from django.db.models import Count
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import AboutMember, User
from accounts.settings.countries import country_name
from anirec.lib.shapes import shape_of
from catalog.models import Tag, Title
from catalog.models.titles import Format, TitleQuerySet, viewing_class
from catalog.versioning import catalogue_version
from recommendations.analytics.audience import AGE_GROUPS, LEAST, REST, groups_of
from recommendations.analytics.panels import LABEL, NUMBER, SHARE, Column, Panel, bar_panel, column_panel, table
from recommendations.models import AudienceFigure, ModelVersion, Segment

LENGTHS = ((0, 5), (5, 15), (15, 26), (26, 45), (45, 80), (80, 120), (120, None))  # minutes per episode or film
LAST_YEARS = 16  # columns that fit
MOST_STUDIOS = 100
CACHE_SECONDS = 24 * 3600
AGES = [f"{low}-{high}" for low, high in AGE_GROUPS]


def catalogue(viewer: User) -> list[Panel]:
    """Return panels of the visible titles, cached per viewing class and language until the catalogue changes."""
    key = f"explorer:{shape_of(Panel)}:{catalogue_version()}:{viewing_class(viewer)}:{get_language()}"
    panels = cache.get_or_set(key, lambda: _catalogue_panels(viewer), CACHE_SECONDS)
    return [*(panels or []), _segments()]


def _catalogue_panels(viewer: User) -> list[Panel]:
    titles = Title.objects.visible_to(viewer).order_by()
    empty = _("The catalogue is empty. Import one with manage.py import_catalogue.")
    return [*_years(titles, empty), _lengths(titles, empty), *_makers(titles, viewer, empty)]


def _years(titles: TitleQuerySet, empty: str) -> list[Panel]:
    counts: Counter[tuple[int, str]] = Counter()
    for year, kind, n in titles.values_list("season_year", "format").annotate(n=Count("pk")):
        counts[year or 0, kind] = n
    years = sorted({year for year, _kind in counts if year}, reverse=True)
    formats = [kind for kind in Format if any(counts[year, kind.value] for year in (*years, 0))]
    heads = [Column(_("Year"), LABEL), Column(_("All")), *(Column(str(kind.label)) for kind in formats)]

    def row(label: str, year: int) -> tuple[str | int, ...]:
        cells = [counts[year, kind.value] for kind in formats]
        return (label, sum(cells), *cells)

    rows = [row(str(year), year) for year in years] + ([row(_("Unknown"), 0)] if any(not y for y, _k in counts) else [])
    last = [("’" + str(year)[2:], sum(counts[year, k.value] for k in formats)) for year in reversed(years[:LAST_YEARS])]
    by_format = [(str(kind.label), sum(n for (_y, k), n in counts.items() if k == kind.value)) for kind in formats]
    by_format.sort(key=lambda pair: -pair[1])
    return [
        column_panel(
            "last-years",
            _("Titles by year"),
            _("The most recent years with titles."),
            (Column(_("Year"), LABEL), Column(_("Titles"))),
            last,
            empty,
        ),
        bar_panel(
            "formats",
            _("Titles by format"),
            _("Number of titles in each format."),
            (Column(_("Format"), LABEL), Column(_("Titles"))),
            by_format,
            empty,
        ),
        table("years", _("Titles by year and format"), _("Number of titles by format and year."), heads, rows, empty),
    ]


def _lengths(titles: TitleQuerySet, empty: str) -> Panel:
    counts: Counter[int] = Counter()
    for seconds, n in titles.values_list("episode_seconds").annotate(n=Count("pk")):
        place = next(
            (i for i, (_low, high) in enumerate(LENGTHS) if seconds and (high is None or seconds < high * 60)), -1
        )
        counts[place] += n
    labels = [f"{low}–{high}" if high else f"{low}+" for low, high in LENGTHS]
    rows = [(label, counts[i]) for i, label in enumerate(labels)] + ([("?", counts[-1])] if counts[-1] else [])
    heads = (Column(_("Minutes"), LABEL), Column(_("Titles")))
    says = _("Minutes per episode or film. A question mark means unknown.")
    return column_panel("lengths", _("Running time"), says, heads, rows if counts else [], empty)


def _makers(titles: TitleQuerySet, viewer: User, empty: str) -> list[Panel]:
    n = max(titles.count(), 1)
    genre = Tag.Kind.GENRE
    tagged = Title.tags.through.objects.filter(
        title__in=titles, tag__in=Tag.objects.visible_to(viewer).filter(kind=genre)
    )
    by_tag = tagged.values("tag__name").annotate(n=Count("pk")).order_by("-n", "tag__name")
    genres = [(row["tag__name"], row["n"]) for row in by_tag]
    credits = Title.studios.through.objects.filter(title__in=titles)
    by_studio = credits.values("studio__name").annotate(n=Count("pk")).order_by("-n", "studio__name")[:MOST_STUDIOS]
    studios = [(row["studio__name"], row["n"]) for row in by_studio]
    heads = (Column(_("Titles")), Column(_("Share"), SHARE))
    return [
        bar_panel(
            "genres",
            _("Genres"),
            _("A title can have several genres."),
            (Column(_("Genre"), LABEL), *heads),
            [(_(name), k, k / n) for name, k in genres],
            empty,
        ),
        bar_panel(
            "studios",
            _("Studios"),
            _("The studios with the most titles."),
            (Column(_("Studio"), LABEL), *heads),
            [(name, k, k / n) for name, k in studios],
            empty,
        ),
    ]


def _segments() -> Panel:
    version = ModelVersion.active()
    rows = list(Segment.objects.filter(version=version).order_by("-size")) if version else []
    everybody = sum(row.size for row in rows) or 1
    return bar_panel(
        "segments",
        _("Taste segments"),
        _("Number of people in each segment found by the model."),
        (Column(_("Segment"), LABEL), Column(_("People")), Column(_("Share"), SHARE)),
        [(row.name, row.size, row.size / everybody) for row in rows],
        _("No segments yet. The model needs the lists of a few hundred people."),
    )


def audience(source: str, synthetic: bool) -> list[Panel]:
    return [_audience_part(source, part, synthetic) for part in AudienceFigure.Part]


def _audience_part(source: str, part: AudienceFigure.Part, synthetic: bool) -> Panel:
    groups = groups_of(source, part, synthetic=synthetic)
    if part == AudienceFigure.Part.AGE:
        groups.sort(key=lambda group: AGES.index(group.value) if group.value in AGES else len(AGES))
    people = sum(group.people for group in groups) or 1
    says = _("Groups of at least %(n)d people; smaller groups are combined.") % {"n": LEAST}
    empty = _("Not enough data. Groups need at least %(n)d people.") % {"n": LEAST}
    heads = [Column(str(part.label), LABEL), Column(_("People")), Column(_("Share"), SHARE)]
    rows = [(_audience_name(part, group.value), group.people, group.people / people) for group in groups]
    if source:  # people in a file have no lists on this site
        return bar_panel(part.value, str(part.label), says, heads, rows, empty)
    heads += [Column(_("Titles per person"), NUMBER), Column(_("Mean score"), NUMBER)]
    lists = [(*row, group.titles_each, group.mean_score) for row, group in zip(rows, groups, strict=True)]
    return bar_panel(part.value, str(part.label), says, heads, lists, empty)


def _audience_name(part: AudienceFigure.Part, value: str) -> str:
    if value == REST:
        return _("Smaller groups combined")
    if not value:
        return _("Not known")
    if part == AudienceFigure.Part.COUNTRY:
        return country_name(value)
    return str(AboutMember.Gender(value).label) if part == AudienceFigure.Part.GENDER else value.replace("-", "–")
