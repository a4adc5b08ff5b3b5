"""Chart of the genres two lists share."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anirec.lib.charts.bars import Chart, Row, bars
from recommendations.taste.lists import ReadList
from recommendations.taste.profile import genres_beyond_mean, of_tag, signed

SHOWN = 8


def shared_genres(own: ReadList, theirs: ReadList) -> Chart | None:
    """Return a chart of genres both score above their own mean, by the lower of the two differences."""
    mine, others = genres_beyond_mean(own), genres_beyond_mean(theirs)
    both = [(name, slug, min(value, others[slug][1])) for slug, (name, value) in mine.items() if slug in others]
    liked = sorted((genre for genre in both if genre[2] > 0), key=lambda genre: (-genre[2], genre[0]))[:SHOWN]
    if not liked:
        return None
    rows = [Row(name, value, signed(value), address=of_tag(slug)) for name, slug, value in liked]
    return bars(
        "shared",
        _("Shared genres"),
        _("You both score %(first)s above your average.") % {"first": rows[0].label},
        (_("Genre"), _("Points above average (the lower of the two)")),
        rows,
    )
