"""What a new owner has to set up, and whether it is done."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from anirec.monitoring.facts import Facts
from anirec.monitoring.first_admin import has_admin
from anirec.monitoring.mail import is_file_mail, last_check

STARTER = "starter"
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Step:
    name: str
    is_done: bool
    how: str


def checklist(facts: Facts) -> list[Step]:
    """Return the steps in the order in which to take them."""
    records = facts.records
    host = urlsplit(settings.SITE_URL).hostname
    return [
        Step(_("Create an admin account"), has_admin(), _("Open the link that the start prints.")),
        Step(_("Set the address of the site"), host not in LOCAL, _("Set SITE_URL. Links in e-mails use it.")),
        Step(_("Use HTTPS"), settings.HTTPS, _("Put a proxy with TLS in front, and set HTTPS=on.")),
        Step(_("Send e-mails"), not is_file_mail(), _("Set EMAIL_URL.")),
        Step(_("Test the e-mails"), is_mail_tested(), _("Send yourself a test e-mail below.")),
        Step(_("Schedule backups"), is_backed_up(facts), _("See “Backups” in docs/operations.md.")),
        Step(
            _("Import a catalogue"), bool(records and records.has_catalogue),
            _("Set MAL_CLIENT_ID, or SOURCES=offline-database, which needs no key."),
        ),
        Step(
            _("Train a model"), bool(records and records.model and records.model.kind != STARTER),
            _("Run rebuild-models on the Jobs page, or wait for the night."),
        ),
    ]  # fmt: skip


def is_mail_tested() -> bool:
    check = last_check()
    return check is not None and not check.error and not is_file_mail()


def is_backed_up(facts: Facts) -> bool:
    return facts.backup is not None and not facts.backup.error
