from functools import partial
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.security.access import end_access, end_sessions
from accounts.security.logs import connect_logs
from accounts.signals import signed_out

connect_logs()


@receiver(password_reset)
def end_access_after_reset(sender: Any, user: User, **_kwargs: Any) -> None:
    """Whoever had to reset the password may have lost the old one to somebody."""
    end_access(user)


@receiver([password_changed, password_set])
def end_other_sessions(sender: Any, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    end_sessions(user, but=request.session.session_key)


@receiver(user_logged_out)
def forget_session(sender: Any, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    session_key = request.session.session_key or ""
    n_deleted, _ = UserSession.objects.filter(session_key=session_key).delete()
    if not n_deleted and user:  # a session from before devices were kept
        signed_out.send_robust(User, user_id=user.pk, session_key=session_key)


@receiver(post_delete, sender=UserSession)
def announce_end(sender: Any, instance: UserSession, **_kwargs: Any) -> None:
    send = partial(signed_out.send_robust, User, user_id=instance.user_id, session_key=instance.session_key)
    transaction.on_commit(send)
