"""How django-allauth names members, writes to them, and links to this site."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.lock import lock_url
from accounts.security.usernames import clean_username
from anirec.lib.web.addresses import site_url

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EmailSite:
    """The site as e-mails name it. A request's host would be chosen by whoever sent it."""

    name: str = "anirec"
    domain: str = settings.SITE_URL


class AccountAdapter(DefaultAccountAdapter):
    def clean_username(self, username: str, shallow: bool = False) -> str:
        return clean_username(super().clean_username(clean_username(username, is_new=not shallow), shallow))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an e-mail with links below SITE_URL. If the mail server fails, the page says so, and goes on."""
        links = {name: site_url(value) for name, value in context.items() if name.endswith("_url")}
        request = allauth_context.request
        everything = {"email": email, "current_site": EmailSite(), **context, **links}
        try:
            self.render_mail(template_prefix, email, everything).send()
        except (OSError, SMTPException) as error:
            logger.error("An e-mail could not be sent: %s", type(error).__name__)
            if request is not None:
                messages.error(request, gettext("We couldn’t send the e-mail. Try again later."))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell a member that their account was changed, with a link to lock it."""
        email = email or user.email
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "lock_url": lock_url(user, email)}, email
        )
