"""Why a better source of recommendations was skipped: a code that never changes, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "table.excluded_reasons": _("table: computed with the titles that you ignore here"),
    "table.filtered": _("table: computed from all titles, not only these"),
    "table.missing": _("table: not computed yet"),
    "table.options": _("table: computed without these options"),
    "table.outdated": _("table: older than the list"),
    "table.too_few_titles": _("table: computed from fewer than %(needed)d titles"),
    "table.empty": _("table: empty"),
    "model.unreadable": _("model: files can't be read"),
    "model.missing": _("model: none published yet"),
    "live.model_silent": _("live: the requested model has no scores for any title"),
    "live.nothing_visible": _("live: no visible titles"),
    "live.unknown_titles": _("live: the model knows none of these titles"),
    "live.too_few_ratings": _("live: %(n)d of %(needed)d ratings needed"),
    "live.too_few_titles": _("live: the model knows %(n)d of %(needed)d titles needed"),
}


@dataclass(frozen=True)
class Skipped:
    code: str
    n: int = 0
    needed: int = 0

    @property
    def text(self) -> str:
        return str(REASONS[self.code]) % {"n": self.n, "needed": self.needed}

    def __str__(self) -> str:
        return self.text
