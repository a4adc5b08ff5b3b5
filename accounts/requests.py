from __future__ import annotations

from accounts.models import User
from anirec.lib.web.requests import PageRequest


class MemberRequest(PageRequest):
    """The request of somebody who is logged in: what a view under `login_required` gets."""

    user: User
