"""The choice for one title: a fragment of its page, or a page of its own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.requests import MemberRequest
from anirec.lib.web.responses import back_to
from catalog.titles.queries import visible_title
from social.airing_news.choosing import DEFAULT, OFF, choice_of, choose
from social.models import Lead

CHOICES = (
    (DEFAULT, _("As in my settings")),
    *((str(value), label) for value, label in Lead.choices),
    (OFF, _("Never")),
)


@require_http_methods(["GET", "POST"])
@login_required
def airing(request: MemberRequest, pk: int) -> HttpResponse:
    """Show and change when the member is notified of a title's episodes."""
    title = visible_title(pk, request.user)
    if request.method == "POST":
        try:
            choose(request.user, title, request.POST.get("when", ""))
        except ValueError:
            return HttpResponseBadRequest(gettext("Unknown time. Reload the page."))
        messages.success(request, gettext("Settings saved."))
        if not request.htmx:
            return back_to(request, title.get_absolute_url())
    context = {"title": title, "choice": choice_of(request.user, title), "choices": CHOICES}
    template = "_choice.html" if request.htmx else "airing.html"
    return render(request, f"social/airing_news/{template}", context)
