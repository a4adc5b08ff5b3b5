"""A visitor's ratings: kept in the session, and put on their list when they sign up or log in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.lists.writing import keep_guest_scores
from accounts.models import User

KEY = "guest_scores"
MOST = 200  # a session is no list


def guest_scores(session: SessionBase) -> dict[int, int]:
    """Title id → score 1–10, in the order they were given."""
    return {int(title_id): score for title_id, score in session.get(KEY, {}).items()}


def keep_score(session: SessionBase, title_id: int, score: int | None) -> None:
    """Score a title for this visit; None takes the score back."""
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
    """Signing up logs in, too: this is the only place where a visitor becomes a member."""
    session = getattr(request, "session", None)
    if session is not None and (scores := guest_scores(session)):
        keep_guest_scores(user, scores)
        forget_scores(session)
