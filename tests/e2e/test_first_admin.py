"""A new owner opens the link that the start prints, and sees what the site still needs and which parts are down."""

from __future__ import annotations

import redis

from anirec.monitoring import facts
from anirec.monitoring.first_admin import new_link
from tests.e2e.audit.page_audit import look_at


def test_from_the_link_to_the_system_page(browser, site, settings, monkeypatch, tmp_path):
    def fail():
        raise redis.ConnectionError("refused")

    settings.SITE_URL, settings.DATA_DIR = site.url, tmp_path
    monkeypatch.setattr(facts, "read_services", fail)
    monkeypatch.setattr(facts, "_last", None)
    context = browser.new_context(base_url=site.url, reduced_motion="reduce")
    page, link = context.new_page(), new_link()

    assert look_at(page, link) == set()
    for name, value in {"username": "owner", "email": "owner@example.org"}.items():
        page.fill(f"[name={name}]", value)
    for name in ("password1", "password2"):
        page.fill(f"[name={name}]", "a long phrase 42")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/system/")

    assert page.get_by_text("Start Valkey, or check REDIS_URL.").is_visible()
    assert look_at(page, "/staff/system/", with_frame=False) == set()
    context.close()
