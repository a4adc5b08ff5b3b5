"""The editor of one entry, wherever it stands: inside the title's page, as a fragment, or as a page of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.lists import queries
from accounts.lists.forms import EntryForm
from accounts.lists.visitor_scores import guest_scores
from catalog.models import Title

OF_MEMBER, OF_VISITOR = "accounts/lists/_editor.html", "accounts/lists/_editor_visitor.html"


def editor(request: HttpRequest, title: Title, form: EntryForm | None = None) -> tuple[str, dict[str, Any]]:
    """(template, what it needs). form: one that was sent and is not valid, or a fresh one."""
    if not request.user.is_authenticated:
        return OF_VISITOR, {"title": title, "score": guest_scores(request.session).get(title.pk)}
    if form is None:
        form = EntryForm(user=request.user, title=title, entry=queries.entry_of(request.user, title))
    is_hidden = request.user.hidden.filter(title=title).exists()
    return OF_MEMBER, {"form": form, "title": title, "entry": form.entry, "is_hidden": is_hidden}
