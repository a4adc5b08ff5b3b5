"""Custom lists: a member's lists, the page of one, and its owner's actions. What the viewer can't see returns 404."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import back_to
from catalog.models import Title
from catalog.search.find import search_titles
from catalog.titles.queries import visible_title
from social.custom_lists import queries, undo, writing
from social.custom_lists.forms import ListForm, ListsOfTitleForm, NoteForm, PlaceForm
from social.custom_lists.visibility import items_visible_to, lists_of_link, lists_visible_to, own_lists
from social.models.custom_lists import CustomList, CustomListItem
from social.people.queries import visible_member

PAGE, LISTS, FOUND = 100, 24, 12
Act = Callable[[MemberRequest, CustomListItem], None]


@require_GET
def member_lists(request: PageRequest, username: str) -> HttpResponse:
    owner = visible_member(username, request.user)
    page = Paginator(queries.lists_of(owner, request.user), LISTS).get_page(request.GET.get("page"))
    context = {"owner": owner, "page": page, "lists": queries.add_posters(list(page), request.user)}
    template = "_lists.html" if request.htmx.target == "pager" else "member_lists.html"
    return render(request, f"social/custom_lists/{template}", context)


@require_GET
def custom_list(request: PageRequest, pk: int) -> HttpResponse:
    """Show a list. Its owner can also search for titles to add."""
    return _page(request, get_object_or_404(lists_visible_to(request.user).select_related("owner"), pk=pk))


@require_GET
def shared_list(request: PageRequest, link_key: str) -> HttpResponse:
    """Show a list to anyone with its link, and keep it out of search engines."""
    found = get_object_or_404(lists_of_link(request.user, link_key).select_related("owner"))
    response = _page(request, found)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
@login_required
def create(request: MemberRequest) -> HttpResponse:
    """Create a list; with `title` in the query, that title is its first."""
    title_id = request.GET.get("title", "")
    known = title_id.isdecimal() and len(title_id) < 10
    title = visible_title(int(title_id), request.user) if known else None
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.create(request.user, title):
        return redirect(form.instance)
    status = 422 if request.method == "POST" else 200
    return render(request, "social/custom_lists/edit.html", {"form": form, "title": title}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(own_lists(request.user), pk=pk)
    form = ListForm(request.POST or None, instance=own)
    if request.method == "POST" and form.change():
        messages.success(request, gettext("List saved."))
        return redirect(own)
    saved = get_object_or_404(own_lists(request.user), pk=pk)  # without the invalid values
    status = 422 if request.method == "POST" else 200
    return render(request, "social/custom_lists/edit.html", {"form": form, "custom_list": saved}, status=status)


@require_POST
@login_required
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    writing.delete_list(get_object_or_404(own_lists(request.user), pk=pk))
    messages.success(request, gettext("List deleted."))
    return redirect("social:member_lists", request.user.username)


@require_POST
@login_required
def item(request: MemberRequest, pk: int, title_id: int) -> HttpResponse:
    """Add a title to the viewer's own list, or act on one of its items."""
    own, act = get_object_or_404(own_lists(request.user), pk=pk), request.POST.get("act", "")
    if act != "add" and act not in ACTS:
        return HttpResponseBadRequest(gettext("Unknown action."))
    try:
        if act == "add":
            writing.add_title(own, visible_title(title_id, request.user))
        else:
            ACTS[act](request, _item(request, own, title_id))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return back_to(request, own.get_absolute_url())


@require_POST
@login_required
def restore_item(request: MemberRequest, key: str) -> HttpResponse:
    own = undo.restore(request.user, key)
    if own is None:
        messages.error(request, gettext("This change can’t be undone any more."))
        return redirect("social:member_lists", request.user.username)
    messages.success(request, gettext("Change undone."))
    return HttpResponse(headers={"HX-Refresh": "true"}) if request.htmx else redirect(own)


@require_http_methods(["GET", "POST"])
@login_required
def title_lists(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose which of the viewer's lists contain a title."""
    title = visible_title(pk, request.user)
    if request.method == "POST" and _save_lists_of(request, title):
        return redirect(title)
    context = {"title": title, "lists": queries.lists_for_title(request.user, title)}
    return render(request, "social/custom_lists/title_lists.html", context)


def _save_lists_of(request: MemberRequest, title: Title) -> bool:
    """Save the chosen lists of a title; return False with a message if they can't be."""
    form = ListsOfTitleForm(request.POST, owner=request.user)
    if not form.is_valid():
        messages.error(request, gettext("One of the lists doesn’t exist any more. Choose again."))
        return False
    try:
        writing.set_lists_of_title(request.user, title, [one.pk for one in form.cleaned_data["lists"]])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, gettext("Lists saved."))
    return True


def _remove(request: MemberRequest, item: CustomListItem) -> None:
    address = undo.remember(item)
    writing.remove_item(item)
    messages.success(request, gettext("Removed from the list."), extra_tags=address)


def _note(request: MemberRequest, item: CustomListItem) -> None:
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    writing.change_note(item, form.cleaned_data["note"])


def _place(request: MemberRequest, item: CustomListItem) -> None:
    form = PlaceForm(request.POST)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    writing.move_item(item, form.cleaned_data["place"] - 1)


ACTS: dict[str, Act] = {
    "remove": _remove,
    "note": _note,
    "place": _place,
    "first": lambda request, item: writing.step_item(item, "first"),
    "up": lambda request, item: writing.step_item(item, "up"),
    "down": lambda request, item: writing.step_item(item, "down"),
}


def _item(request: MemberRequest, own: CustomList, title_id: int) -> CustomListItem:
    items = items_visible_to(request.user, own).select_related("custom_list__owner")
    return get_object_or_404(items, title_id=title_id)


def _page(request: PageRequest, custom_list: CustomList) -> HttpResponse:
    shown = queries.list_page(custom_list, request.user)
    page = Paginator(shown.items, PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "custom_list": custom_list, "page": page, "items": queries.add_cards(list(page))}
    if request.htmx.target == "pager":
        return render(request, "social/custom_lists/_items.html", context)
    if shown.is_own:
        q = request.GET.get("q", "").strip()
        context |= {"q": q, "found": _found(request, custom_list, q) if q else []}
        context["share_url"] = request.build_absolute_uri(custom_list.share_url)
    template = "_search.html" if request.htmx.target == "found" and shown.is_own else "custom_list.html"
    return render(request, f"social/custom_lists/{template}", context)


def _found(request: PageRequest, custom_list: CustomList, q: str) -> list[Title]:
    titles = search_titles(q, request.user, FOUND)
    already = set(custom_list.items.filter(title__in=[title.pk for title in titles]).values_list("title", flat=True))
    return [title for title in titles if title.pk not in already]
