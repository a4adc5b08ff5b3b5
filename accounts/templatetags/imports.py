from __future__ import annotations

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from accounts.models import ImportRow, ListImport
from accounts.portability.formats.detection import ListFormat
from accounts.portability.imports.progress import Progress
from accounts.portability.imports.queries import Change, changes_of

register = template.Library()


@register.filter
def changes(row: ImportRow) -> list[Change]:
    return changes_of(row)


@register.filter
def format_name(opened: ListImport) -> str:
    return str(ListFormat(opened.format).label)


@register.filter
def in_words(progress: Progress | None) -> str:
    """Return the current step of an import."""
    if progress is None:
        return _("Queued …")
    if progress.doing == "fetch" and progress.done:
        return _("%(n)s entries fetched …") % {"n": intcomma(progress.done)}
    if progress.doing == "fetch":
        return _("Fetching your list …")
    return _("Matching titles …") if progress.doing == "match" else _("Updating your list …")
