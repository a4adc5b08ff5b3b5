"""What a member changed on their list, by day. Nobody else sees it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.history.queries import changes_of, clear_history, watches_of
from accounts.history.wording import describe
from accounts.lists.queries import entry_of
from accounts.models import EntryChange
from accounts.requests import MemberRequest
from anirec.lib.time_zones import in_own_time_zone
from catalog.titles.queries import visible_title

PAGE = 50


@require_GET
@login_required
@in_own_time_zone
def history(request: MemberRequest) -> HttpResponse:
    template = "_changes" if request.htmx.target == "pager" else "history"
    return render(request, f"accounts/history/{template}.html", _page_of(request, changes_of(request.user)))


@require_GET
@login_required
@in_own_time_zone
def history_of_title(request: MemberRequest, title_id: int) -> HttpResponse:
    title = visible_title(title_id, request.user)
    changes, entry = changes_of(request.user, title), entry_of(request.user, title)
    context = _page_of(request, changes) | {"title": title, "entry": entry}
    if request.htmx.target == "pager":
        return render(request, "accounts/history/_changes.html", context)
    watches = watches_of(entry, changes) if entry else []
    return render(request, "accounts/history/history_of_title.html", context | {"watches": watches})


@require_POST
@login_required
def clear(request: MemberRequest) -> HttpResponse:
    clear_history(request.user)
    messages.success(request, gettext("History deleted. Your list is unchanged."))
    return redirect("accounts:history")


def _page_of(request: MemberRequest, changes: QuerySet[EntryChange]) -> dict[str, Any]:
    page = Paginator(changes, PAGE).get_page(request.GET.get("page"))
    lines = [(change, describe(change, request.user.score_format)) for change in page]
    return {"page": page, "lines": lines}
