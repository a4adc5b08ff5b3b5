from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    """Return the browser and system that a User-Agent header names, such as "Firefox on Windows"."""
    name, system = _parsed(user_agent)
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or _("Unknown browser")


@lru_cache(maxsize=1_000)
def _parsed(user_agent: str) -> tuple[str, str]:
    import ua_parser  # its patterns take some megabytes

    found = ua_parser.parse(user_agent)
    return (found.user_agent.family if found.user_agent else "", found.os.family if found.os else "")
