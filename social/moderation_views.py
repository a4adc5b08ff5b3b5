"""Reporting, for members; and /staff/moderation/: what was reported, what is decided about it, and what was."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import staff_only
from accounts.models import User
from accounts.requests import MemberRequest
from accounts.responses import back_to
from social import moderation
from social.forms import DecisionForm, ReportForm
from social.models import Decision
from social.models.moderation import Target, author_of
from social.queries import visible_member
from social.review_queries import reviews_for
from social.visibility import comments_visible_to, entries_visible_to, tips_visible_to

may_look = staff_only("social.view_report")
may_decide = staff_only("social.change_report")
PAGE, LOG = 20, 50
KINDS: dict[str, str | Promise] = {
    "": _("All"), "review": _("Reviews"), "comment": _("Comments"), "entry": _("Notes on lists"), "tip": _("Recommended titles"), "member": _("Members"),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@login_required
def report_review(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, get_object_or_404(reviews_for(request.user), pk=pk))


@require_http_methods(["GET", "POST"])
@login_required
def report_comment(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, get_object_or_404(comments_visible_to(request.user), pk=pk))


@require_http_methods(["GET", "POST"])
@login_required
def report_note(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, get_object_or_404(entries_visible_to(request.user).exclude(notes=""), pk=pk))


@require_http_methods(["GET", "POST"])
@login_required
def report_tip(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, get_object_or_404(tips_visible_to(request.user), pk=pk))


@require_http_methods(["GET", "POST"])
@login_required
def report_member(request: MemberRequest, username: str) -> HttpResponse:
    return _report(request, visible_member(username, request.user))


@require_GET
@may_look
def queue(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KINDS else ""
    is_settled = request.GET.get("state") == "settled"
    page = Paginator(moderation.open_cases(kind, is_settled=is_settled), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cases": moderation.cases_of(list(page)),
        "kind": kind,
        "kinds": KINDS.items(),
        "is_settled": is_settled,
    }
    return render(request, "social/moderation.html", context)


@require_GET
@may_look
def log(request: HttpRequest) -> HttpResponse:
    decisions = Decision.objects.select_related("staff", "member")
    page = Paginator(decisions, LOG).get_page(request.GET.get("page"))
    return render(request, "social/moderation_log.html", {"page": page})


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
        messages.success(request, gettext("Decided, and written down."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return back_to(request, "social:moderation")


def _report(request: MemberRequest, target: Target) -> HttpResponse:
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moderation.report(request.user, target, form.cleaned_data["reason"], form.cleaned_data["remark"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, gettext("Thank you. Somebody will look at it."))
            return redirect(author_of(target))
    context = {"form": form, "author": author_of(target), "kind": moderation.kind_of(target)}
    return render(request, "social/report.html", context, status=422 if request.method == "POST" else 200)
