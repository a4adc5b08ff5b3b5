"""What two lists have in common, as a chart."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anirec.lib.charts.bars import Chart, Row, bars
from recommendations.taste.lists import ReadList
from recommendations.taste.profile import genres_beyond_mean, of_tag, signed

SHOWN = 8


def shared_genres(own: ReadList, theirs: ReadList) -> Chart | None:
    """The genres that both score above their own mean; a genre is worth what the one gives who likes it less."""
    mine, others = genres_beyond_mean(own), genres_beyond_mean(theirs)
    both = [(name, slug, min(value, others[slug][1])) for slug, (name, value) in mine.items() if slug in others]
    liked = sorted((one for one in both if one[2] > 0), key=lambda one: (-one[2], one[0]))[:SHOWN]
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
