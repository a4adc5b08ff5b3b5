"""/settings/scrobbling/: addresses for media servers, shows that weren't recognised, and the latest reports."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ScrobbleAddress, ScrobbledShow
from accounts.requests import MemberRequest
from accounts.scrobbling import recording
from accounts.scrobbling.forms import AddressForm
from anirec.lib.web.addresses import site_url
from catalog.search.find import search_titles
from catalog.titles.queries import visible_title

SUGGESTED = 8  # titles suggested for a show
State = ScrobbledShow.State


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)
@never_cache
def scrobbling(request: MemberRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    key = form.create(request.user) if request.method == "POST" else None
    shows = ScrobbledShow.objects.filter(user=request.user).select_related("title")
    context = {
        "form": AddressForm() if key else form,
        "new_address": site_url(reverse("accounts:scrobble", args=[key])) if key else "",
        "addresses": request.user.scrobble_addresses.all(),
        "open_shows": [show for show in shows if show.state == State.OPEN],
        "decided_shows": [show for show in shows if show.state != State.OPEN],
        "events": request.user.scrobble_events.select_related("title"),
    }
    status = 422 if form.is_bound and not key else 200
    return render(request, "accounts/scrobbling/scrobbling.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def address(request: MemberRequest, pk: int) -> HttpResponse:
    """Rename an address, or change whose reports it takes."""
    own = get_object_or_404(ScrobbleAddress, pk=pk, user=request.user)
    form = AddressForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Address saved."))
        return redirect("accounts:scrobbling")
    context = {"form": form, "address": own}
    return render(request, "accounts/scrobbling/address.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    get_object_or_404(ScrobbleAddress, pk=pk, user=request.user).delete()
    messages.success(request, gettext("Address revoked."))
    return redirect("accounts:scrobbling")


@require_http_methods(["GET", "POST"])
@login_required
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Search for the title of a show that wasn't recognised, and choose it."""
    own = get_object_or_404(ScrobbledShow, pk=pk, user=request.user)
    if request.method == "POST":
        return _chosen(request, own)
    query = request.GET.get("q", own.name)[:120]
    context = {"show": own, "query": query, "titles": search_titles(query, request.user, SUGGESTED)}
    template = "_found_titles" if request.htmx.target == "found" else "scrobbling/show"
    return render(request, f"accounts/{template}.html", context)


def _chosen(request: MemberRequest, own: ScrobbledShow) -> HttpResponse:
    given = request.POST.get("title", "")
    title = visible_title(int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0, request.user)
    found = recording.choose_title(own, title)
    if found is None:
        message = gettext("%(title)s has no episode %(n)d. Choose another title.")
        messages.error(request, message % {"title": title.name, "n": own.last_episode})
        return redirect("accounts:scrobbled_show", own.pk)
    messages.success(request, gettext("Remembered: %(show)s is %(title)s.") % {"show": own.name, "title": title.name})
    return redirect("accounts:scrobbling")


@require_POST
@login_required
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Ignore a show, or forget the decision about it, as `action` says."""
    own = get_object_or_404(ScrobbledShow, pk=pk, user=request.user)
    action = request.POST.get("action")
    if action == "ignore":
        recording.ignore_show(own)
        messages.success(request, gettext("%(show)s will be ignored.") % {"show": own.name})
    elif action == "forget":
        recording.forget_show(own)
        messages.success(request, gettext("Decision removed: %(show)s") % {"show": own.name})
    return redirect("accounts:scrobbling")
