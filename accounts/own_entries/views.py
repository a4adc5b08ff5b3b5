"""Pages of the titles on a member's list that the catalogue lacks: /list/own/."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import OwnEntry
from accounts.own_entries import writing
from accounts.own_entries.forms import OwnEntryForm, OwnListForm
from accounts.own_entries.queries import own_page
from accounts.requests import MemberRequest
from catalog.models.titles import media_of
from catalog.search.find import search_titles
from catalog.titles.queries import visible_title

PAGE = 50
SUGGESTED = 8  # titles suggested for an entry


@require_GET
@login_required
def own_list(request: MemberRequest) -> HttpResponse:
    options = OwnListForm(request.GET).options()
    listed = own_page(OwnEntry.objects.filter(user=request.user), **options)
    page = Paginator(listed.entries, PAGE).get_page(request.GET.get("page"))
    context = {"own": listed, "page": page, "is_mine": True, "media": media_of(request.user), **options}
    is_fragment = request.htmx.target in ("entries", "pager")
    return render(request, f"accounts/own_entries/{'_entries' if is_fragment else 'list'}.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def add(request: MemberRequest) -> HttpResponse:
    """Add a title that the catalogue lacks."""
    form = OwnEntryForm(
        request.POST or None, user=request.user, entry=None, initial={"name": request.GET.get("name", "")[:300]}
    )
    if request.method == "POST" and form.save():
        return _saved(request, form)
    return _form(request, form)


@require_http_methods(["GET", "POST"])
@login_required
def entry(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit an own entry."""
    form = OwnEntryForm(request.POST or None, user=request.user, entry=_own(request, pk))
    if request.method == "POST" and form.save():
        return _saved(request, form)
    return _form(request, form)


def _form(request: MemberRequest, form: OwnEntryForm) -> HttpResponse:
    context = {"form": form, "entry": form.entry}
    return render(request, "accounts/own_entries/entry.html", context, status=422 if form.is_bound else 200)


def _saved(request: MemberRequest, form: OwnEntryForm) -> HttpResponse:
    assert form.entry is not None
    messages.success(request, gettext("Saved: %(name)s") % {"name": form.entry.name})
    return redirect("accounts:own_entries")


@require_POST
@login_required
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    own = _own(request, pk)
    writing.remove_entry(own)
    messages.success(request, gettext("Removed from your list: %(title)s") % {"title": own.name})
    return redirect("accounts:own_entries")


@require_http_methods(["GET", "POST"])
@login_required
def link(request: MemberRequest, pk: int) -> HttpResponse:
    """Search for the title of an own entry, and move it and those of the same name there."""
    own = get_object_or_404(OwnEntry, user=request.user, kind__in=media_of(request.user), pk=pk)
    if request.method == "POST":
        return _linked(request, own)
    query = request.GET.get("q", own.name)[:120]
    context = {"entry": own, "query": query, "titles": search_titles(query, request.user, SUGGESTED)}
    template = "_found_titles" if request.htmx.target == "found" else "own_entries/link"
    return render(request, f"accounts/{template}.html", context)


def _linked(request: MemberRequest, own: OwnEntry) -> HttpResponse:
    given = request.POST.get("title", "")
    title = visible_title(int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0, request.user)
    n = writing.link_entry(own, title)
    text = ngettext("%(n)d entry moved to %(title)s.", "%(n)d entries moved to %(title)s.", n)
    messages.success(request, text % {"n": n, "title": title.name})
    return redirect("accounts:own_entries")


def _own(request: MemberRequest, pk: int) -> OwnEntry:
    return get_object_or_404(OwnEntry.objects.filter(user=request.user), pk=pk)
