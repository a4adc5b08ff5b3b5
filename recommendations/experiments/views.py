"""/staff/experiments/: experiments with their results, and actions on them."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from anirec.lib.charts.bars import Chart, Row, bars
from anirec.lib.charts.boundary import boundary_chart
from anirec.lib.web.permissions import staff_only
from recommendations.experiments import lifecycle
from recommendations.experiments.results import Line, report_on
from recommendations.models import Experiment
from recommendations.percentages import share

may_look = staff_only("recommendations.view_experiment")
may_act = staff_only("recommendations.change_experiment")
PLAIN = {"start": lifecycle.start, "stop": lifecycle.stop, "archive": lifecycle.archive}


@require_GET
@may_look
def experiments(request: HttpRequest) -> HttpResponse:
    return render(request, "recommendations/experiments/list.html", {"experiments": Experiment.objects.all()})


@require_GET
@may_look
def experiment(request: HttpRequest, pk: int) -> HttpResponse:
    experiment = get_object_or_404(Experiment.objects.select_related("shipped"), pk=pk)
    report = report_on(experiment)
    context = {
        "experiment": experiment,
        "variants": experiment.variants.all(),
        "changes": experiment.changes.select_related("by"),
        "weights": experiment.weights.all()[:14],
        "report": report,
        "chart": _rates([line for line in report.lines if line.metric == experiment.primary_metric]),
        "boundary": boundary_chart(report.path) if report.path else None,
    }
    return render(request, "recommendations/experiments/experiment.html", context)


@require_POST
@may_act
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply `action`: start, stop, archive, or ship with a `variant`."""
    experiment = get_object_or_404(Experiment, pk=pk)
    action, by = request.POST.get("action", ""), cast(User, request.user)
    try:
        if action in PLAIN:
            PLAIN[action](experiment, by)
        elif action == "ship":
            variant = request.POST.get("variant", "")
            number = int(variant) if variant.isascii() and variant.isdecimal() and len(variant) < 19 else 0
            lifecycle.ship(experiment, get_object_or_404(experiment.variants, pk=number), by)
        else:
            return HttpResponseBadRequest(gettext("Unknown action. Use start, stop, ship or archive."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(experiment)


def _rates(lines: list[Line]) -> Chart:
    title = gettext("Primary metric: %(metric)s") % {"metric": lines[0].label if lines else ""}
    says = gettext("Rate among measured people, by variant.")
    rows = [Row(line.variant, line.rate * 100, share(line.rate)) for line in lines]
    return bars("rates", title, says, (gettext("Variant"), gettext("Share")), rows)
