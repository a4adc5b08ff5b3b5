"""Sections of a title's page that are loaded once they are scrolled to, and pages of their own without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from anirec.lib.web.content_policy import content_policy
from anirec.lib.web.requests import PageRequest
from catalog.franchises.graph import franchise_graph
from catalog.models import Credit, Service, Stream, Title
from catalog.title_page.details import TRAILER_HOST
from catalog.title_page.queries import TitleDetail, title_detail
from catalog.titles.roles import role_name
from catalog.viewers import Viewer

HEADINGS = {"people": _("Staff and cast"), "franchise": _("Franchise"), "trailer": _("Trailer")}
FIRST_STAFF, FIRST_CAST = 8, 12  # on the title's page


@dataclass(frozen=True)
class CharacterVoices:
    """A character with those who speak it: (name, language, address)."""

    name: str
    part: Any
    voices: list[Credit]


@dataclass(frozen=True)
class StaffMember:
    """A person with all roles in the title."""

    credit: Credit
    roles: list[str]


@dataclass(frozen=True)
class People:
    staff: list[StaffMember]
    cast: list[CharacterVoices]


def people_of(title: Title) -> People:
    """Return the title's people in the source's order, with one query."""
    credits = list(Credit.objects.filter(title=title).select_related("person").order_by("position"))
    roles: dict[int | None, StaffMember] = {}
    for credit in credits:
        if credit.kind == Credit.Kind.STAFF:
            roles.setdefault(credit.person_id, StaffMember(credit, [])).roles.append(role_name(credit.role))
    cast = [
        CharacterVoices(name, Credit.Part(part).label if part in Credit.Part.values else "", [*_voices(group)])
        for (name, part), group in groupby(
            (credit for credit in credits if credit.kind == Credit.Kind.CAST),
            key=lambda credit: (credit.character, credit.role),
        )
    ]
    return People(list(roles.values()), cast)


def _voices(credits: Any) -> list[Credit]:
    return [credit for credit in credits if credit.person_id]


@dataclass(frozen=True)
class StreamsForViewer:
    """Where to watch. mine: on services that the viewer has."""

    mine: list[Stream]
    others: list[Stream]

    def __bool__(self) -> bool:
        return bool(self.mine or self.others)


def streams_for(title: Title, viewer: Viewer) -> StreamsForViewer:
    """Return the title's streams by service, those on the viewer's services apart. The title's are prefetched."""
    own = set(getattr(viewer, "streaming_services", None) or ())
    order = {service: place for place, service in enumerate(Service.values)}
    streams = sorted(title.streams.all(), key=lambda one: (order.get(one.service, len(order)), one.language))
    return StreamsForViewer(
        [one for one in streams if one.service in own], [one for one in streams if one.service not in own]
    )


@require_GET
def people(request: PageRequest, pk: int) -> HttpResponse:
    """Show the staff and cast: the first of them on the title's page, all on a page of their own."""
    detail = _detail(pk, request)
    everyone = people_of(detail.title)
    context: dict[str, Any] = {"title": detail.title, "people": everyone, "n_more": 0}
    if request.htmx:
        shown = People(everyone.staff[:FIRST_STAFF], everyone.cast[:FIRST_CAST])
        n_more = len(everyone.staff) + len(everyone.cast) - len(shown.staff) - len(shown.cast)
        context |= {"people": shown, "n_more": n_more}
    return _section(request, "people", context)


@require_GET
def franchise(request: PageRequest, pk: int) -> HttpResponse:
    detail = _detail(pk, request)
    return _section(request, "franchise", {"title": detail.title, "graph": graph_of(detail)})


def graph_of(detail: TitleDetail) -> Any:
    return franchise_graph(detail.franchise, detail.links)


@require_GET
def trailer(request: PageRequest, pk: int) -> HttpResponse:
    """Show the trailer in YouTube's frame without cookies. Nothing is loaded from there before this is asked for."""
    detail = _detail(pk, request)
    if not detail.details.trailer:
        raise Http404("No trailer.")
    context = {"title": detail.title, "address": f"{TRAILER_HOST}/embed/{detail.details.trailer}"}
    return allow_trailer(_section(request, "trailer", context))


def allow_trailer(response: HttpResponse) -> HttpResponse:
    """Let this page, and no other, frame YouTube's player."""
    response["Content-Security-Policy"] = content_policy(frames_from=TRAILER_HOST)
    return response


def _detail(pk: int, request: HttpRequest) -> TitleDetail:
    try:
        return title_detail(pk, request.user)
    except Title.DoesNotExist as error:
        raise Http404 from error


def _section(request: PageRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render a fragment for the title's page, or a page of its own around it."""
    fragment = f"catalog/title_page/_{name}.html"
    if request.htmx:
        return render(request, fragment, context)
    context |= {"heading": HEADINGS[name], "fragment": fragment}
    return render(request, "catalog/title_page/section.html", context)
