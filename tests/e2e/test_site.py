"""The ways through the site that people take, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.entries.writing import set_score, set_status
from catalog.models import Title

SIGN_UP = {"email": "new@example.org", "username": "newcomer", "password1": "a long enough one"}


@pytest.fixture
def fan(make_member, site):
    """A member who liked six well-known titles, and watches one."""
    member = make_member("fan")
    *liked, watching = Title.objects.filter(format="tv", episodes__gt=10).order_by("-members", "pk")[:7]
    for title in liked:
        set_score(member, title, 9)
    set_status(member, watching, "watching")
    return member


def texts(page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def picks(page) -> list[str]:
    return texts(page, "#for-you section[aria-labelledby=picks-head] .card h3")


def test_a_visitor_rates_three_titles_by_keyboard_sees_suggestions_and_keeps_them(visit):
    page = visit()
    rated = texts(page, ".wall .card h3")[:3]
    for number, left in enumerate(["2 more ratings", "1 more rating", "Recommended for you"]):
        button = page.locator(".wall .card").nth(number).locator("button[value='9']").first
        button.focus()
        page.keyboard.press("Enter")
        page.locator("#live-head", has_text=left).wait_for()
    assert page.locator("#live .pick").count() > 3
    assert "because you rated" in page.locator("#live .pick").first.inner_text()

    page.get_by_role("link", name="Sign up to save them").click()
    for name, value in SIGN_UP.items():
        page.fill(f"[name={name}]", value)
    page.locator("main button[type=submit]").click()
    page.get_by_role("heading", name="Recommended for you").wait_for()

    page.goto(reverse("accounts:list"))
    assert sorted(texts(page, ".entry h3")) == sorted(rated)
    assert texts(page, ".entry .pill") == ["9", "9", "9"]


def test_arrows_walk_through_the_answers_of_the_wall(visit):
    page = visit()
    page.locator(".wall .acts button").first.focus()
    first = page.locator(".wall .card h3").first.inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name=f"{first} was fine")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".wall button[value='7']:focus")).to_have_count(1)
    expect(page.get_by_role("button", name=f"{first} was fine")).not_to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")  # not seen
    expect(page.locator(".wall .card h3").first).not_to_have_text(first)


def test_a_rating_on_a_title_page_changes_what_is_suggested(visit, fan):
    page = visit("/", member=fan)
    first = picks(page)[0]
    page.get_by_role("link", name=first, exact=True).first.click()
    page.locator("#editor .score button", has_text="10").click()
    page.locator("#editor .score [aria-pressed=true]", has_text="10").wait_for()
    page.goto("/")
    assert first not in picks(page)
    assert fan.entries.get(score=10).title.name == first


def test_a_card_is_hidden_with_one_tap_and_brought_back(visit, fan):
    page = visit("/", member=fan)
    first = picks(page)[0]
    shown = page.locator("section[aria-labelledby=picks-head] h3").get_by_text(first, exact=True)
    page.get_by_role("button", name=f"Hide {first}").click()
    page.get_by_role("button", name="Undo").wait_for()
    expect(shown).to_have_count(0)
    assert fan.hidden.get().title.name == first
    page.get_by_role("button", name="Undo").click()
    expect(shown).to_have_count(1)
    assert fan.hidden.count() == 0


def test_sliders_change_the_list_in_place_and_the_address_with_it(visit, fan):
    page = visit("/for-you/", member=fan)
    before = picks(page)
    page.get_by_label("Popularity").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**/for-you/*niche=1&diversity=0")
    expect(page.get_by_label("Popularity")).to_be_focused()
    expect(page.get_by_label("Popularity")).to_have_value("1")
    page.get_by_role("link", name="Reset").wait_for()
    assert picks(page) != before
    hidden = picks(page)[0]
    with page.expect_response("**/for-you/"):  # which asks again, and keeps what was asked for
        page.get_by_role("button", name=f"Hide {hidden}").click()
    expect(page.get_by_label("Popularity")).to_have_value("1")
    page.get_by_role("link", name="Reset").click()
    page.wait_for_url("**/for-you/")
    left = [name for name in before if name != hidden]
    assert picks(page)[:3] == left[:3]


def test_a_list_is_edited_in_place(visit, fan):
    page = visit(reverse("accounts:list") + "?status=watching", member=fan)
    row = page.locator(".entry-row")
    row.get_by_role("button", name="Mark the next episode of").click()
    expect(row).to_contain_text("1 / ")
    expect(row.get_by_role("button", name="Mark the next episode of")).to_be_focused()
    row.get_by_role("link", name="Edit").click()
    row.get_by_label("Score").select_option("7")
    row.get_by_role("button", name="Save").click()
    expect(row.locator(".pill")).to_have_text("7")
    expect(row.get_by_role("button", name="Save")).to_have_count(0)
    assert fan.entries.filter(status="watching").values_list("progress", "score").get() == (1, 7)


def test_search_suggests_and_is_walked_by_arrows(visit, fan):
    page = visit("/about/", member=fan)
    wanted = fan.entries.order_by("pk").first().title
    page.keyboard.press("/")
    page.keyboard.type(wanted.name[:6].lower(), delay=20)
    page.locator("#suggestions [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#suggestions [aria-selected=true]")
    address = chosen.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    page.go_back()
    page.locator("#search-input").fill("zzzz")
    page.get_by_text("No titles found").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#suggestions > *").count() == 0


class TestWithoutJavaScript:
    @pytest.fixture
    def plain(self, visit):
        return lambda *args, **options: visit(*args, java_script_enabled=False, **options)

    def test_a_visitor_rates_and_gets_suggestions(self, plain):
        page = plain()
        for number in range(3):
            page.locator(".wall .card").nth(number).locator("button[value='9']").first.click()
        expect(page.locator("#live .pick").nth(3)).to_be_visible()

    def test_sliders(self, plain, fan):
        page = plain("/for-you/", member=fan)
        page.get_by_label("Popularity").fill("1")
        page.get_by_role("button", name="Apply", exact=True).click()
        assert "/for-you/?niche=1&diversity=0" in page.url
        assert page.get_by_label("Popularity").input_value() == "1"

    def test_search_and_browse(self, plain, fan):
        wanted = fan.entries.order_by("pk").first().title.name
        page = plain("/titles/")
        page.fill("#search-input", wanted)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert wanted in texts(page, ".card h3")
        page.goto("/titles/")
        page.get_by_label("Movie").check()
        page.get_by_role("button", name="Apply").click()
        assert "format=movie" in page.url
        assert {text.split(" · ")[0] for text in texts(page, ".card small")} == {"Movie"}
        page.get_by_role("link", name="Next").click()
        assert "page=2" in page.url

    def test_a_list_is_edited(self, plain, fan):
        page = plain(reverse("accounts:list") + "?status=watching", member=fan)
        page.get_by_role("button", name="Mark the next episode of").click()
        assert page.url.endswith("?status=watching")
        page.get_by_role("link", name="Edit").click()
        page.get_by_role("button", name="8", exact=True).click()
        page.get_by_role("link", name="Dates, notes and more").click()
        page.locator("[name=progress]").fill("3")
        page.get_by_role("button", name="Save").click()
        assert fan.entries.filter(status="watching").values_list("progress", "score").get() == (3, 8)

    def test_a_title_is_put_on_the_list_from_its_page(self, plain, fan):
        title = Title.objects.exclude(entries__user=fan).first()
        page = plain(title.get_absolute_url(), member=fan)
        page.get_by_role("button", name="Plan to watch").click()
        assert fan.entries.get(title=title).status == "planned"

    def test_a_card_is_hidden_and_brought_back(self, plain, fan):
        page = plain("/", member=fan)
        first = picks(page)[0]
        page.get_by_role("button", name=f"Hide {first}").click()
        assert first not in picks(page)
        page.get_by_role("button", name="Undo").click()
        assert fan.hidden.count() == 0


AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def phone(visit, make_member):
    """A member's browser on a device that has a fingerprint reader."""
    page = visit("/accounts/2fa/webauthn/add/", member=make_member("fan"))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def test_a_passkey_is_added_and_logs_in_without_a_password(phone):
    page = phone
    page.get_by_label("Name").fill("My phone")
    page.get_by_label("Use as a passkey").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("My phone")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)
    page.goto("/settings/")
    expect(page.get_by_text("fan@example.org")).to_be_visible()


def test_a_password_can_be_shown_and_its_strength_is_said(visit, site):
    page = visit("/accounts/signup/")
    password = page.locator("[name=password1]")
    levels = []
    for typed in ("short", "a long one 12", "a longer one 123", "a much longer one 12", "a much much longer one 12345"):
        password.fill(typed)
        levels.append(page.locator(".strength output").inner_text())
    assert levels == ["Too short", "Weak", "Fair", "Good", "Strong"]
    page.get_by_label("Show password").check()
    assert password.get_attribute("type") == "text"
