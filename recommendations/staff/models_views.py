"""/staff/models/: model versions with their metrics, the live one, and switching to another."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from anirec.lib.web.permissions import staff_only
from recommendations.artifact_store import has_artifact
from recommendations.models import ModelActivation, ModelVersion
from recommendations.publishing.publish import NotPublishedError, activate
from recommendations.staff.card import card_of

SHOWN = 50


@require_GET
@staff_only("recommendations.view_modelversion")
def models(request: HttpRequest) -> HttpResponse:
    versions = list(ModelVersion.objects.all()[:SHOWN])
    context = {
        "versions": versions,
        "active": next((version for version in versions if version.is_active), None) or ModelVersion.active(),
        "activations": ModelActivation.objects.select_related("by", "version")[:SHOWN],
    }
    return render(request, "recommendations/staff/models.html", context)


@require_GET
@staff_only("recommendations.view_modelversion")
def model(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    context = {
        "version": version,
        "card": card_of(version),
        "figures": _flat({name: value for name, value in version.metrics.items() if name != "card"}),
        "parameters": _flat(version.parameters),
        "can_serve": can_serve(version),
        "drift": version.drift_reports.all()[:14],
    }
    return render(request, "recommendations/staff/model.html", context)


@require_http_methods(["GET", "POST"])
@staff_only("recommendations.change_modelversion")
def serve(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then make this version live and log who did it."""
    version = get_object_or_404(ModelVersion, pk=pk)
    if request.method == "GET":
        context = {"version": version, "active": ModelVersion.active(), "can_serve": can_serve(version)}
        return render(request, "recommendations/staff/serve.html", context)
    by = cast(User, request.user)
    try:
        activate(version, by)
    except NotPublishedError as error:
        messages.error(request, str(error))
        return redirect("staff:model", pk)
    LogEntry.objects.log_actions(by.pk, [version], CHANGE, change_message="Made live.", single_object=True)
    messages.success(request, gettext("%(version)s is live.") % {"version": version})
    return redirect("staff:models")


def can_serve(version: ModelVersion) -> bool:
    """Return whether a version can go live: published, its files present, and not live yet."""
    is_there = version.status == ModelVersion.Status.PUBLISHED and has_artifact(version)
    return is_there and not version.is_active


def _flat(values: object, prefix: str = "") -> list[tuple[str, object]]:
    """Flatten nested figures to a list with dotted names.

    >>> _flat({"test": {"rmse": 1.5, "n": 3}, "seed": 0})
    [('test.rmse', 1.5), ('test.n', 3), ('seed', 0)]
    """
    if not isinstance(values, dict):
        return [(prefix, values)]
    return [
        pair for name, value in values.items() for pair in _flat(value, f"{prefix}.{name}" if prefix else str(name))
    ]
