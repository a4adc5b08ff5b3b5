from __future__ import annotations

from accounts.models import User
from anirec.lib.web.requests import PageRequest


class MemberRequest(PageRequest):
    """A request with a logged-in user, as under `login_required`."""

    user: User
