"""Reasons for skipping a better source of recommendations: stable codes and their translated texts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "table.excluded_reasons": _("precomputed list: includes the titles you ignore"),
    "table.filtered": _("precomputed list: has no filters"),
    "table.missing": _("precomputed list: not ready yet"),
    "table.options": _("precomputed list: uses other options"),
    "table.outdated": _("precomputed list: older than your last change"),
    "table.too_few_titles": _("precomputed list: based on fewer than %(needed)d titles"),
    "table.empty": _("precomputed list: empty"),
    "model.unreadable": _("model: files can't be read"),
    "model.missing": _("model: none published yet"),
    "live.model_silent": _("live ranking: the requested model can’t rank any title"),
    "live.nothing_visible": _("live ranking: no visible titles"),
    "live.unknown_titles": _("live ranking: the model knows none of these titles"),
    "live.too_few_ratings": _("live ranking: %(n)d of %(needed)d ratings needed"),
    "live.too_few_titles": _("live ranking: the model knows %(n)d of the %(needed)d titles needed"),
}
TOO_FEW = {"live.too_few_ratings", "live.too_few_titles"}


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
