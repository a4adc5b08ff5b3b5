"""Options of a recommendations page, all read from its URL: sliders, ignored titles and filters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit

import numpy as np
from django.core.exceptions import BadRequest
from django.http import QueryDict

from anirec.lib.web.requests import PageRequest
from catalog.browse.facets import Active, Facets, TagOption, active_filters
from catalog.browse.filters import TitleFilter
from catalog.models import Title
from catalog.models.titles import viewing_class
from catalog.versioning import catalogue_version
from recommendations import serving
from recommendations.engine.ranking import PUBLISHED, RankingOptions
from recommendations.for_you.forms import OptionsForm
from recommendations.serving.readers import Viewer

SHOWN_FILTERS = {"tag", "format", "year_min", "year_max", "score_min", "episodes_max"}


@dataclass(frozen=True)
class WayOut:
    """A filter to remove: its label, the page's query without it, and the number of titles to recommend then."""

    label: str
    query: str
    n: int


@dataclass(frozen=True)
class PageOptions:
    """Options in a page's query string, `parameters`. without_reason: ids of ignored titles."""

    parameters: QueryDict
    viewer: Viewer
    options: RankingOptions
    without_reason: tuple[int, ...]

    @cached_property
    def filters(self) -> TitleFilter:
        return TitleFilter(self.parameters, Title.objects.visible_to(self.viewer), viewer=self.viewer)

    @property
    def names_filters(self) -> bool:
        return TitleFilter.is_asked(self.parameters)

    @cached_property
    def choice(self) -> serving.Choice | None:
        return serving.filtered(self.filters) if self.names_filters else None

    @cached_property
    def active(self) -> list[Active]:
        """Filters that are set."""
        return active_filters(self.filters) if self.names_filters else []

    @property
    def carried(self) -> list[Active]:
        """Active filters without a field of their own, shown as checked boxes."""
        return [active for active in self.active if active.name not in SHOWN_FILTERS]

    @property
    def genres(self) -> list[TagOption]:
        return Facets(self.filters).tags()[0].options

    @property
    def choices_key(self) -> str:
        """Cache key of the filter choices on a page without a query."""
        return f"{catalogue_version()}:{viewing_class(self.viewer)}"

    @property
    def is_published(self) -> bool:
        """Whether all options are at their defaults, without ignored titles or filters."""
        return self.options == PUBLISHED and not self.without_reason and not self.active

    def without(self, active: Active) -> PageOptions:
        """Return the page's options without one value of a filter."""
        parameters = self.parameters.copy()
        rest = [value for value in parameters.getlist(active.name) if value != active.value]
        parameters.setlist(active.name, rest)
        return replace(self, parameters=parameters)

    def ways_out(self) -> list[WayOut]:
        """Return the filters without which titles can be recommended, those that hide most first."""
        startable = serving.Reader.of(self.viewer, {}).startable_ids()
        ways = []
        for active in self.active:
            relaxed = self.without(active)
            ids = startable if relaxed.choice is None else np.intersect1d(startable, relaxed.choice.title_ids)
            ways.append(WayOut(active.label, f"?{relaxed.parameters.urlencode()}", len(ids)))
        return sorted((way for way in ways if way.n), key=lambda way: -way.n)

    def leaving_out(self, title_id: int) -> str:
        """Return the page's query with this title ignored as well."""
        return self._with_left_out([*self.without_reason, title_id])

    def counting_again(self, title_id: int) -> str:
        return self._with_left_out([pk for pk in self.without_reason if pk != title_id])

    def after(self, title_id: int) -> str:
        query = self.parameters.copy()
        query["not"] = str(title_id)
        return f"?{query.urlencode()}"

    def _with_left_out(self, title_ids: list[int]) -> str:
        left_out = f"without_reason={','.join(map(str, title_ids))}" if title_ids else ""
        return f"?{'&'.join(filter(None, (self._without_left_out, left_out)))}"

    @cached_property
    def _without_left_out(self) -> str:
        """The query without ignored titles: a page has two links to ignore one on each card."""
        query = self.parameters.copy()
        query.pop("without_reason", None)
        return query.urlencode(safe=",")


def page_options(request: PageRequest) -> PageOptions:
    """Return the options in the URL, or for a fragment without a query, in its page's URL. Raises BadRequest."""
    parameters = request.GET or QueryDict(urlsplit(request.htmx.current_url or "").query)
    form = OptionsForm(parameters)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    return PageOptions(parameters, request.user, form.cleaned_data["options"], form.cleaned_data["without_reason"])
