"""Options of a recommendations page, all read from its URL: sliders, ignored titles and filters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

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
class Asked:
    """parameters: the query of the page's address. without_reason: ids of titles that shall not count."""

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
        """The filters that are set."""
        return active_filters(self.filters) if self.names_filters else []

    @property
    def carried(self) -> list[Active]:
        """Those that the form has no field for, to be kept when it is sent."""
        return [active for active in self.active if active.name not in SHOWN_FILTERS]

    @property
    def genres(self) -> list[TagOption]:
        return Facets(self.filters).tags()[0].options

    @property
    def choices_key(self) -> str:
        """What the choices that the filters offer depend on, but for what was sent."""
        return f"{catalogue_version()}:{viewing_class(self.viewer)}"

    @property
    def is_published(self) -> bool:
        """Nothing is asked for."""
        return self.options == PUBLISHED and not self.without_reason and not self.active

    def leaving_out(self, title_id: int) -> str:
        """The query of the same page without counting this title, too."""
        return self._with_left_out([*self.without_reason, title_id])

    def counting_again(self, title_id: int) -> str:
        return self._with_left_out([pk for pk in self.without_reason if pk != title_id])

    def after(self, title_id: int) -> str:
        query = self.parameters.copy()
        query["not"] = str(title_id)
        return f"?{query.urlencode()}"

    def _with_left_out(self, title_ids: list[int]) -> str:
        query = self.parameters.copy()
        query["without_reason"] = ",".join(map(str, title_ids))
        if not title_ids:
            del query["without_reason"]
        return f"?{query.urlencode(safe=',')}"


def asked_of(request: PageRequest) -> Asked:
    """What the address asks for; for a fragment, that of the page it is put into. Raises BadRequest."""
    parameters = request.GET or QueryDict(urlsplit(request.htmx.current_url or "").query)
    form = OptionsForm(parameters)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    return Asked(parameters, request.user, form.cleaned_data["options"], form.cleaned_data["without_reason"])
