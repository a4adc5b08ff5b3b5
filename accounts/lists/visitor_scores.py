"""A visitor's scores: kept in the session, and moved to their list when they sign up or log in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.entries.writing import keep_guest_scores
from accounts.models import User

KEY = "guest_scores"
MOST = 200  # limit of a session


def guest_scores(session: SessionBase) -> dict[int, int]:
    """Return {title ID: score from 1 to 10}, in the order of rating."""
    return {int(title_id): score for title_id, score in session.get(KEY, {}).items()}


def keep_score(session: SessionBase, title_id: int, score: int | None) -> None:
    """Set a title's score in the session; None removes it. Raises ValidationError."""
    scores = session.get(KEY, {})
    scores.pop(str(title_id), None)
    if score is not None:
        if not 1 <= score <= 10:
            raise ValidationError({"score": gettext("Invalid score %(n)s. Use a number from 1 to 10.") % {"n": score}})
        if len(scores) >= MOST:
            message = gettext("You can rate up to %(n)d titles without an account. Sign up to rate more.")
            raise ValidationError({"score": message % {"n": MOST}})
        scores[str(title_id)] = score
    session[KEY] = scores


def forget_scores(session: SessionBase) -> None:
    session.pop(KEY, None)


@receiver(user_logged_in, dispatch_uid="keep_guest_scores")
def keep_on_list(user: User, request: HttpRequest, **_: Any) -> None:
    """Move a visitor's scores to their list. Signing up logs in too, so this is the only place."""
    session = getattr(request, "session", None)
    if session is not None and (scores := guest_scores(session)):
        keep_guest_scores(user, scores)
        forget_scores(session)
