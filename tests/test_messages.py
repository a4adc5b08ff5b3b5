"""The interface's strings: each of the code's is in the German catalogue, which is the one that pages read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

from catalog.models import Tag

LOCALE = Path(settings.BASE_DIR) / "locale/de/LC_MESSAGES"
APPS = ("anirec", "catalog", "accounts", "social", "recommendations")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
PARTS = re.compile(r"%\(\w+\)[a-z]|</?\w+|\b(?:href|class)=\"[^\"]*\"")  # what a translation must not lose

Key = tuple[str | None, str | tuple[str, ...]]  # context, and the string or its singular and plural


def strings_of_code() -> set[Key]:
    found: set[Key] = set()
    for source in chain(_python_sources(), _template_sources()):
        for _line, message, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            found.add((context, message))
    return found


def _python_sources() -> Iterator[str]:
    return (path.read_text() for app in APPS for path in sorted((settings.BASE_DIR / app).rglob("*.py")))


def _template_sources() -> Iterator[str]:
    """As Python, in which only the strings are left; flush left, for their indentation is none of Python's."""
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        yield "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())


@pytest.fixture(scope="module")
def german() -> Catalog:
    with (LOCALE / "django.po").open("rb") as file:
        return read_po(file, locale="de")


def strings(catalogue: Catalog) -> dict[Key, str | tuple[str, ...]]:
    def plain(text: str | list[str] | tuple[str, ...]) -> str | tuple[str, ...]:
        return text if isinstance(text, str) else tuple(text)

    def context(given: str | bytes | None) -> str | None:  # a compiled catalogue's is not decoded
        return given.decode() if isinstance(given, bytes) else given

    return {(context(one.context), plain(one.id)): plain(one.string) for one in catalogue if one.id}


def test_every_string_of_the_code_is_in_the_catalogue_and_no_other(german):
    """`make messages` puts them there."""
    assert strings(german).keys() == strings_of_code()


def test_every_string_is_translated(german):
    unfinished = [
        message.id
        for message in german
        if message.fuzzy or not all([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert unfinished == []


def test_translations_keep_placeholders_and_markup(german):
    def parts(text: str | tuple[str, ...]) -> list[str]:
        return sorted(PARTS.findall(text if isinstance(text, str) else text[-1]))

    assert [of for (_, of), said in strings(german).items() if parts(of) != parts(said)] == []
    assert [error for message in german for error in message.check(german)] == []


def test_the_compiled_catalogue_is_that_of_the_strings(german):
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = read_mo(file)
    assert strings(compiled) == strings(german)


@pytest.mark.django_db
def test_pages_speak_german_with_its_numbers_and_dates(client, make_title):
    title = make_title("Monster", season_year=2021, score=8.5, members=1_234_567, started_on="2021-04-09")
    title.tags.add(Tag.objects.create(kind="genre", name="Drama", slug="drama"))

    content = client.get(title.get_absolute_url(), headers={"accept-language": "de"}).content.decode()

    facts = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>\s*(.*?)\s*</dd>", content)
    assert [fact for fact in facts if fact[0] in ("MAL-Wertung", "MAL-Mitglieder", "Erstausstrahlung")] == [
        ("MAL-Wertung", "8,50"), ("MAL-Mitglieder", "1.234.567"), ("Erstausstrahlung", "09.04.2021"),
    ]  # fmt: skip
    assert '<html lang="de"' in content
    assert "TV · 12 Folgen · 2021" in content
