"""The whole way of a member in a browser that runs no scripts: by forms and links alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import User
from catalog.models import Title
from catalog.titles.names import name_for
from tests.e2e.test_site import SIGN_UP, picks, texts

pytestmark = pytest.mark.usefixtures("tasks_run_at_once")

REVIEW = "It is slow, and that is the point: every episode leaves time to look at what the one before has changed."


@pytest.fixture
def list_file(site, tmp_path):
    """Twelve films that few know, one of them watched and not scored."""
    films = Title.objects.filter(format="movie", external_ids__provider="mal").order_by("members", "pk")[:12]
    rows = [f"{film.name},{film.external_ids.get(provider='mal').value},{score}" for score, film in enumerate(films)]
    file = tmp_path / "films.csv"
    file.write_text("\n".join(["Name,MAL ID,Rating", *(row.replace(",", " ", row.count(",") - 2) for row in rows)]))
    return file


def test_from_landing_to_leaving(visit, list_file):
    page = visit("/", java_script_enabled=False)
    rated = rate_and_sign_up(page)
    member = User.objects.get(username=SIGN_UP["username"])
    edit_the_list(page, member, rated[0])
    import_a_list(page, member, list_file)
    hide_and_bring_back(page, member)
    ask_for_films(page)
    review(page, rated[0])
    change_settings(page, member)
    leave(page)
    expect(page.get_by_role("link", name="Registrieren").first).to_be_visible()


def rate_and_sign_up(page) -> list[str]:
    for number in range(3):
        page.locator(".wall .card").nth(number).locator("button[value='9']").first.click()
    rated = texts(page, ".wall .card:has(.rated) h3")
    page.get_by_role("link", name="Sign up to save them").click()
    for name, value in SIGN_UP.items():
        page.fill(f"[name={name}]", value)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recommended for you")
    return rated


def edit_the_list(page, member, name: str) -> None:
    page.get_by_role("link", name="My list").click()
    page.get_by_label("Search", exact=True).fill(name)
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name=f"Edit {name}").click()
    page.get_by_label("Finished").fill("2021-04")
    page.get_by_label("Notes").fill("Again some day.")
    page.get_by_role("button", name="Save").click()
    entry = member.entries.get(title__name=name)
    assert (str(entry.finished_on), entry.notes, entry.score) == ("2021-04", "Again some day.", 9)


def import_a_list(page, member, file) -> None:
    page.get_by_role("link", name="My list").click()
    page.get_by_role("link", name="Import", exact=True).click()
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="12 entries imported")).to_be_visible()
    assert member.entries.count() == 3 + 12


def hide_and_bring_back(page, member) -> None:
    page.get_by_role("link", name="For you").first.click()
    first = picks(page)[0]
    page.locator("#for-you .card").first.get_by_role("button", name="Hide").click()
    assert first not in picks(page)
    assert name_for(member.hidden.get().title, member) == first
    page.get_by_role("button", name="Undo").click()
    assert member.hidden.count() == 0


def ask_for_films(page) -> None:
    page.get_by_role("link", name="For you").first.click()
    page.locator("#filters > summary").click()
    page.get_by_label("Movie").check()
    page.get_by_role("button", name="Apply", exact=True).click()
    assert {text.split(" · ")[0] for text in texts(page, "#for-you .card small")} == {"Movie"}


def review(page, name: str) -> None:
    page.fill("#search-input", name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("link", name="All reviews").click()
    page.get_by_role("link", name="Write a review").click()
    page.get_by_label("Your review").fill(REVIEW)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".review .text")).to_have_text(REVIEW)


def change_settings(page, member) -> None:
    page.locator("details.menu summary").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Scores", exact=True).select_option("stars")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Settings saved.")).to_be_visible()
    page.get_by_role("button", name="Dark theme").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Einstellungen")
    member.refresh_from_db()
    assert (member.score_format, member.theme, member.language) == ("stars", "dark", "de")


def leave(page) -> None:
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Abmelden").click()
