"""Pages of a member's own list. Settings are in `accounts.settings.views`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.entries import undo
from accounts.entries import writing as lists
from accounts.lists import queries
from accounts.lists.editor import editor, rows_of
from accounts.lists.forms import BulkForm, EntryForm, ListForm, bulk_choices
from accounts.lists.telling import tell
from accounts.models import EntryStatus, ListEntry, User
from accounts.requests import MemberRequest
from anirec.lib.numbers import whole
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import announce_change, back_to
from catalog.models import Title
from catalog.title_page.queries import parts_up_to
from catalog.titles.names import name_for
from catalog.titles.queries import visible_title

PAGE = 50


@require_GET
@login_required
def list_view(request: MemberRequest) -> HttpResponse:
    form = ListForm(request.GET)
    options = form.options()
    own = ListEntry.objects.own(request.user)
    page = queries.list_page(own, **options)
    is_grid = form.layout == "grid"
    entries = page.entries if is_grid else page.entries.prefetch_related(None)
    shown = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {
        "list": page,
        "page": shown,
        "rows": [] if is_grid else rows_of(shown, request.user),
        "filters": form,
        "layout": form.layout,
        **options,
    }
    if request.htmx.target in ("entries", "pager"):
        return render(request, "accounts/lists/_entries.html", context)
    context["media"] = queries.media_tabs(own, request.user)
    context["tags"] = queries.tags_of(request.user)
    context["n_own"] = request.user.own_entries.count()
    context["changes"] = bulk_choices(request.user.score_format)
    return render(request, "accounts/lists/list.html", context)


@require_POST
@login_required
def bulk(request: MemberRequest) -> HttpResponse:
    """Apply one change to the selected entries, or to all that match the list's filters."""
    form = BulkForm(request.POST, score_format=request.user.score_format)
    if not form.is_valid():
        messages.error(request, " ".join(str(message) for errors in form.errors.values() for message in errors))
        return back_to(request, "accounts:list")
    title_ids = _chosen(request, form)
    undo_url = undo.remember(request.user, title_ids)
    try:
        result = form.apply(request.user, title_ids)
    except ValidationError as error:
        messages.error(request, " ".join([gettext("No changes made."), *error.messages]))
    else:
        n = result.updated + result.removed
        text = ngettext("%(n)s title changed.", "%(n)s titles changed.", n) % {"n": whole(n)}
        messages.success(request, text, extra_tags=undo_url if n else "")
    return back_to(request, "accounts:list")


def _chosen(request: MemberRequest, form: BulkForm) -> list[int]:
    if not form.cleaned_data["everything"]:
        return form.cleaned_data["title"]
    filters = ListForm(QueryDict(urlsplit(request.POST.get("next", "")).query)).options()
    entries = queries.list_page(ListEntry.objects.own(request.user), **filters).entries
    return list(entries.order_by().prefetch_related(None).values_list("title_id", flat=True))


@require_POST
@login_required
def undo_change(request: MemberRequest, key: str) -> HttpResponse:
    if not undo.take_back(request.user, key):
        messages.error(request, gettext("Undo is no longer possible."))
    else:
        messages.success(request, gettext("Change undone"))
    return _refresh(request) if request.htmx else back_to(request, "accounts:list")


@require_POST
@login_required
def watched_up_to(request: MemberRequest, title_id: int) -> HttpResponse:
    """Mark a title and the earlier ones of its franchise as completed."""
    title = visible_title(title_id, request.user)
    parts = parts_up_to(title, request.user)
    undo_url = undo.remember(request.user, [part.pk for part in parts])
    result = lists.watch_up_to(request.user, parts)
    n = result.created + result.updated
    text = ngettext("%(n)s title changed.", "%(n)s titles changed.", n) % {"n": whole(n)}
    messages.success(request, text, extra_tags=undo_url if n else "")
    return back_to(request, title.get_absolute_url())


@require_http_methods(["GET", "POST"])
def entry(request: PageRequest, title_id: int) -> HttpResponse:
    """Show or save the editor of an entry: a fragment of the title's page, or its own page."""
    title = visible_title(title_id, request.user)
    if request.user.is_authenticated:
        return _edit(cast(MemberRequest, request), title)
    return redirect_to_login(request.get_full_path())


def _edit(request: MemberRequest, title: Title) -> HttpResponse:
    current = queries.entry_of(request.user, title)
    form = EntryForm(request.POST or None, user=request.user, title=title, entry=current)
    if request.method == "GET":
        return _editor(request, form)
    if not form.save():
        return _editor(request, form, status=422)
    if form.saved is None:
        _explain(request, title)
    else:
        tell(request, form.saved, current)
    return _saved(request, title)


def _explain(request: MemberRequest, title: Title) -> None:
    """Say that an episode or chapter wasn't added, because the page didn't know the current progress."""
    current = queries.entry_of(request.user, title)
    text = gettext("No episode added: your progress had already changed. You’re at episode %(n)s.")
    if title.is_read:
        text = gettext("No chapter added: your progress had already changed. You’re at chapter %(n)s.")
    messages.info(request, text % {"n": whole(current.progress if current else 0)})


@require_POST
@login_required
def remove(request: MemberRequest, title_id: int) -> HttpResponse:
    title = visible_title(title_id, request.user)
    undo_url = undo.remember(request.user, [title.pk])
    lists.remove_entry(request.user, title)
    text = gettext("Removed from your list: %(title)s") % {"title": name_for(title, request.user)}
    messages.success(request, text, extra_tags=undo_url)
    return _saved(request, title)


@dataclass(frozen=True)
class QuickAction:
    act: Callable[[User, Title], object]
    done: str | Promise
    hides: bool = False


QUICK_ACTIONS = {
    "plan": QuickAction(
        lambda user, title: lists.set_status(user, title, EntryStatus.PLANNED), _("Planned: %(title)s")
    ),
    "liked": QuickAction(
        lambda user, title: lists.set_score(user, title, lists.QUICK_LIKE_SCORE),
        _("Completed with a score of 9: %(title)s"),
    ),
    "seen": QuickAction(
        lambda user, title: lists.set_status(user, title, EntryStatus.COMPLETED), _("Completed: %(title)s")
    ),
    "hide": QuickAction(lists.hide_title, _("Hidden from recommendations: %(title)s"), hides=True),
}


@require_POST
@login_required
def quick(request: MemberRequest, title_id: int) -> HttpResponse:
    """Run a quick action of a card."""
    title = visible_title(title_id, request.user)
    action = QUICK_ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        return HttpResponseBadRequest(f"Unknown action. Use one of: {', '.join(QUICK_ACTIONS)}.")
    hidden_url = reverse("accounts:unhide", args=[title.pk])
    undo_url = hidden_url if action.hides else undo.remember(request.user, [title.pk])
    action.act(request.user, title)
    messages.success(request, action.done % {"title": name_for(title, request.user)}, extra_tags=undo_url)
    if not request.htmx:
        return back_to(request, "recommendations:home")
    context = {"title": title, "just_hidden": action.hides}
    return announce_change(render(request, "accounts/lists/_quick_done.html", context))


@require_POST
@login_required
def hide(request: MemberRequest, title_id: int) -> HttpResponse:
    title = visible_title(title_id, request.user)
    lists.hide_title(request.user, title)
    messages.success(
        request,
        gettext("Hidden from recommendations: %(title)s") % {"title": name_for(title, request.user)},
        extra_tags=reverse("accounts:unhide", args=[title.pk]),
    )
    return _saved(request, title)


@require_POST
@login_required
def unhide(request: MemberRequest, title_id: int) -> HttpResponse:
    title = visible_title(title_id, request.user)
    lists.unhide_title(request.user, title)
    messages.success(
        request, gettext("Shown in recommendations again: %(title)s") % {"title": name_for(title, request.user)}
    )
    if request.htmx.target == "hidden-titles":
        return announce_change(_hidden(request, "accounts/lists/_hidden.html"))
    return _saved(request, title)


@require_GET
@login_required
def hidden(request: MemberRequest) -> HttpResponse:
    return _hidden(request, "accounts/lists/hidden.html")


def _hidden(request: MemberRequest, template: str) -> HttpResponse:
    return render(request, template, {"titles": queries.hidden_titles(request.user)})


def _editor(request: MemberRequest, form: EntryForm, *, status: int = 200) -> HttpResponse:
    fragment, context = editor(request, form.title, form)
    target = request.htmx.target or ""
    if target.startswith("entry-"):
        return _row(request, context, status=status)
    if target.startswith("more-"):
        fragment = "accounts/lists/_more.html"
    elif target == "editor-more":
        fragment = "accounts/lists/_editor_fields.html"
    return render(request, fragment if request.htmx else "accounts/lists/entry.html", context, status=status)


def _row(request: MemberRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    rows = rows_of([context["entry"]] if context["entry"] else [], request.user)
    return render(request, "accounts/lists/_entry.html", {**context, "rows": rows}, status=status)


def _saved(request: MemberRequest, title: Title) -> HttpResponse:
    """Respond to a change with the changed part of the requesting page."""
    target = request.htmx.target or ""
    if not request.htmx:
        return back_to(request, title.get_absolute_url())
    if target.startswith("entry-"):
        return announce_change(_row(request, {"entry": queries.entry_of(request.user, title)}))
    if target == "editor":
        return announce_change(render(request, *editor(request, title)))
    return _refresh(request)


def _refresh(request: MemberRequest) -> HttpResponse:
    """Refresh the current page: For you updates itself, any other page reloads."""
    if urlsplit(request.htmx.current_url_abs_path or "").path != reverse("recommendations:home"):
        return HttpResponseClientRefresh()
    return announce_change(render(request, "_toasts.html"))
