from __future__ import annotations

from accounts.models import User
from anirec.lib.web.requests import PageRequest


class MemberRequest(PageRequest):
    """A request with a logged-in user, as under `login_required`."""

    user: User
    my_marks: dict[int, tuple[str, int | None]]  # loaded by the first card of a page: see `accounts.templatetags.lists`
