"""A new member who only has a keyboard: nothing is clicked, focus is always to be seen, and never lost."""

# ruff: noqa: E501  (scripts and tables of pages)

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from tests.e2e.test_site import SIGN_UP, picks, texts

REAL_EXPORT = settings.BASE_DIR.parent / "shared" / "data" / "mal_export.xml.gz"

pytestmark = [
    pytest.mark.usefixtures("tasks_run_at_once"),
    pytest.mark.skipif(not REAL_EXPORT.exists(), reason="../shared/data is not there"),
]

# What is wrong with where the focus is; nothing when it is marked, on the screen, and not covered by anything.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "the focus is lost";
  const name = one.outerHTML.slice(0, 120), box = one.getClientRects()[0];
  const marks = [one, one.parentElement, ...(one.labels ?? [])].map((marked) => getComputedStyle(marked));
  if (!marks.some((mark) => mark.outlineStyle !== "none" && parseFloat(mark.outlineWidth) > 0)) return `not marked: ${name}`;
  const inside = (at, end) => Math.min(Math.max(at, 1), end - 2);
  const top = document.elementFromPoint(
    inside(box.x + box.width / 2, innerWidth), inside(box.y + box.height / 2, innerHeight),
  );
  const seen = top && (one.contains(top) || top.contains(one) || [...(one.labels ?? [])].some((label) => label.contains(top)));
  return seen ? null : `covered by ${top?.outerHTML.slice(0, 80)}: ${name}`;
}"""


def must_be_seen(page) -> None:
    assert page.evaluate(FOCUS) is None


def tab_to(page, wanted) -> None:
    for _ in range(250):
        page.keyboard.press("Tab")
        must_be_seen(page)
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {wanted}")


def go(page, wanted) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def link(page, name: str):
    return page.get_by_role("link", name=name, exact=True).first


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True).first


def test_from_landing_to_suggestions_that_follow_an_imported_list(visit):
    page = visit("/")
    rated = rate_three_titles(page)
    sign_up(page)

    go(page, link(page, "My list"))
    expect(page.get_by_role("heading", name="My list")).to_be_visible()
    assert sorted(texts(page, ".entry h3")) == sorted(rated)
    go(page, link(page, "For you"))
    page.locator("#picks-head").wait_for()
    before = picks(page)

    import_the_list(page)
    go(page, link(page, "For you"))
    page.locator("#picks-head").wait_for()
    after = picks(page)
    member = User.objects.get(username=SIGN_UP["username"])
    names = member.entries.values_list("title__name", "title__name_english")
    on_list = {english or name for name, english in names}  # the browser asks for English
    assert (len(after), set(after) & on_list, set(rated) <= on_list, len(on_list) > 50) == (12, set(), True, True)
    assert after != before


def rate_three_titles(page) -> list[str]:
    page.keyboard.press("Tab")
    must_be_seen(page)
    expect(link(page, "Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    names = texts(page, ".wall .card h3")[:3]
    tab_to(page, button(page, f"I liked {names[0]}"))
    for number, left in enumerate(["2 more ratings", "1 more rating", "Recommended for you"]):
        expect(button(page, f"I liked {names[number]}")).to_be_focused()
        page.keyboard.press("Enter")
        page.locator("#live-head", has_text=left).wait_for()
        expect(button(page, f"I liked {names[number]}")).to_be_focused()
        must_be_seen(page)
        for _ in range(4):  # answers of a title
            page.keyboard.press("ArrowRight")
            must_be_seen(page)
    return names


def sign_up(page) -> None:
    go(page, link(page, "Sign up to save them"))
    for name, value in SIGN_UP.items():
        field = page.locator(f"[name={name}]")
        field.wait_for()
        if not field.evaluate("one => one === document.activeElement"):
            tab_to(page, field)
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Recommended for you").wait_for()


def import_the_list(page) -> None:
    go(page, link(page, "My list"))
    page.wait_for_url(f"**{reverse('accounts:list')}")
    go(page, link(page, "Import"))
    page.get_by_role("heading", name="Import list").wait_for()
    with page.expect_file_chooser(timeout=60_000) as chooser:
        go(page, page.locator("[name=file]"))
    chooser.value.set_files(REAL_EXPORT)
    go(page, button(page, "Preview"))
    page.get_by_role("heading", name="entries to import").wait_for()
    go(page, button(page, "Import"))
    page.get_by_role("heading", name="entries imported").wait_for()
