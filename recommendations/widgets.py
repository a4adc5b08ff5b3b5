"""Widgets for experiments, with the parameters that variants can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recommendations.engine.ranking import MODELS, PUBLISHED, RankingOptions

Text = str | Promise


@dataclass(frozen=True)
class Parameters:
    """Parameters of a widget; the defaults apply without an experiment. Raises ValueError if invalid."""

    LIMITS: ClassVar[Mapping[str, tuple[float, float]]] = {}
    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in self.CHOICES:
                if value not in self.CHOICES[field.name]:
                    raise ValueError(f"{field.name}: {value!r} must be one of {', '.join(self.CHOICES[field.name])}")
                continue
            least, most = self.LIMITS[field.name]
            number_types = int if isinstance(field.default, int) else (int, float)
            if isinstance(value, bool) or not isinstance(value, number_types) or not least <= value <= most:
                raise ValueError(f"{field.name}: {value!r} must be a number from {least} to {most}")


@dataclass(frozen=True)
class TopPicks(Parameters):
    """Top picks. n: number of titles. niche, diversity, model: see `RankingOptions`."""

    LIMITS = {"n": (4, 36), **{name: RankingOptions.LIMITS[name] for name in ("niche", "diversity")}}
    CHOICES = {"model": MODELS}

    n: int = 12
    niche: float = PUBLISHED.niche
    diversity: float = PUBLISHED.diversity
    model: str = PUBLISHED.model

    @property
    def options(self) -> RankingOptions:
        return replace(PUBLISHED, niche=self.niche, diversity=self.diversity, model=self.model)


@dataclass(frozen=True)
class Rows(Parameters):
    """Rows of For you. n: titles per row. favourites: number of rows based on a favourite title."""

    LIMITS = {"n": (4, 24), "favourites": (0, 3)}

    n: int = 12
    favourites: int = 3


@dataclass(frozen=True)
class Similar(Parameters):
    """Similar titles. n: number. model: by shared fans or shared tags. order: closest or most popular first."""

    LIMITS = {"n": (4, 24)}
    CHOICES = {"model": ("people", "tags"), "order": ("closest", "best_known")}

    n: int = 12
    model: str = "people"
    order: str = "closest"


@dataclass(frozen=True)
class Widget:
    slug: str
    name: Text
    default: Parameters

    def with_parameters(self, overrides: object) -> Parameters:
        """Return the default parameters with `overrides` applied. Raises ValueError if they are invalid."""
        if not isinstance(overrides, Mapping):
            raise ValueError('parameters must be an object such as {"n": 8}')
        names = [field.name for field in fields(self.default)]
        if unknown := sorted(map(str, overrides.keys() - set(names))):
            raise ValueError(f"unknown parameters {', '.join(unknown)}: {self.slug} takes {', '.join(names)}")
        values: dict[str, Any] = dict(overrides)
        return replace(self.default, **values)


WIDGETS = {
    widget.slug: widget
    for widget in (
        Widget("top_picks", _("For you: top picks"), TopPicks()),
        Widget("rows", _("For you: rows"), Rows()),
        Widget("similar", _("Title: similar titles"), Similar()),
    )
}


def widget_choices() -> list[tuple[str, Text]]:
    return [(widget.slug, widget.name) for widget in WIDGETS.values()]
