"""Cached URL patterns for links that repeat on a page, and links for outside the site."""

from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import reverse


@lru_cache(maxsize=50_000)
def address_of(view: str, *arguments: int | str) -> str:
    """Return `reverse` from a cache: uncached, it would take a tenth of a card page's render time."""
    return reverse(view, args=arguments)


def site_url(address: str) -> str:
    """Return the address for e-mails and other sites, below SITE_URL. Of a full URL, its host is replaced.

    A request's own host is no basis for such links: whoever asks chooses it.
    """
    parts = urlsplit(address)
    return urljoin(settings.SITE_URL, parts._replace(scheme="", netloc="").geturl())
