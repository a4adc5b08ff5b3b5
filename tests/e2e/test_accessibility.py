"""Every page fits its screen, logs no error, passes axe-core and works without scripts: for visitors, members and staff, light
and dark, on a phone and a desk."""

# ruff: noqa: E501  (scripts and tables of pages)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from catalog.models import Title
from recommendations.engine.data.interactions import Interactions
from recommendations.models import ModelVersion
from recommendations.pipelines.segments import publish_segments
from tests.e2e.audit.in_use import put_to_use
from tests.e2e.audit.page_audit import look_at, looks_at_page, violations
from tests.e2e.conftest import Watched, open_for_audit

VISITOR, MEMBER, BOTH, STAFF = {"visitor"}, {"member"}, {"visitor", "member"}, {"staff"}

# Every page of the site: who sees it, and the addresses at which it looks different. "{title}" and the like are of `site_in_use`.
PAGES: dict[str, tuple[set[str], list[str]]] = {
    "offline": (VISITOR, ["/offline/"]),
    "account_login": (VISITOR, ["/accounts/login/"]),
    "account_logout": (MEMBER, ["/accounts/logout/"]),
    "account_signup": (VISITOR, ["/accounts/signup/"]),
    "account_inactive": (VISITOR, ["/accounts/inactive/"]),
    "account_reauthenticate": (MEMBER, ["/accounts/reauthenticate/"]),
    "account_email": (MEMBER, ["/accounts/email/"]),
    "account_email_verification_sent": (VISITOR, ["/accounts/confirm-email/"]),
    "account_confirm_email": (VISITOR, ["/accounts/confirm-email/{email_key}/"]),
    "account_change_password": (MEMBER, ["/accounts/password/change/"]),
    "account_reset_password": (VISITOR, ["/accounts/password/reset/"]),
    "account_reset_password_done": (VISITOR, ["/accounts/password/reset/done/"]),
    "account_reset_password_from_key": (
        VISITOR,
        ["/accounts/password/reset/key/{reset_key}/", "/accounts/password/reset/key/1-old/"],
    ),
    "account_reset_password_from_key_done": (VISITOR, ["/accounts/password/reset/key/done/"]),
    "catalog:browse": (BOTH, ["/titles/?tag=drama&year_min=1", "/titles/?q=zzzz"]),
    "catalog:saved_views": (MEMBER, ["/titles/views/"]),
    "catalog:title": (BOTH, ["/titles/{title}/", "/titles/{new}/", "/titles/{long}/"]),
    "catalog:title_people": (VISITOR, ["/titles/{title}/people/", "/titles/{long}/people/"]),
    "catalog:title_alike": (VISITOR, ["/titles/{title}/alike/"]),
    "catalog:title_looks": (VISITOR, ["/titles/{title}/looks/"]),
    "catalog:title_franchise": (VISITOR, ["/titles/{sequel}/franchise/", "/titles/{long}/franchise/"]),
    "catalog:studio": (BOTH, ["/studios/madhouse/"]),
    "catalog:person": (VISITOR, ["/people/{person}/", "/people/{person}/?as=voices"]),
    "catalog:season_now": (VISITOR, ["/season/"]),
    "catalog:season": (MEMBER, ["/season/2020/fall/"]),
    "catalog:top": (MEMBER, ["/top/"]),
    "catalog:calendar": (BOTH, ["/calendar/"]),
    "catalog:search": (
        VISITOR,
        ["/search/", "/search/?q=monster", "/search/?q=zzzzzz", "/search/?q=a+sad+story+about+school"],
    ),
    "accounts:list": (MEMBER, ["/list/", "/list/?view=grid", "/list/?q=zzzz"]),
    "accounts:hidden": (MEMBER, ["/list/hidden/"]),
    "recommendations:next_planned": (MEMBER, ["/list/next/", "/list/next/?for=evening"]),
    "accounts:history": (MEMBER, ["/list/history/"]),
    "accounts:history_of_title": (MEMBER, ["/list/{title}/history/", "/list/{new}/history/"]),
    "accounts:entry": (MEMBER, ["/list/{title}/", "/list/{new}/"]),
    "accounts:imports": (MEMBER, ["/list/import/"]),
    "accounts:own_entries": (MEMBER, ["/list/own/", "/list/own/?kind=other"]),
    "accounts:own_add": (MEMBER, ["/list/own/add/"]),
    "accounts:own_entry": (MEMBER, ["/list/own/{own}/"]),
    "accounts:own_link": (MEMBER, ["/list/own/{own}/link/"]),
    "social:own_entries": (MEMBER, ["/members/{long_name}/own/", "/members/fan/own/"]),
    "accounts:import_row": (MEMBER, ["/list/import/rows/{row}/"]),
    "accounts:import": (
        MEMBER,
        ["/list/import/{preview}/", "/list/import/{done}/", "/list/import/{failed}/", "/list/import/{waiting}/"],
    ),
    "accounts:import_columns": (MEMBER, ["/list/import/{columns}/columns/"]),
    "accounts:settings": (MEMBER, ["/settings/"]),
    "accounts:tokens": (MEMBER, ["/settings/tokens/"]),
    "accounts:webhooks": (MEMBER, ["/settings/webhooks/"]),
    "accounts:scrobbling": (MEMBER, ["/settings/scrobbling/"]),
    "accounts:scrobble_address": (MEMBER, ["/settings/scrobbling/{address}/"]),
    "accounts:scrobbled_show": (MEMBER, ["/settings/scrobbling/shows/{show}/?q=monster"]),
    "api_guide": (VISITOR, ["/api/"]),
    "social:title_scores": (VISITOR, ["/titles/{title}/scores/"]),
    "social:title_reviews": (BOTH, ["/titles/{title}/reviews/", "/titles/{new}/reviews/"]),
    "social:write_review": (MEMBER, ["/titles/{title}/reviews/write/", "/titles/{new}/reviews/write/"]),
    "social:review": (BOTH, ["/reviews/{review}/"]),
    "social:review_reading": (BOTH, ["/reviews/{review}/reading/"]),
    "social:report_comment": (MEMBER, ["/comments/{comment}/report/"]),
    "social:report_note": (MEMBER, ["/notes/{note}/report/"]),
    "social:report_member": (MEMBER, ["/members/friend/report/"]),
    "social:feed": (MEMBER, ["/feed/"]),
    "social:activity": (BOTH, ["/activities/{activity}/"]),
    "social:notifications": (MEMBER, ["/notifications/"]),
    "social:notification_choices": (MEMBER, ["/settings/notifications/"]),
    "accounts:push": (MEMBER, ["/settings/push/"]),
    "accounts:missed": (MEMBER, ["/airing/missed/"]),
    "social:airing": (MEMBER, ["/titles/{title}/airing/"]),
    "social:unsubscribe": (VISITOR, ["/notifications/off/{letters}/"]),
    "social:edit_profile": (MEMBER, ["/settings/profile/"]),
    "social:report_profile": (MEMBER, ["/members/friend/profile/report/"]),
    "social:favourites": (MEMBER, ["/favourites/"]),
    "social:favourite": (MEMBER, ["/titles/{title}/favourite/"]),
    "social:member_lists": (BOTH, ["/members/fan/lists/"]),
    "social:new_list": (MEMBER, ["/lists/new/?title={title}"]),
    "social:custom_list": (BOTH, ["/lists/{list}/", "/lists/{list}/?q=monster"]),
    "social:shared_list": (VISITOR, ["/lists/shared/{link}/"]),
    "social:edit_list": (MEMBER, ["/lists/{list}/edit/"]),
    "social:title_lists": (MEMBER, ["/titles/{title}/lists/"]),
    "social:report_list": (MEMBER, ["/lists/{list_of_friend}/report/"]),
    "social:report_shared_list": (MEMBER, ["/lists/shared/{link_of_friend}/report/"]),
    "social:plans": (MEMBER, ["/plans/"]),
    "social:plan": (MEMBER, ["/plans/{plan}/", "/plans/{plan}/?q=monster", "/plans/{invitation}/"]),
    "recommendations:together": (
        MEMBER,
        ["/together/", "/together/?with=friend&how=average", "/together/?with=nobody"],
    ),
    "recommendations:plan_suggestions": (MEMBER, ["/plans/{plan}/suggestions/"]),
    "social:compare": (MEMBER, ["/members/friend/compare/", "/members/{long_name}/compare/"]),
    "recommendations:of_theirs": (MEMBER, ["/members/friend/compare/watch/"]),
    "social:suggestions": (MEMBER, ["/suggestions/"]),
    "social:recommended": (MEMBER, ["/recommended/"]),
    "social:recommend": (MEMBER, ["/titles/{title}/recommend/", "/titles/{new}/recommend/"]),
    "social:choose_field": (MEMBER, ["/titles/{title}/correct/"]),
    "social:suggest_correction": (
        MEMBER,
        ["/titles/{title}/correct/synopsis/", "/titles/{title}/correct/started_on/", "/titles/{title}/correct/status/"],
    ),
    "social:title_history": (VISITOR, ["/titles/{title}/history/", "/titles/{new}/history/"]),
    "social:corrections": (STAFF, ["/staff/corrections/", "/staff/corrections/?state=settled"]),
    "social:report_tip": (MEMBER, ["/recommended/{tip}/report/"]),
    "social:followers": (MEMBER, ["/followers/"]),
    "social:blocked": (MEMBER, ["/blocked/"]),
    "social:moderation": (STAFF, ["/staff/moderation/", "/staff/moderation/?state=settled"]),
    "social:moderation_log": (STAFF, ["/staff/moderation/log/"]),
    "social:report_review": (MEMBER, ["/reviews/{review_of_friend}/report/"]),
    "social:members": (BOTH, ["/members/", "/members/?q=zzzz"]),
    "social:member": (BOTH, ["/members/friend/", "/members/fan/", "/members/{long_name}/"]),
    "social:member_reviews": (VISITOR, ["/members/fan/reviews/"]),
    "recommendations:home": (VISITOR, ["/"]),
    "recommendations:for_you": (MEMBER, ["/for-you/", "/for-you/?format=movie&without_reason={title}"]),
    "recommendations:row": (MEMBER, ["/for-you/gems/"]),
    "recommendations:mood": (VISITOR, ["/moods/a-good-cry/"]),
    "recommendations:surprise": (MEMBER, ["/surprise/"]),
    "recommendations:season_ranking": (MEMBER, ["/season/2020/fall/for-you/"]),
    "recommendations:rate_some": (MEMBER, ["/rate/"]),
    "recommendations:similar": (VISITOR, ["/titles/{title}/similar/"]),
    "recommendations:taste": (MEMBER, ["/taste/"]),
    "recommendations:year": (MEMBER, ["/taste/2021/"]),
    "recommendations:taste_of_member": (VISITOR, ["/members/fan/taste/"]),
    "recommendations:segments": (BOTH, ["/segments/"]),
    "recommendations:about": (VISITOR, ["/about/"]),
    "experiments:experiments": (STAFF, ["/staff/experiments/"]),
    "experiments:experiment": (STAFF, ["/staff/experiments/{experiment}/"]),
    "staff:start": (STAFF, ["/staff/"]),
    "staff:analytics": (STAFF, ["/staff/analytics/"]),
    "staff:analytics_page": (
        STAFF,
        ["/staff/analytics/recommendations/"],  # all of them, with something to draw, in test_staff_pages
    ),
    "staff:models": (STAFF, ["/staff/models/"]),
    "staff:model": (STAFF, ["/staff/models/{model}/"]),
    "staff:serve": (STAFF, ["/staff/models/{model}/serve/"]),
    "staff:jobs": (STAFF, ["/staff/jobs/"]),
    "monitoring:system": (STAFF, ["/staff/system/"]),
    "catalog:sources": (STAFF, ["/staff/sources/"]),
    "accounts:episode_counts": (STAFF, ["/staff/episode-counts/"]),
    "accounts:delete_account": (MEMBER, ["/settings/delete/"]),
    "accounts:lock": (VISITOR, ["/lock/{lock}/"]),
    "usersessions_list": (MEMBER, ["/accounts/sessions/"]),
    "mfa_index": (MEMBER, ["/accounts/2fa/"]),
    "mfa_activate_totp": (MEMBER, ["/accounts/2fa/totp/activate/"]),
    "mfa_list_webauthn": (MEMBER, ["/accounts/2fa/webauthn/"]),
    "mfa_add_webauthn": (MEMBER, ["/accounts/2fa/webauthn/add/"]),
    "mfa_generate_recovery_codes": (MEMBER, ["/accounts/2fa/recovery-codes/generate/"]),
    "socialaccount_connections": (MEMBER, ["/accounts/3rdparty/"]),
    "accounts:about_me": (MEMBER, ["/settings/statistics/"]),
}
WRONG = {"member": ["/nowhere/", "/for-you/?niche=much"], "staff": ["/staff/analytics/speed/?first=x"]}
# No pages of ours: files, pictures, parts of pages, what is only posted to, and what redirects at once.
NO_PAGES = {
    "live:state", "social:bell",
    "manifest", "service_worker",
    "account_set_password", "account_confirm_login_code", "recommendations:keep_score",
    "catalog:rename_view", "catalog:delete_view", "catalog:season_feed", "catalog:renew_feed", "catalog:revoke_feed",
    "catalog:title_trailer",  # shows another site's page: tests/e2e/test_find.py
    "accounts:services", "accounts:media",
    "catalog:calendar_feed", "catalog:cover", "catalog:poster", "catalog:refresh_source",
    "accounts:bulk", "accounts:undo", "accounts:quick", "accounts:remove", "accounts:hide", "accounts:unhide",
    "accounts:import_own", "accounts:own_remove", "accounts:import_rule", "accounts:import_scale",
    "accounts:import_run", "accounts:import_undo", "accounts:import_discard", "accounts:clear_history",
    "accounts:import_report", "accounts:export", "accounts:watched_up_to", "accounts:preferences", "accounts:adult", "accounts:age_limit",
    "accounts:language", "accounts:theme", "accounts:title_language", "accounts:revoke_token", "accounts:webhook_act",
    "accounts:push_act", "accounts:time_zone",
    "accounts:revoke_scrobble_address", "accounts:decide_scrobbled_show", "accounts:scrobble", "accounts:scrobble_by_header",
    "accounts:personal_data", "csp_reports", "None", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "mfa_authenticate", "mfa_deactivate_totp", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes",
    "mfa_download_recovery_codes", "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup",
    "social:helpful", "social:delete_review", "social:follow", "social:unfollow", "social:like", "social:decide",
    "social:comment_on_activity", "social:comment_on_review", "social:delete_comment",
    "social:accept", "social:decline", "social:remove_follower", "social:take_back", "social:block", "social:unblock",
    "social:mute", "social:unmute", "accounts:privacy", "social:dismiss", "social:decline_tip",
    "social:change_plan", "social:accept_plan", "social:leave_plan", "social:delete_plan", "social:invite",
    "social:remove_plan_member", "social:plan_title", "social:delete_list", "social:list_item", "social:restore_list_item",
    "social:avatar", "social:upload_picture", "social:remove_picture",
    "social:accept_correction", "social:decline_correction", "social:undo_correction",
    "recommendations:guest_clear", "recommendations:guest_rate", "recommendations:predicted",
    "experiments:events", "experiments:act", "staff:run_job", "staff:again", "accounts:withdraw_about",
    *(f"outside:{name}" for name in ("robots", "opensearch", "sitemap", "sitemap_part", "card", "oembed", "season_feed")),
    "outside:member_feed",
    "monitoring:test_email", "monitoring:first_admin",  # its page: test_first_admin
}  # fmt: skip
NOT_OURS = {"admin", "api"}  # Django's pages; what programs ask


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield space + str(pattern.name)
        elif pattern.namespace not in NOT_OURS:
            yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)


def test_every_address_of_the_site_is_a_page_looked_at_here_or_none():
    assert set(names(get_resolver().url_patterns)) == PAGES.keys() | NO_PAGES


@pytest.fixture
def site_in_use(site, make_member, make_title) -> dict[str, Any]:
    return put_to_use(make_member, make_title)


PARTS = 3  # of the many pages of members: each in a test, and a process, of its own


@pytest.mark.timeout(300)  # dozens of pages, each looked at several times
@pytest.mark.parametrize(
    ("viewer", "part"), [("visitor", None), *(("member", part) for part in range(PARTS)), ("staff", None)]
)
def test_every_page_can_be_used_by_everybody_with_scripts_and_without(browser, site, site_in_use, viewer, part):
    member = site_in_use.get(viewer)
    contexts = [open_for_audit(browser, site, member, java_script_enabled=scripts) for scripts in (True, False)]
    watched, without_scripts = [Watched(context, site.url) for context in contexts]
    without_scripts.page.goto("/offline/")
    problems: dict[str, set[str]] = {}
    seen = [(name, path) for name, (viewers, paths) in PAGES.items() if viewer in viewers for path in paths]
    for n, (name, address) in enumerate(seen if part is None else seen[part::PARTS]):
        path = address.format(**site_in_use)
        assert resolve(path.partition("?")[0]).view_name == name
        looks = {"looks": looks_at_page(n), "with_frame": n == 0}
        if found := look_at(watched.page, path, without_scripts=without_scripts.page, **looks):
            problems[path] = found
    assert (problems, watched.problems, without_scripts.problems) == ({}, [], [])
    for path in WRONG.get(viewer, []) if not part else []:
        if found := look_at(watched.page, path, without_scripts=without_scripts.page):
            problems[path] = found
    for context in contexts:
        context.close()
    assert problems == {}


@pytest.fixture
def map_of_tastes(site) -> None:
    """Segments of 240 members who mostly watch one of four genres."""
    version = ModelVersion.active()
    genres = [Title.objects.filter(tags__name=name) for name in ("Action", "Comedy", "Romance", "Sports")]
    rows = [(number + 1, pk, 8) for number in range(240) for pk in watched(genres[number % 4], number)]
    publish_segments(version, Interactions.from_ids(*np.array(rows).T))


def watched(titles, number: int) -> list[int]:
    known = titles.filter(tags__kind="genre", status="finished").order_by("pk").distinct().values_list("pk", flat=True)
    return np.random.default_rng(number).choice(known, 8, replace=False).tolist()


def test_axe_finds_nothing_on_the_map_of_tastes(browser, site_in_use, site, map_of_tastes):
    context = open_for_audit(browser, site, site_in_use["member"])
    page = context.new_page()
    found = look_at(page, "/segments/")
    is_drawn = page.get_by_text("The ring marks you.").is_visible()
    context.close()
    assert (found, is_drawn) == (set(), True)


def open_search(page) -> None:
    page.locator("#search-input").press_sequentially("mon")
    page.locator("#suggestions a").first.wait_for()
    page.keyboard.press("ArrowDown")


def find_nothing(page) -> None:
    page.locator("#search-input").fill("zzzzzz")
    page.locator("#suggestions p").wait_for()


def plan_a_title(page) -> None:
    """Until the message is there, the card is paler: it waits for the site."""
    page.get_by_role("button", name="Plan").first.click()
    page.get_by_text("Planned:").wait_for()
    page.locator(".card:has(.htmx-request)").wait_for(state="detached")
    page.wait_for_timeout(300)  # the card's own transition


def open_a_row(page) -> None:
    page.locator(".entry-row").get_by_role("link", name="Edit").first.click()
    page.locator(".entry-more form.panel").wait_for()


def send_a_wrong_date(page) -> None:
    open_a_row(page)
    page.get_by_label("Started").fill("some day")
    page.locator(".entry-more").get_by_role("button", name="Save").click()
    page.locator(".errorlist").first.wait_for()


OPENED = {
    "the account's menu": ("/about/", lambda page: page.locator("details.menu summary").click()),
    "shortcuts": ("/about/", lambda page: page.keyboard.press("?")),
    "suggestions": ("/about/", open_search),
    "no suggestions": ("/about/", find_nothing),
    "a message": ("/titles/", plan_a_title),
    "more of an entry": ("/list/", open_a_row),
    "an error in a row": ("/list/", send_a_wrong_date),
}


def test_axe_finds_nothing_in_what_opens(browser, site, site_in_use):
    context = open_for_audit(browser, site, site_in_use["member"])
    page, problems = context.new_page(), {}
    for name, (path, act) in OPENED.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        act(page)
        if found := violations(page):
            problems[name] = found
    context.close()
    assert problems == {}
