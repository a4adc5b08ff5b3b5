"""Suggest a correction of a title, the title's history, and /staff/corrections/: the queue and its decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import MemberRequest
from anirec.lib.web.permissions import staff_only
from anirec.lib.web.responses import back_to
from catalog.titles.queries import visible_title
from social.corrections import queries, settling
from social.corrections.fields import FIELDS, text_of
from social.corrections.forms import AcceptForm, ReasonForm, SuggestionForm
from social.models import Correction

may_look = staff_only("social.view_correction")
may_decide = staff_only("social.change_correction")
PAGE = 20


@require_GET
@login_required
def choose_field(request: MemberRequest, pk: int) -> HttpResponse:
    title = visible_title(pk, request.user)
    context = {"title": title, "facts": queries.facts_of(title, request.user)}
    return render(request, "social/corrections/choose_field.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def suggest(request: MemberRequest, pk: int, field: str) -> HttpResponse:
    title = visible_title(pk, request.user)
    if field not in FIELDS:
        raise Http404
    form = SuggestionForm(
        request.POST if request.method == "POST" else None, reporter=request.user, title=title, field=field
    )
    if request.method == "POST" and form.save():
        messages.success(request, gettext("Thanks for your suggestion. Our team will review it."))
        return redirect(title)
    context = {"title": title, "field": field, "current": text_of(title, field), "form": form}
    return render(request, "social/corrections/suggest.html", context, status=422 if request.method == "POST" else 200)


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    title = visible_title(pk, request.user)
    page = Paginator(queries.history_of(title), PAGE).get_page(request.GET.get("page"))
    return render(request, "social/corrections/history.html", {"title": title, "page": page})


@require_GET
@may_look
def queue(request: HttpRequest) -> HttpResponse:
    is_settled = request.GET.get("state") == "settled"
    page = Paginator(queries.queue(is_settled=is_settled), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "cases": queries.cases_of(list(page)), "is_settled": is_settled}
    return render(request, "social/corrections/queue.html", context)


@require_POST
@may_decide
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a correction. Its field decides what the value's input is, such as one of minutes."""
    form = AcceptForm(request.POST, correction=get_object_or_404(Correction, pk=pk))
    value = form.cleaned_data["value"] if form.is_valid() else ""
    return _decide(request, lambda staff: settling.accept(staff, pk, value), gettext("Correction accepted."))


@require_POST
@may_decide
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(
        request, lambda staff: settling.decline(staff, pk, _reason(request)), gettext("Correction declined.")
    )


@require_POST
@may_decide
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, lambda staff: settling.undo(staff, pk, _reason(request)), gettext("Correction undone."))


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise ValidationError([f"{gettext('Reason')}: {error}" for error in form.errors["reason"]])
    return str(form.cleaned_data["reason"])


def _decide(request: HttpRequest, act: Callable[[User], Correction], message: str) -> HttpResponse:
    try:
        act(cast(User, request.user))
        messages.success(request, message)
    except Correction.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return back_to(request, "social:corrections")
