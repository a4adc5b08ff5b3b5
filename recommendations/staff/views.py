"""/staff/: the start page for staff, and the charts under /staff/analytics/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import User
from anirec.lib.web.permissions import staff_only
from recommendations.analytics import explorer, pages, running
from recommendations.analytics.forms import PeriodForm, SourceForm, WidgetForm
from recommendations.analytics.panels import Panel


@dataclass(frozen=True)
class Page:
    """A page of charts: its name, its form, and a function that returns its panels."""

    name: str | Promise
    form: type[forms.Form] | None
    panels: Callable[[Any, User], list[Panel]]


OVERVIEW = "overview"
PAGES = {
    OVERVIEW: Page(_("Overview"), PeriodForm, lambda form, viewer: []),
    "recommendations": Page(
        _("Recommendations"), WidgetForm, lambda form, viewer: pages.recommendations(form.period(), form.event_filter())
    ),
    "retention": Page(_("Retention"), PeriodForm, lambda form, viewer: pages.retention(form.period())),
    "accuracy": Page(_("Accuracy"), PeriodForm, lambda form, viewer: pages.accuracy(form.period())),
    "shown": Page(_("Impressions"), PeriodForm, lambda form, viewer: pages.shown(form.period(), viewer)),
    "speed": Page(_("Performance"), PeriodForm, lambda form, viewer: running.speed(form.period())),
    "drift": Page(_("Drift"), PeriodForm, lambda form, viewer: running.drift(form.period())),
    "catalogue": Page(_("Catalogue"), None, lambda form, viewer: explorer.catalogue(viewer)),
    "audience": Page(
        _("Audience"),
        SourceForm,
        lambda form, viewer: explorer.audience(form.cleaned_data["source"], form.cleaned_data["synthetic"]),
    ),
}


@require_GET
@staff_only()
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "recommendations/staff/start.html", {"pages": PAGES})


@require_GET
@staff_only()
def analytics(request: HttpRequest, slug: str = OVERVIEW) -> HttpResponseBase:
    page = PAGES.get(slug)
    if page is None:
        raise Http404
    form = page.form(request.GET) if page.form else None
    context: dict[str, Any] = {"page": page, "slug": slug, "pages": PAGES, "form": form}
    if form is not None and not form.is_valid():
        return render(request, "recommendations/staff/analytics.html", context, status=400)
    if slug == OVERVIEW:
        context["numbers"], context["panels"] = pages.overview(cast(PeriodForm, form).period())
    else:
        context["panels"] = page.panels(form, cast(User, request.user))
    if "csv" in request.GET:
        return _csv(slug, context["panels"], request.GET["csv"])
    if form is not None:
        _fill_in(form)
    context["asked"] = urlencode([pair for pair in request.GET.items() if pair[0] != "csv"])
    return render(request, "recommendations/staff/analytics.html", context)


def _csv(slug: str, panels: list[Panel], name: str) -> HttpResponseBase:
    panel = next((panel for panel in panels if panel.name == name), None)
    if panel is None:
        raise Http404
    return StreamingHttpResponse(
        panel.csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slug}-{name}.csv"'},
    )


def _fill_in(form: forms.Form) -> None:
    """Fill the displayed period into the form, for requests without dates."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # a request's data is a QueryDict
    for name in ("first", "last"):
        if name in form.fields:
            data[name] = form.cleaned_data[name].isoformat()
    form.data = data
