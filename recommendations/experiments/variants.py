"""Assignment of widget variants to viewers. Views only call `variant_for`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from anirec.lib.shapes import shape_of
from recommendations.models import Experiment, Variant, Weights
from recommendations.models.experiments import Audience
from recommendations.statistics.assignment import takes_part, variant_of
from recommendations.widgets import WIDGETS, Parameters, Rows, Similar, TopPicks, Widget

TOP_PICKS = cast("WidgetOf[TopPicks]", WIDGETS["top_picks"])
ROWS = cast("WidgetOf[Rows]", WIDGETS["rows"])
SIMILAR = cast("WidgetOf[Similar]", WIDGETS["similar"])

VISITOR_COOKIE, VISITOR_SECONDS = "visitor", 365 * 24 * 3600
TICKET_SALT = "widget-events"
CACHE_KEY, CACHE_SECONDS = "experiments:running", 3600
ON = "_visitor"  # request attribute: a new visitor's number, for the cookie

Shape = TypeVar("Shape", bound=Parameters)


class WidgetOf(Widget, Generic[Shape]):
    """A widget with parameters of type `Shape`, for the type checker."""

    default: Shape


@dataclass(frozen=True)
class Running:
    """A running experiment, for serving. variants: (id, parameters). weights: parallel to variants."""

    pk: int
    key: str
    audience: str
    share: float
    variants: tuple[tuple[int, dict[str, Any]], ...]
    weights: tuple[float, ...]


class Ticket(NamedTuple):
    """Viewer and variant of events. unit: a member's id, or a visitor's number negated. experiment, variant: None
    outside experiments."""

    widget: str
    experiment: int | None
    variant: int | None
    unit: int

    def signed(self) -> str:
        return signing.dumps(self, salt=TICKET_SALT)


@dataclass(frozen=True)
class Assignment(Generic[Shape]):
    """Parameters of a widget, and the signed ticket of its events; empty if they aren't counted."""

    parameters: Shape
    ticket: str = ""


def variant_for(widget: WidgetOf[Shape], request: HttpRequest) -> Assignment[Shape]:
    """Return the viewer's variant in the widget's running experiment, else the widget's default."""
    running, default = _of_widget(widget)
    if running is None or not _is_for(running, request) or not takes_part(running.key, _unit(request), running.share):
        return Assignment(default, _without_experiment(widget, request))
    unit = _unit(request)
    variant_id, parameters = running.variants[variant_of(running.key, unit, running.weights)]
    return Assignment(_shape(widget, parameters, default), Ticket(widget.slug, running.pk, variant_id, unit).signed())


def forget_running() -> None:
    """Clear the cache on commit. Call it in transactions that change running experiments or defaults."""
    transaction.on_commit(lambda: cache.delete(_cache_key(timezone.now().date())))


def read_ticket(ticket: str) -> Ticket:
    """Return a verified ticket. Raises signing.BadSignature, or TypeError for another version's format."""
    return Ticket(*signing.loads(ticket, salt=TICKET_SALT))


class VisitorMiddleware(MiddlewareMixin):
    """Sets the cookie with a new visitor's random number, which keeps their variants constant."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if (visitor := getattr(request, ON, None)) is not None:
            response.set_cookie(
                VISITOR_COOKIE,
                str(visitor),
                max_age=VISITOR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response


def _of_widget(widget: WidgetOf[Shape]) -> tuple[Running | None, Shape]:
    today = timezone.now().date()
    cached = cache.get(_cache_key(today))
    if cached is None:
        cached = _read_running(today)
        cache.set(_cache_key(today), cached, CACHE_SECONDS)
    running, defaults = cached
    return running.get(widget.slug), _shape(widget, defaults.get(widget.slug, {}), widget.default)


def _cache_key(day: date) -> str:
    """Return a key per day, because bandit weights change daily."""
    return f"{CACHE_KEY}:{shape_of(Running)}:{day}"


def _read_running(day: date) -> tuple[dict[str, Running], dict[str, dict[str, Any]]]:
    """Return the running experiment and the last shipped parameters, each by widget."""
    weights = Weights.objects.filter(experiment=OuterRef("experiment"), day__lte=day).order_by("-day")
    variants = Variant.objects.filter(
        Q(experiment__state=Experiment.State.RUNNING)
        | Q(experiment__state=Experiment.State.SHIPPED, pk=F("experiment__shipped"))
    )
    variants = variants.annotate(now=Subquery(weights.values("weights")[:1])).select_related("experiment")
    groups: dict[int, list[Variant]] = {}
    defaults: dict[str, dict[str, Any]] = {}
    for variant in variants.order_by("experiment__stopped_at", "position", "pk"):
        if variant.experiment.state == Experiment.State.SHIPPED:
            defaults[variant.experiment.widget] = variant.parameters
        else:
            groups.setdefault(variant.experiment_id, []).append(variant)
    return {group[0].experiment.widget: _running(group) for group in groups.values()}, defaults


def _running(variants: list[Variant]) -> Running:
    experiment = variants[0].experiment
    now = variants[0].now or {}  # type: ignore[attr-defined]
    return Running(
        experiment.pk,
        experiment.key,
        experiment.audience,
        experiment.share / 100,
        tuple((variant.pk, variant.parameters) for variant in variants),
        tuple(now.get(str(variant.pk), variant.weight) for variant in variants),
    )


def _shape(widget: WidgetOf[Shape], parameters: dict[str, Any], default: Shape) -> Shape:
    """Return the stored parameters, or the default if they are no longer valid."""
    try:
        return cast(Shape, widget.with_parameters(parameters)) if parameters else default
    except ValueError:
        return default


def _is_for(running: Running, request: HttpRequest) -> bool:
    others = Audience.VISITORS if request.user.is_authenticated else Audience.MEMBERS
    return running.audience != others and not _opts_out_of_tracking(request)


def _without_experiment(widget: Widget, request: HttpRequest) -> str:
    """Return a member's ticket outside experiments. Visitors get none: it isn't worth a cookie."""
    member = request.user.pk
    if member is None or _opts_out_of_tracking(request):
        return ""
    return Ticket(widget.slug, None, None, member).signed()


def _opts_out_of_tracking(request: HttpRequest) -> bool:
    return "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))


def _unit(request: HttpRequest) -> int:
    """Return a member's id, or a visitor's number negated; new visitors get a number here."""
    if request.user.is_authenticated:
        return request.user.pk
    cookie = request.COOKIES.get(VISITOR_COOKIE, "")
    if cookie.isascii() and cookie.isdecimal() and 0 < int(cookie[:19]) < 2**63 and len(cookie) <= 19:
        return -int(cookie)
    if not hasattr(request, ON):
        setattr(request, ON, 1 + secrets.randbelow(2**63 - 1))
    return -getattr(request, ON)
