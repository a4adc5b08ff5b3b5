"""Who gets in where: every page and endpoint, as a visitor, a stranger, somebody blocked, staff, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access_world import make_world

pytestmark = pytest.mark.django_db
VIEWERS = ("visitor", "stranger", "blocked", "staff", "owner")
IN, LOG_IN, NOT_THERE, REFUSED = "in", "log in", "not there", "refused"


def access(**kinds: str) -> dict[str, str]:
    return {viewer: kinds.get(viewer, kinds["others"]) for viewer in VIEWERS}


EVERYBODY = access(others=IN)
MEMBERS = access(others=IN, visitor=LOG_IN)
OWNER = access(others=NOT_THERE, visitor=LOG_IN, owner=IN)  # staff have no key to what is somebody's own
AUTHOR = access(others=REFUSED, visitor=LOG_IN, blocked=NOT_THERE, owner=IN)  # of what others may see, too
SHOWN = access(others=IN, blocked=NOT_THERE)  # something of a member that is shown to everybody
SHOWN_TO_ACT_ON = access(others=IN, visitor=LOG_IN, blocked=NOT_THERE)
STAFF = access(others=REFUSED, visitor=LOG_IN, staff=IN)

TITLE, OTHER_TITLE = {"pk": "title"}, {"title_id": "other_title"}
NAME = {"username": "owner_name"}
ACTIVITY, REVIEW, COMMENT, TIP = {"pk": "activity"}, {"pk": "review"}, {"pk": "comment"}, {"pk": "tip"}
LIST = {"pk": "list"}


@dataclass(frozen=True)
class Row:
    """One address. arguments: what its parts are in `world`. who: what happens to each viewer."""

    who: dict[str, str]
    arguments: dict[str, Any] = field(default_factory=dict)
    methods: str = "GET"


def rows(who: dict[str, str], names: str, arguments: dict[str, Any] | None = None, methods: str = "GET"):
    return {name: Row(who, arguments or {}, methods) for name in names.split()}


TABLE: dict[str, Row] = {
    # --- Whoever comes ---
    **rows(EVERYBODY, "manifest service_worker offline api_guide api:ping api:schema api:docs"),
    **rows(EVERYBODY, "outside:robots outside:opensearch outside:sitemap outside:season_feed"),
    **rows(EVERYBODY, "outside:oembed"),
    # As a guest sees it, whoever asks: the same for somebody who is blocked.
    **rows(EVERYBODY, "outside:member_feed", NAME),
    **rows(EVERYBODY, "outside:card", {"kind": "member", "key": "owner_name", "digest": "old"}),
    **rows(EVERYBODY, "outside:sitemap_part", {"kind": "titles", "number": 1}),
    **rows(EVERYBODY, "api:titles api:titles-facets api:titles-ask api:calendar api:top api:moods api:members"),
    **rows(EVERYBODY, "account_login account_logout account_signup account_inactive account_email_verification_sent"),
    **rows(EVERYBODY, "account_reset_password account_reset_password_done account_reset_password_from_key_done"),
    **rows(EVERYBODY, "catalog:browse catalog:season_now catalog:top catalog:calendar catalog:search social:members"),
    **rows(EVERYBODY, "recommendations:home recommendations:surprise recommendations:segments recommendations:about"),
    **rows(EVERYBODY, "recommendations:rate_some"),
    **rows(
        EVERYBODY,
        "recommendations:guest_clear accounts:language accounts:theme accounts:title_language experiments:events",
        methods="POST",
    ),
    **rows(EVERYBODY, "api:experiments-assignment"),
    **rows(EVERYBODY, "csp_reports", methods="POST"),
    **rows(EVERYBODY, "accounts:lock", {"token": "old"}),
    **rows(EVERYBODY, "socialaccount_login_cancelled"),
    **rows(EVERYBODY, "api:experiments-events", methods="POST"),
    **rows(
        EVERYBODY, "catalog:title catalog:poster social:title_scores social:title_reviews social:title_history", TITLE
    ),
    **rows(EVERYBODY, "catalog:title_people catalog:title_franchise catalog:title_trailer catalog:title_alike", TITLE),
    **rows(EVERYBODY, "catalog:title_looks", TITLE),
    **rows(EVERYBODY, "catalog:studio", {"slug": "studio"}),
    **rows(EVERYBODY, "catalog:person", {"pk": "person", "slug": "haru"}),
    **rows(EVERYBODY, "recommendations:similar api:title api:title-similar api:title-reviews", TITLE),
    **rows(EVERYBODY, "recommendations:guest_rate", TITLE, "POST"),
    **rows(EVERYBODY, "catalog:season catalog:season_feed api:season", {"year": 2020, "name": "fall"}),
    **rows(EVERYBODY, "recommendations:season_ranking", {"year": 2020, "season": "fall"}),
    **rows(EVERYBODY, "recommendations:mood api:mood", {"slug": "mood"}),
    **rows(EVERYBODY, "api:title-by-external-id", {"provider": "mal", "value": "77"}),
    **rows(EVERYBODY, "account_confirm_email", {"key": "old"}),
    **rows(EVERYBODY, "account_reset_password_from_key", {"uidb36": "1", "key": "old"}),
    # --- Members, each at what is their own ---
    **rows(MEMBERS, "live:state recommendations:for_you recommendations:taste accounts:list accounts:hidden"),
    **rows(MEMBERS, "accounts:history recommendations:next_planned api:my-planned"),
    **rows(MEMBERS, "accounts:clear_history", methods="POST"),
    **rows(MEMBERS, "accounts:history_of_title", OTHER_TITLE),
    **rows(MEMBERS, "api:my-history", methods="GET DELETE"),
    **rows(MEMBERS, "catalog:saved_views accounts:imports accounts:own_entries accounts:settings accounts:about_me"),
    **rows(MEMBERS, "accounts:webhooks accounts:tokens social:feed social:followers social:blocked social:bell"),
    **rows(MEMBERS, "social:notifications social:notification_choices account_email"),
    **rows(MEMBERS, "account_change_password account_set_password account_reauthenticate"),
    **rows(MEMBERS, "accounts:own_add api:my-own-entries", methods="GET POST"),
    **rows(MEMBERS, "accounts:scrobbling"),
    **rows(MEMBERS, "accounts:delete_account", methods="GET POST"),
    **rows(MEMBERS, "usersessions_list socialaccount_connections accounts:personal_data"),
    **rows(MEMBERS, "mfa_index mfa_activate_totp mfa_list_webauthn mfa_add_webauthn mfa_generate_recovery_codes"),
    **rows(MEMBERS, "mfa_reauthenticate mfa_reauthenticate_webauthn"),
    **rows(MEMBERS, "mfa_edit_webauthn mfa_remove_webauthn", {"pk": 1}),  # they ask for the password first
    **rows(MEMBERS, "recommendations:together"),
    **rows(MEMBERS, "api:together"),
    **rows(MEMBERS, "social:plans", methods="GET POST"),
    **rows(MEMBERS, "recommendations:row api:my-row", {"slug": "gems"}),
    **rows(MEMBERS, "recommendations:year api:my-year", {"year": 2021}),
    **rows(MEMBERS, "accounts:export", {"kind": "json"}),
    **rows(
        MEMBERS, "accounts:bulk accounts:preferences accounts:privacy accounts:adult accounts:age_limit", methods="POST"
    ),
    **rows(MEMBERS, "accounts:withdraw_about accounts:services accounts:media catalog:renew_feed", methods="POST"),
    **rows(MEMBERS, "catalog:revoke_feed", methods="POST"),
    **rows(MEMBERS, "accounts:undo", {"key": "old"}, "POST"),
    **rows(MEMBERS, "accounts:entry", {"title_id": "other_title"}, "GET POST"),
    **rows(MEMBERS, "accounts:quick accounts:watched_up_to accounts:hide", OTHER_TITLE, "POST"),
    **rows(MEMBERS, "accounts:remove accounts:unhide", OTHER_TITLE, "POST"),
    **rows(MEMBERS, "social:write_review", {"pk": "other_title"}, "GET POST"),
    **rows(MEMBERS, "recommendations:predicted", {"pk": "other_title"}),
    **rows(MEMBERS, "api:my-list api:my-tags api:my-hidden api:my-export api:my-recommendations api:my-rows"),
    **rows(MEMBERS, "api:my-surprise api:my-taste api:my-feed api:follow-requests"),
    **rows(MEMBERS, "api:my-imports api:my-webhooks api:my-notifications api:my-plans", methods="GET POST"),
    **rows(MEMBERS, "social:new_list api:my-custom-lists", methods="GET POST"),
    **rows(MEMBERS, "social:title_lists social:favourite", TITLE, "GET POST"),
    **rows(MEMBERS, "social:favourites api:my-favourites"),
    **rows(MEMBERS, "social:edit_profile", methods="GET POST"),
    **rows(MEMBERS, "social:upload_picture social:remove_picture", methods="POST"),
    **rows(MEMBERS, "api:my-profile", methods="GET PUT"),
    **rows(MEMBERS, "api:my-picture", methods="PUT DELETE"),
    **rows(MEMBERS, "api:my-favourite", OTHER_TITLE, "PUT DELETE"),
    **rows(MEMBERS, "social:restore_list_item", {"key": "old"}, "POST"),
    **rows(MEMBERS, "api:my-settings", methods="GET PATCH"),
    **rows(MEMBERS, "api:my-list-bulk", methods="POST"),
    **rows(MEMBERS, "api:my-watched-up-to", OTHER_TITLE, "POST"),
    **rows(MEMBERS, "api:my-entry", OTHER_TITLE, "PUT PATCH"),
    **rows(MEMBERS, "api:my-hidden-title", OTHER_TITLE, "PUT DELETE"),
    **rows(MEMBERS, "api:my-review", OTHER_TITLE, "PUT"),
    **rows(MEMBERS, "social:recommended social:suggestions api:my-suggestions api:my-recommended"),
    **rows(MEMBERS, "api:my-followers api:my-blocked api:my-muted"),
    **rows(MEMBERS, "social:recommend api:title-recommend social:choose_field", TITLE),
    **rows(MEMBERS, "social:suggest_correction", {**TITLE, "field": "name"}, "GET POST"),
    **rows(MEMBERS, "api:title-corrections", TITLE, "POST"),
    **rows(MEMBERS, "api:my-corrections"),
    **rows(
        MEMBERS, "api:my-notification-choices api:my-notification-channels api:my-notification-times", None, "GET PATCH"
    ),
    **rows(MEMBERS, "accounts:push api:my-push", methods="GET POST"),
    **rows(MEMBERS, "accounts:missed api:my-missed api:my-push-key"),
    **rows(MEMBERS, "accounts:time_zone", methods="POST"),
    **rows(MEMBERS, "social:airing", TITLE, "GET POST"),
    **rows(MEMBERS, "api:my-airing-choice", OTHER_TITLE, "GET PUT"),
    # --- What is somebody's own ---
    **rows(OWNER, "social:decline_tip", TIP, "POST"),
    **rows(OWNER, "social:report_tip", TIP, "GET POST"),
    **rows(OWNER, "api:my-recommended-one", TIP, "PATCH"),
    **rows(OWNER, "api:recommended-report", TIP, "POST"),
    **rows(OWNER, "catalog:rename_view catalog:delete_view", {"pk": "view"}, "POST"),
    **rows(OWNER, "accounts:import_row", {"pk": "import_row"}),
    **rows(OWNER, "accounts:import accounts:import_report", {"pk": "import"}),
    **rows(
        OWNER,
        "accounts:import_rule accounts:import_scale accounts:import_run accounts:import_undo accounts:import_discard",
        {"pk": "import"},
        "POST",
    ),
    **rows(OWNER, "accounts:import_columns", {"pk": "import_columns"}, "GET POST"),
    **rows(OWNER, "accounts:import_own", {"pk": "import"}, "POST"),
    **rows(OWNER, "accounts:own_entry", {"pk": "own_entry"}, "GET POST"),
    **rows(OWNER, "accounts:own_link", {"pk": "own_entry"}),
    **rows(OWNER, "accounts:own_remove", {"pk": "own_entry"}, "POST"),
    **rows(OWNER, "api:my-own-entry", {"pk": "own_entry"}, "GET PATCH DELETE"),
    **rows(OWNER, "api:my-own-entry-link", {"pk": "own_entry"}, "POST"),
    **rows(OWNER, "accounts:webhook_act", {"pk": "webhook"}, "POST"),
    **rows(OWNER, "accounts:push_act", {"pk": "device"}, "POST"),
    **rows(OWNER, "api:my-push-device", {"pk": "device"}, "GET DELETE"),
    **rows(OWNER, "api:my-push-device-test", {"pk": "device"}, "POST"),
    **rows(OWNER, "accounts:scrobble_address", {"pk": "scrobble_address"}, "GET POST"),
    **rows(OWNER, "accounts:revoke_scrobble_address", {"pk": "scrobble_address"}, "POST"),
    **rows(OWNER, "accounts:scrobbled_show", {"pk": "scrobbled_show"}),
    **rows(OWNER, "accounts:decide_scrobbled_show", {"pk": "scrobbled_show"}, "POST"),
    **rows(OWNER, "accounts:revoke_token", {"pk": "token"}, "POST"),
    **rows(OWNER, "recommendations:keep_score", TITLE, "POST"),
    **rows(OWNER, "social:plan recommendations:plan_suggestions", {"pk": "plan"}),
    **rows(OWNER, "social:change_plan social:accept_plan social:leave_plan social:delete_plan", {"pk": "plan"}, "POST"),
    **rows(OWNER, "api:plan", {"pk": "plan"}, "GET PATCH DELETE"),
    **rows(OWNER, "api:plan-membership", {"pk": "plan"}, "PUT"),
    **rows(OWNER, "api:plan-member", {"pk": "plan", **NAME}, "PUT DELETE"),
    **rows(OWNER, "api:plan-title api:plan-vote api:plan-watched", {"pk": "plan", "title_id": "title"}, "PUT DELETE"),
    **rows(OWNER, "social:invite", {"pk": "plan"}, "POST"),
    **rows(OWNER, "social:remove_plan_member", {"pk": "plan", **NAME}, "POST"),
    **rows(OWNER, "social:plan_title", {"pk": "plan", "title_id": "title"}, "POST"),
    **rows(OWNER, "social:delete_review", REVIEW, "POST"),
    **rows(OWNER, "social:edit_list", LIST, "GET POST"),
    **rows(OWNER, "social:delete_list", LIST, "POST"),
    **rows(OWNER, "social:list_item", {**LIST, "title_id": "title"}, "POST"),
    **rows(OWNER, "api:my-custom-list", LIST, "GET PATCH DELETE"),
    **rows(OWNER, "api:my-custom-list-title", {**LIST, "title_id": "title"}, "PUT DELETE"),
    **rows(OWNER, "api:my-import api:my-import-rows", {"pk": "import"}),
    **rows(OWNER, "api:my-import-run api:my-import-undo", {"pk": "import"}, "POST"),
    **rows(OWNER, "api:my-webhook", {"pk": "webhook"}, "GET DELETE"),
    **rows(OWNER, "api:my-webhook-test api:my-webhook-enable", {"pk": "webhook"}, "POST"),
    **rows(OWNER, "api:my-webhook-deliveries", {"pk": "webhook"}),
    **rows(AUTHOR, "social:delete_comment", COMMENT, "POST"),
    **rows(AUTHOR, "api:comment", COMMENT, "DELETE"),
    # --- What a member shows ---
    **rows(SHOWN, "social:own_entries api:member-own-entries", NAME),
    **rows(SHOWN, "social:member social:member_reviews recommendations:taste_of_member", NAME),
    **rows(SHOWN, "api:member api:member-list api:member-reviews", NAME),
    **rows(SHOWN, "social:review social:review_reading api:review", REVIEW),
    **rows(SHOWN, "social:member_lists api:member-custom-lists api:member-favourites api:member-profile", NAME),
    **rows(SHOWN, "social:custom_list api:custom-list api:custom-list-titles", LIST),
    **rows(SHOWN, "social:shared_list api:shared-list api:shared-list-titles", {"link_key": "link"}),
    **rows(SHOWN_TO_ACT_ON, "social:report_list", LIST, "GET POST"),
    **rows(SHOWN_TO_ACT_ON, "social:report_profile", NAME, "GET POST"),
    **rows(SHOWN_TO_ACT_ON, "api:profile-report", NAME, "POST"),
    **rows(SHOWN_TO_ACT_ON, "api:custom-list-report", LIST, "POST"),
    **rows(SHOWN_TO_ACT_ON, "social:report_shared_list", {"link_key": "link"}, "GET POST"),
    **rows(SHOWN, "social:activity api:activity", ACTIVITY),
    **rows(SHOWN_TO_ACT_ON, "social:follow social:unfollow social:mute social:take_back", NAME, "POST"),
    **rows(SHOWN_TO_ACT_ON, "social:accept social:decline social:remove_follower social:block", NAME, "POST"),
    **rows(SHOWN_TO_ACT_ON, "social:report_member", NAME, "GET POST"),
    **rows(SHOWN_TO_ACT_ON, "social:helpful social:comment_on_review", REVIEW, "POST"),
    **rows(SHOWN_TO_ACT_ON, "social:report_review", REVIEW, "GET POST"),
    **rows(SHOWN_TO_ACT_ON, "social:report_comment", COMMENT, "GET POST"),
    **rows(SHOWN_TO_ACT_ON, "social:report_note", {"pk": "entry"}, "GET POST"),
    **rows(SHOWN_TO_ACT_ON, "social:like social:comment_on_activity", ACTIVITY, "POST"),
    **rows(SHOWN_TO_ACT_ON, "api:follow api:mute", NAME, "PUT DELETE"),
    **rows(SHOWN_TO_ACT_ON, "api:block", NAME, "PUT"),
    **rows(SHOWN_TO_ACT_ON, "api:follow-request", NAME, "PUT DELETE"),
    **rows(SHOWN_TO_ACT_ON, "api:helpful", REVIEW, "PUT DELETE"),
    **rows(SHOWN_TO_ACT_ON, "api:review-report", REVIEW, "POST"),
    **rows(SHOWN_TO_ACT_ON, "api:like", ACTIVITY, "PUT DELETE"),
    **rows(SHOWN_TO_ACT_ON, "api:activity-comments", ACTIVITY, "POST"),
    **rows(SHOWN_TO_ACT_ON, "api:review-comments", REVIEW, "POST"),
    **rows(SHOWN_TO_ACT_ON, "social:compare recommendations:of_theirs", NAME),
    **rows(SHOWN_TO_ACT_ON, "api:member-compare api:member-compare-watch", NAME),
    **rows(SHOWN_TO_ACT_ON, "social:dismiss api:member-report", NAME, "POST"),
    **rows(SHOWN_TO_ACT_ON, "api:my-suggestion", NAME, "PUT DELETE"),
    **rows(SHOWN_TO_ACT_ON, "api:my-follower", NAME, "DELETE"),
    **rows(SHOWN_TO_ACT_ON, "api:comment-report", COMMENT, "POST"),
    **rows(SHOWN_TO_ACT_ON, "api:note-report", {**NAME, "title_id": "title"}, "POST"),
    # --- Staff ---
    **rows(STAFF, "staff:start staff:analytics staff:models staff:jobs experiments:experiments social:moderation"),
    **rows(STAFF, "accounts:episode_counts"),
    **rows(STAFF, "social:moderation_log monitoring:system catalog:sources social:corrections"),
    **rows(
        STAFF,
        "social:accept_correction social:decline_correction social:undo_correction",
        {"pk": "correction"},
        "POST",
    ),
    # Staff find the source that is named, if it is enabled.
    **rows(access(others=REFUSED, visitor=LOG_IN, staff=NOT_THERE), "catalog:refresh_source", {"name": "old"}, "POST"),
    **rows(STAFF, "monitoring:test_email", methods="POST"),
    **rows(STAFF, "staff:analytics_page", {"slug": "speed"}),
    **rows(STAFF, "staff:model", {"pk": "model"}),
    **rows(STAFF, "staff:serve", {"pk": "model"}, "GET"),
    **rows(STAFF, "staff:run_job", methods="POST"),
    **rows(STAFF, "experiments:experiment", {"pk": "experiment"}),
    **rows(STAFF, "experiments:act", {"pk": "experiment"}, "POST"),
    **rows(STAFF, "social:decide", {"kind": "member", "pk": "owner_id"}, "POST"),
}
# What has no row because nobody gets anywhere with it but by a secret that only they have, or by a state that is rare.
ELSEWHERE = {
    "social:unblock",  # of those whom one has blocked or muted: tests/social/test_relations.py
    "social:unmute",
    "social:unsubscribe",  # by the signed address of a letter: tests/social/test_notifications.py
    "account_confirm_login_code",  # no codes are sent
    "mfa_deactivate_totp",  # not there for who has no app: tests/accounts/security/test_second_factors.py
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",  # answers scripts; a page that asks is sent to log in
    "socialaccount_login_error",  # redirects on
    "mfa_authenticate",  # between password and second factor: tests/accounts/security/test_second_factors.py
    "socialaccount_signup",  # on the way from another site: tests/accounts/security/test_sign_in_providers.py
    "None",  # an old address of allauth's that redirects
    "api:token",  # of the token that asks: tests/anirec
    "catalog:cover",  # by its secret name, of a visible title: tests/catalog/covers
    "social:avatar",  # of a picture that is uploaded: tests/social/profiles
    "accounts:scrobble",  # by a media server with its key: tests/accounts/scrobbling
    "accounts:scrobble_by_header",
    "catalog:calendar_feed",  # by its secret address: tests/catalog/test_calendar.py
    "monitoring:first_admin",  # by the link that the start prints: tests/anirec/monitoring
    "staff:again",  # of a job that failed: tests/recommendations
}
NOT_OURS = {"admin"}  # Django's, which ask for permissions model by model


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        elif pattern.namespace not in NOT_OURS:
            yield from names(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)


def test_every_address_has_a_row():
    assert set(names(get_resolver().url_patterns)) == TABLE.keys() | ELSEWHERE


@pytest.fixture
def world(make_member, make_title) -> dict[str, Any]:
    return make_world(make_member, make_title)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_everybody_gets_in_where_the_table_says(world, viewer):
    answers, client = {}, Client(raise_request_exception=False)
    if viewer != "visitor":
        client.force_login(world["people"][viewer])
    cookies = client.cookies.output(header="")
    for name, row in TABLE.items():
        arguments = {key: world.get(value, value) for key, value in row.arguments.items()}
        for method in row.methods.split():
            path = reverse(name, kwargs=arguments)
            client.cookies.clear()  # an answer may set some, or end the session
            client.cookies.load(cookies)
            answers[f"{method} {name}"] = ask(client, method, path), row.who[viewer]

    wrong = [f"{name}: {found}, not {expected}" for name, (found, expected) in answers.items() if found != expected]
    assert "\n".join(wrong) == ""


VARYING = {"ETag", "RateLimit", "Content-Length", "X-Request-ID"}  # some pages have random tokens; each call counts


def test_head_tells_the_same_as_get(world):
    client, different = Client(raise_request_exception=False), []
    client.force_login(world["people"]["owner"])
    cookies = client.cookies.output(header="")
    for name, row in TABLE.items():
        if "GET" in row.methods.split():
            path = reverse(name, kwargs={key: world.get(value, value) for key, value in row.arguments.items()})
            get, head = (told(client, cookies, method, path) for method in ("GET", "HEAD"))
            different += [f"{name}: {sorted(get ^ head)}"] if get != head else []
    assert different == []


def told(client: Client, cookies: str, method: str, path: str) -> set[tuple[str, str]]:
    """Return status and headers; whatever is done by the request is undone."""
    client.cookies.clear()
    client.cookies.load(cookies)
    with transaction.atomic():
        response = client.generic(method, path)
        transaction.set_rollback(True)
    headers = {(key, "" if key in VARYING else value) for key, value in response.headers.items()}
    return {("Status", str(response.status_code)), *headers}


def ask(client: Client, method: str, path: str) -> str:
    """What happens; whatever is done by it is undone."""
    with transaction.atomic():
        response = client.generic(method, path, content_type="application/json" if path.startswith("/api/") else "")
        transaction.set_rollback(True)
    status = response.status_code
    if status == 401 or (status == 302 and response.headers["Location"].startswith("/accounts/login/")):
        return LOG_IN
    return {403: REFUSED, 404: NOT_THERE}.get(status, IN if status < 500 else str(status))
