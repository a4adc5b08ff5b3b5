"""A member's own list. Settings are in `accounts.settings_views`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import lists, queries
from accounts.forms import EntryForm, ListForm
from accounts.guests import guest_scores
from accounts.models import EntryStatus, User
from accounts.requests import MemberRequest
from accounts.responses import announce_change, back_to
from catalog.models import Title
from catalog.names import name_for
from catalog.requests import PageRequest

PAGE = 50


@require_GET
@login_required
def list_view(request: MemberRequest) -> HttpResponse:
    options = ListForm(request.GET).options()
    page = queries.list_page(request.user, request.user, **options)
    context = {"list": page, "page": Paginator(page.entries, PAGE).get_page(request.GET.get("page")), **options}
    context["sorts"] = queries.SORT_CHOICES
    fragment = request.htmx.target in ("entries", "pager")
    return render(request, "accounts/_entries.html" if fragment else "accounts/list.html", context)


@require_http_methods(["GET", "POST"])
def entry(request: PageRequest, title_id: int) -> HttpResponse:
    """The editor of one entry. The title page loads it as a fragment; alone it is a page of its own."""
    title = _title(request, title_id)
    if request.user.is_authenticated:
        return _edit(cast(MemberRequest, request), title)
    if request.method == "GET" and request.htmx:
        score = guest_scores(request.session).get(title.pk)
        return render(request, "accounts/_editor_visitor.html", {"title": title, "score": score})
    return redirect_to_login(request.get_full_path())


def _edit(request: MemberRequest, title: Title) -> HttpResponse:
    current = queries.entry_of(request.user, title)
    form = EntryForm(request.POST or None, user=request.user, title=title, entry=current)
    if request.method == "GET":
        return _editor(request, form)
    return _saved(request, title) if form.save() else _editor(request, form, status=422)


@require_POST
@login_required
def remove(request: MemberRequest, title_id: int) -> HttpResponse:
    title = _title(request, title_id)
    lists.remove_entry(request.user, title)
    messages.success(request, f"{name_for(title, request.user)} is no longer on your list.")
    return _saved(request, title)


@dataclass(frozen=True)
class QuickAction:
    act: Callable[[User, Title], object]
    done: str
    undo: str  # the URL that takes it back


QUICK_ACTIONS = {
    "plan": QuickAction(
        lambda user, title: lists.set_status(user, title, EntryStatus.PLANNED), "Planned: {}", "accounts:remove"
    ),
    "liked": QuickAction(
        lambda user, title: lists.set_score(user, title, lists.LIKED), "Seen and liked, a 9: {}", "accounts:remove"
    ),
    "seen": QuickAction(
        lambda user, title: lists.set_status(user, title, EntryStatus.COMPLETED), "Seen: {}", "accounts:remove"
    ),
    "hide": QuickAction(lists.hide_title, "Never suggested again: {}", "accounts:unhide"),
}


@require_POST
@login_required
def quick(request: MemberRequest, title_id: int) -> HttpResponse:
    """The one-tap actions of a card."""
    title = _title(request, title_id)
    action = QUICK_ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        return HttpResponseBadRequest(f"The action is one of {', '.join(QUICK_ACTIONS)}.")
    was_listed = queries.entry_of(request.user, title) is not None
    action.act(request.user, title)
    can_undo = action.undo == "accounts:unhide" or not was_listed
    messages.success(
        request,
        action.done.format(name_for(title, request.user)),
        extra_tags=reverse(action.undo, args=[title.pk]) if can_undo else "",
    )
    if not request.htmx:
        return back_to(request, "recommendations:home")
    context = {"title": title, "just_hidden": action.undo == "accounts:unhide"}
    return announce_change(render(request, "accounts/_quick_done.html", context))


@require_POST
@login_required
def hide(request: MemberRequest, title_id: int) -> HttpResponse:
    title = _title(request, title_id)
    lists.hide_title(request.user, title)
    messages.success(
        request,
        f"Never suggested again: {name_for(title, request.user)}",
        extra_tags=reverse("accounts:unhide", args=[title.pk]),
    )
    return _saved(request, title)


@require_POST
@login_required
def unhide(request: MemberRequest, title_id: int) -> HttpResponse:
    title = _title(request, title_id)
    lists.unhide_title(request.user, title)
    messages.success(request, f"May be suggested again: {name_for(title, request.user)}")
    if request.htmx.target == "hidden-titles":
        return announce_change(_hidden(request, "accounts/_hidden.html"))
    return _saved(request, title)


@require_GET
@login_required
def hidden(request: MemberRequest) -> HttpResponse:
    return _hidden(request, "accounts/hidden.html")


def _hidden(request: MemberRequest, template: str) -> HttpResponse:
    return render(request, template, {"titles": queries.hidden_titles(request.user)})


def _title(request: HttpRequest, title_id: int) -> Title:
    return get_object_or_404(Title.objects.visible_to(request.user).with_tag_names(), pk=title_id)


def _editor(request: MemberRequest, form: EntryForm, *, status: int = 200) -> HttpResponse:
    is_hidden = request.user.hidden.filter(title=form.title).exists()
    context = {"form": form, "title": form.title, "entry": form.entry, "is_hidden": is_hidden}
    if (request.htmx.target or "").startswith("entry-"):
        return render(request, "accounts/_entry.html", context, status=status)
    return render(request, "accounts/_editor.html" if request.htmx else "accounts/entry.html", context, status=status)


def _saved(request: MemberRequest, title: Title) -> HttpResponse:
    """After a change: what was changed, as the page that asked shows it."""
    target = request.htmx.target or ""
    if not request.htmx:
        return back_to(request, title.get_absolute_url())
    if target.startswith("entry-"):
        context = {"title": title, "entry": queries.entry_of(request.user, title)}
        return announce_change(render(request, "accounts/_entry.html", context))
    if target == "editor":
        current = queries.entry_of(request.user, title)
        return announce_change(_editor(request, EntryForm(user=request.user, title=title, entry=current)))
    return announce_change(render(request, "_toasts.html"))
