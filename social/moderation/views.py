"""The report form for members, and /staff/moderation/: open and settled reports, decisions and their log."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import MemberRequest
from anirec.lib.web.permissions import staff_only
from anirec.lib.web.responses import back_to
from social.models import Decision
from social.models.moderation import author_of
from social.moderation import deciding as moderation
from social.moderation.forms import DecisionForm, ReportForm
from social.moderation.targets import targets

may_look = staff_only("social.view_report")
may_decide = staff_only("social.change_report")
PAGE, LOG = 20, 50


@require_http_methods(["GET", "POST"])
@login_required
def report(request: MemberRequest, kind: str, **named: Any) -> HttpResponse:
    """Report an object to staff. named: the URL arguments that identify it."""
    target = targets()[kind].find(request.user, **named)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moderation.report(request.user, target, form.cleaned_data["reason"], form.cleaned_data["remark"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, gettext("Thanks for your report. Our team will review it."))
            return redirect(author_of(target))
    context = {"form": form, "author": author_of(target), "kind": kind}
    return render(request, "social/moderation/report.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@may_look
def queue(request: HttpRequest) -> HttpResponse:
    kinds = {"": gettext("All"), **{target.name: target.label for target in targets().values()}}
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in kinds else ""
    is_settled = request.GET.get("state") == "settled"
    page = Paginator(moderation.open_cases(kind, is_settled=is_settled), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cases": moderation.cases_of(list(page)),
        "kind": kind,
        "kinds": kinds.items(),
        "is_settled": is_settled,
    }
    return render(request, "social/moderation/moderation.html", context)


@require_GET
@may_look
def log(request: HttpRequest) -> HttpResponse:
    decisions = Decision.objects.select_related("staff", "member")
    page = Paginator(decisions, LOG).get_page(request.GET.get("page"))
    return render(request, "social/moderation/moderation_log.html", {"page": page})


@require_POST
@may_decide
def decide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    target = moderation.target_of(kind, pk)
    if target is None:
        raise Http404
    form = DecisionForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        moderation.decide(cast(User, request.user), target, **form.cleaned_data)
        messages.success(request, gettext("Decision saved."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return back_to(request, "social:moderation")
