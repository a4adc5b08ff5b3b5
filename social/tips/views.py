"""Recommend a title to a member, and see received recommendations."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import MemberRequest
from anirec.lib.web.responses import back_to
from catalog.titles.cards import title_cards
from catalog.titles.names import name_for
from catalog.titles.queries import visible_title
from social.tips import queries
from social.tips import recommending as tips
from social.tips.forms import TipForm

PAGE = 30


@require_http_methods(["GET", "POST"])
@login_required
def recommend(request: MemberRequest, pk: int) -> HttpResponse:
    title = visible_title(pk, request.user)
    form = TipForm(request.POST or None, author=request.user, title=title)
    if request.method == "POST" and (tip := form.save()):
        sent = {"title": name_for(title, request.user), "name": tip.recipient.username}
        messages.success(request, gettext("%(title)s recommended to %(name)s.") % sent)
        return redirect("social:recommend", pk)
    context = {"title": title, "form": form, "told": tips.recipients_of(request.user, title)}
    return render(request, "social/tips/recommend.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@login_required
def recommended(request: MemberRequest) -> HttpResponse:
    page = Paginator(queries.received_by(request.user), PAGE).get_page(request.GET.get("page"))
    cards = title_cards(tip.title_id for tip in page)
    for tip in page:
        tip.title = cards[tip.title_id]
    template = "_recommended.html" if request.htmx.target == "pager" else "recommended.html"
    return render(request, f"social/tips/{template}", {"page": page})


@require_POST
@login_required
def decline(request: MemberRequest, pk: int) -> HttpResponse:
    """Decline a recommendation, or undo that with `undo`."""
    tip = get_object_or_404(queries.received_by(request.user), pk=pk)
    tips.decline(tip, is_declined="undo" not in request.POST)
    return back_to(request, reverse("social:recommended"))
