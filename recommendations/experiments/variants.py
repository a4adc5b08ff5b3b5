"""Which variant of a widget a viewer gets: `variant_for` is all that a view has to call."""

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
ON = "_visitor"  # attribute of a request whose response is to bring the cookie

Shape = TypeVar("Shape", bound=Parameters)


class WidgetOf(Widget, Generic[Shape]):
    """For the type checker: a widget whose parameters are of this shape."""

    default: Shape


@dataclass(frozen=True)
class Running:
    """An experiment as serving needs it. variants: (id, parameters), weights: parallel to them."""

    pk: int
    key: str
    audience: str
    share: float
    variants: tuple[tuple[int, dict[str, Any]], ...]
    weights: tuple[float, ...]


class Ticket(NamedTuple):
    """Whose exposures of what: unit is a member's id, or below 0 a visitor's number; experiment and variant are None
    where none runs for them."""

    widget: str
    experiment: int | None
    variant: int | None
    unit: int

    def signed(self) -> str:
        return signing.dumps(self, salt=TICKET_SALT)


@dataclass(frozen=True)
class Shown(Generic[Shape]):
    """What to show, and the signed ticket with which its exposures are counted; an empty one where they are not."""

    parameters: Shape
    ticket: str = ""


def variant_for(widget: WidgetOf[Shape], request: HttpRequest) -> Shown[Shape]:
    """The viewer's form of a widget: their variant of the experiment that runs on it, else its default."""
    running, default = _of_widget(widget)
    if running is None or not _is_for(running, request) or not takes_part(running.key, _unit(request), running.share):
        return Shown(default, _without_experiment(widget, request))
    unit = _unit(request)
    variant_id, parameters = running.variants[variant_of(running.key, unit, running.weights)]
    return Shown(_shape(widget, parameters, default), Ticket(widget.slug, running.pk, variant_id, unit).signed())


def forget_running() -> None:
    """To be called in the transaction that changes what runs or what is the default; takes effect with its commit."""
    transaction.on_commit(lambda: cache.delete(_cache_key(timezone.now().date())))


def read_ticket(ticket: str) -> Ticket:
    """Raises signing.BadSignature, or TypeError for another program's."""
    return Ticket(*signing.loads(ticket, salt=TICKET_SALT))


class VisitorMiddleware(MiddlewareMixin):
    """Gives a visitor who was shown a variant the random number by which they are shown it again."""

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
    kept = cache.get(_cache_key(today))
    if kept is None:
        kept = _read_running(today)
        cache.set(_cache_key(today), kept, CACHE_SECONDS)
    running, defaults = kept
    return running.get(widget.slug), _shape(widget, defaults.get(widget.slug, {}), widget.default)


def _cache_key(day: date) -> str:
    """A bandit's weights change with the day."""
    return f"{CACHE_KEY}:{shape_of(Running)}:{day}"


def _read_running(day: date) -> tuple[dict[str, Running], dict[str, dict[str, Any]]]:
    """By widget: the experiment that runs, and what was shipped last."""
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
    """What was valid when it was saved may no longer be: then the default is shown."""
    try:
        return cast(Shape, widget.with_parameters(parameters)) if parameters else default
    except ValueError:
        return default


def _is_for(running: Running, request: HttpRequest) -> bool:
    others = Audience.VISITORS if request.user.is_authenticated else Audience.MEMBERS
    return running.audience != others and not _asks_not_to_be_followed(request)


def _without_experiment(widget: Widget, request: HttpRequest) -> str:
    """A visitor would need a number for it, and nothing is decided by it: of them, nothing is counted."""
    member = request.user.pk
    if member is None or _asks_not_to_be_followed(request):
        return ""
    return Ticket(widget.slug, None, None, member).signed()


def _asks_not_to_be_followed(request: HttpRequest) -> bool:
    return "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))


def _unit(request: HttpRequest) -> int:
    """A member's id; a visitor's number as one below 0, made here where they have none yet."""
    if request.user.is_authenticated:
        return request.user.pk
    kept = request.COOKIES.get(VISITOR_COOKIE, "")
    if kept.isascii() and kept.isdecimal() and 0 < int(kept[:19]) < 2**63 and len(kept) <= 19:
        return -int(kept)
    if not hasattr(request, ON):
        setattr(request, ON, 1 + secrets.randbelow(2**63 - 1))
    return -getattr(request, ON)
