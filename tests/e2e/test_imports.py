"""A list comes in, is set right by hand, and goes out again, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from catalog.models import Title

pytestmark = pytest.mark.usefixtures("tasks_run_at_once")


@pytest.fixture
def known(site) -> Title:
    return Title.objects.filter(external_ids__provider="mal").order_by("-members", "pk")[0]


@pytest.fixture
def list_file(known, tmp_path):
    """A list of one title that is known, and one that is misspelt."""
    file = tmp_path / "list.csv"
    mal_id = known.external_ids.get(provider="mal").value
    file.write_text(f"Name,MAL ID,Rating\nWhatever,{mal_id},9\nCowboy Bebpo,,8\n")
    return file


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_list_is_brought_looked_at_set_right_and_undone(visit, make_member, known, list_file, scripts):
    member = make_member("mover")
    page = visit(reverse("accounts:imports"), member=member, java_script_enabled=scripts)
    page.set_input_files("[name=file]", list_file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("MyAnimeList ID")).to_have_value("1")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="1 entry to import").wait_for()
    assert member.entries.count() == 0

    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("heading", name="1 entry imported").wait_for()
    assert member.entries.values_list("title", "score").get() == (known.pk, 9)

    page.goto(reverse("accounts:own_entries"))
    page.get_by_role("link", name="Find Cowboy Bebpo in the catalogue").click()
    search = page.get_by_role("searchbox", name="Search titles").last
    if scripts:  # the list of titles follows; to choose before it came would leave its request without an entry
        with page.expect_response(lambda answer: "cowboy+bebop" in answer.url or "cowboy%20bebop" in answer.url):
            search.fill("cowboy bebop")
    else:
        search.fill("cowboy bebop")
        page.get_by_role("button", name="Search").click()
    page.locator(".pick-title", has_text="Cowboy Bebop").first.click()
    expect(page.get_by_role("link", name="Find Cowboy Bebpo in the catalogue")).to_have_count(0)
    assert sorted(member.entries.values_list("score", flat=True)) == [8, 9]

    page.goto(member.imports.get().get_absolute_url())
    page.get_by_role("button", name="Undo import").click()
    page.get_by_role("heading", name="Import undone").wait_for()
    assert member.entries.values_list("score", flat=True).get() == 8  # found by hand, so it stays


def test_an_export_is_saved(visit, make_member, make_entry):
    member = make_member("leaver")
    make_entry(member, Title.objects.first(), status="completed", score=9)
    page = visit(reverse("accounts:imports"), member=member)
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    assert download.value.suggested_filename == "anirec-leaver.json"
    assert download.value.path().read_text().startswith('{"format": "anirec"')
