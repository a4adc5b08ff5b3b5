from __future__ import annotations

import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AccessToken, HiddenTitle, ListEntry, User
from accounts.tokens.issuing import issue_token
from tests.conftest import confirm_password

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}
PASSWORD = "correct horse"


@pytest.fixture
def own(client, member):
    """The member's browser."""
    client.force_login(member)
    return client


def htmx(target: str) -> dict[str, str]:
    return {**HTMX, "HTTP_HX_TARGET": target}


def undo_address(response) -> str:
    return re.search(r'<form action="(/list/undo/\w+/)"', response.content.decode())[1]


def names(response) -> list[str]:
    return [entry.title.name for entry in response.context["page"]]


class TestList:
    def test_asks_a_visitor_to_log_in(self, client):
        response = client.get(reverse("accounts:list"))
        assert (response.status_code, response.url) == (302, "/accounts/login/?next=/list/")

    def test_shows_the_members_own_entries_private_ones_too(self, own, member, make_member, make_title, make_entry):
        make_entry(member, make_title("Mine"), visibility="private")
        make_entry(make_member(), make_title("Somebody's"))
        assert names(own.get(reverse("accounts:list"))) == ["Mine"]

    def test_leaves_out_adult_titles_until_the_member_wants_them(self, own, member, make_title, make_entry):
        make_entry(member, make_title("For all"))
        make_entry(member, make_title("For adults", is_adult=True))
        assert names(own.get(reverse("accounts:list") + "?sort=name")) == ["For all"]
        User.objects.update(shows_adult=True)
        assert names(own.get(reverse("accounts:list") + "?sort=name")) == ["For adults", "For all"]

    def test_counts_each_status_and_means_the_scores(self, own, member, make_entry):
        make_entry(member, status="completed", score=9)
        make_entry(member, status="completed", score=6)
        make_entry(member, status="dropped")
        page = own.get(reverse("accounts:list")).context["list"]
        assert {c.status: c.n for c in page.counts} == {
            "": 3, "planned": 0, "watching": 0, "completed": 2, "rewatching": 0, "on_hold": 0, "dropped": 1,
        }  # fmt: skip
        assert (page.n_scored, page.mean_score) == (2, 7.5)

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("sort=name", ["Akira", "Bleach", "Clannad"]),
            ("sort=score", ["Bleach", "Akira", "Clannad"]),
            ("sort=year", ["Clannad", "Bleach", "Akira"]),
            ("status=completed&sort=name", ["Akira", "Bleach"]),
            ("q=BLEA", ["Bleach"]),
            ("q=nothing", []),
            ("sort=nonsense&status=nonsense", ["Clannad", "Bleach", "Akira"]),
        ],
    )
    def test_filters_and_orders(self, own, member, make_title, make_entry, query, shown):
        from catalog.models import TitleName

        for name, year, status, score in [
            ("Akira", 1988, "completed", 7),
            ("Bleach", 2004, "completed", 9),
            ("Clannad", 2007, "planned", None),
        ]:
            title = make_title(name, season_year=year)
            TitleName.objects.create(title=title, kind="main", text=name, key=name.lower())
            make_entry(member, title, status=status, score=score)
        assert names(own.get(f"{reverse('accounts:list')}?{query}")) == shown

    @pytest.mark.parametrize("n", [1, 100])
    def test_takes_the_same_number_of_queries_for_any_number_of_rows(
        self, own, member, make_entry, n, django_assert_num_queries
    ):
        for _ in range(n):
            make_entry(member)
        with django_assert_num_queries(8):
            own.get(reverse("accounts:list"))

    def test_htmx_gets_the_rows_alone(self, own, member, make_entry):
        make_entry(member)
        content = own.get(reverse("accounts:list"), **htmx("entries")).content.decode()
        assert content.lstrip().startswith('<div class="entries" id="entries">')
        assert "<html" not in content


class TestCards:
    def test_seen_titles_are_faded_while_browsing_but_not_on_the_own_list(self, own, member, make_entry):
        make_entry(member, status="completed")
        browsing, listed = (
            own.get(path).content.decode()
            for path in (reverse("catalog:browse"), reverse("accounts:list") + "?view=grid")
        )
        assert ('class="card done"' in browsing, 'class="card done"' in listed) == (True, False)
        assert 'class="card"' in listed

    def test_buttons_have_words(self, own, make_title):
        make_title("Monster")
        content = own.get(reverse("catalog:browse")).content.decode()
        acts = content.split('<div class="acts"')[1].split("</div>")[0]
        assert re.findall(r"</svg>(.*?)</button>", acts) == ["Plan", "Liked", "Seen", "Hide"]


class TestEntry:
    def test_a_plain_form_goes_back_to_its_page(self, own, member, make_title):
        title = make_title()
        response = own.post(reverse("accounts:entry", args=[title.pk]), {"score": "8", "next": "/list/?sort=name"})
        assert (response.status_code, response.url) == (302, "/list/?sort=name")
        assert member.entries.values_list("status", "score", "progress").get() == ("completed", 8, 12)

    @pytest.mark.parametrize("outside", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
    def test_never_goes_to_another_site(self, own, make_title, outside):
        title = make_title()
        response = own.post(reverse("accounts:entry", args=[title.pk]), {"score": "8", "next": outside})
        assert response.url == title.get_absolute_url()

    def test_htmx_gets_the_editor_again_and_the_page_is_told(self, own, make_title):
        title = make_title()
        response = own.post(reverse("accounts:entry", args=[title.pk]), {"score": "8"}, **htmx("editor"))
        assert response.headers["HX-Trigger"] == '{"list-changed": {}}'
        assert response.templates[0].name == "accounts/lists/_editor.html"

    def test_only_what_was_changed_is_written(self, own, member, make_entry):
        entry = make_entry(member, status="planned", notes="from a friend")
        row = {"status": "planned", "score": "9", "progress": "0"}
        own.post(reverse("accounts:entry", args=[entry.title_id]), row, **htmx(f"entry-{entry.title_id}"))
        entry.refresh_from_db()
        assert (entry.status, entry.score, entry.progress, entry.notes) == ("completed", 9, 12, "from a friend")

    def test_a_row_fetches_its_fields_when_it_is_opened(self, own, member, make_entry):
        entry = make_entry(member, score=7)
        assert "<select" not in own.get(reverse("accounts:list"), **htmx("entries")).content.decode()
        fields = own.get(reverse("accounts:entry", args=[entry.title_id]), **htmx(f"more-{entry.title_id}"))
        assert '<option value="7" selected>7</option>' in fields.content.decode()

    def test_a_row_stays_open_with_what_was_wrong(self, own, member, make_entry):
        entry = make_entry(member, status="watching")
        url, row = reverse("accounts:entry", args=[entry.title_id]), htmx(f"entry-{entry.title_id}")
        response = own.post(url, {"status": "watching", "started_on": "some day"}, **row)
        content = response.content.decode()
        assert (response.status_code, f'id="entry-{entry.title_id}"' in content, 'value="some day"' in content) == (
            422, True, True,
        )  # fmt: skip

    def test_a_removed_row_is_gone(self, own, member, make_entry):
        title_id = make_entry(member).title_id
        response = own.post(reverse("accounts:remove", args=[title_id]), **htmx(f"entry-{title_id}"))
        assert f'id="entry-{title_id}"' not in response.content.decode()

    def test_one_more_episode(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        row = {"status": "watching", "score": "", "progress": "4", "episode": "5"}
        own.post(reverse("accounts:entry", args=[entry.title_id]), row)
        entry.refresh_from_db()
        assert (entry.status, entry.progress) == ("watching", 5)

    @pytest.mark.parametrize("via", ["", "editor", "row"])
    @pytest.mark.parametrize("now_at", [3, 5, 9])
    def test_a_step_that_is_sent_again_or_late_changes_nothing_and_says_so(self, own, member, make_entry, via, now_at):
        """A double click, the back button, or a second tab: the page's next episode isn't the next any more."""
        entry = make_entry(member, status="watching", progress=now_at)
        target = {"editor": htmx("editor"), "row": htmx(f"entry-{entry.title_id}")}.get(via, {})
        response = own.post(reverse("accounts:entry", args=[entry.title_id]), {"episode": "5"}, **target)
        entry.refresh_from_db()
        assert entry.progress == now_at
        page = response if via else own.get(entry.title.get_absolute_url())
        content = page.content.decode()
        assert f"No episode added: your progress had already changed. You’re at episode {now_at}." in content
        assert f"{now_at} / 12" in content
        assert f'value="{now_at + 1}"' in content

    def test_the_page_names_the_next_episode_for_its_button(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        for content in (
            own.get(reverse("accounts:list")).content.decode(),
            own.get(entry.title.get_absolute_url()).content.decode(),
        ):
            assert re.findall(r'name="episode"\s+value="(\d+)"', content) == ["5"]

    def test_fields_that_nobody_touched_dont_undo_what_another_tab_did(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        url = reverse("accounts:entry", args=[entry.title_id])
        fields = own.get(url, **htmx(f"more-{entry.title_id}")).content.decode()
        loaded = {name: "4" if "progress" in name else "watching" for name in ("progress", "status")}
        assert [f'name="initial-{name}" value="{value}"' in fields for name, value in loaded.items()] == [True, True]

        own.post(url, {"episode": "5", "score": "7"})
        own.post(url, {"progress": "12"})
        stale = loaded | {f"initial-{name}": value for name, value in loaded.items()} | {"notes": "Slow."}
        own.post(url, stale)
        entry.refresh_from_db()
        assert (entry.status, entry.progress, entry.notes) == ("completed", 12, "Slow.")

    @pytest.mark.parametrize(
        ("data", "field", "message"),
        [
            ({"score": "11"}, "score", "Ensure this value is less than or equal to 10."),
            ({"score": "ten"}, "score", "Enter a whole number."),
            ({"progress": "13"}, "progress", "Too many episodes watched (13). The title has 12."),
            ({"started_on": "2019-02-30"}, "started_on", "2019-02 has no day 30"),
            ({"status": "seen"}, "status", "Select a valid choice. seen is not one of the available choices."),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_written(
        self, own, member, make_entry, data, field, message
    ):
        entry = make_entry(member, status="watching", progress=2)
        response = own.post(reverse("accounts:entry", args=[entry.title_id]), data, **htmx("editor"))
        assert (response.status_code, dict(response.context["form"].errors)) == (422, {field: [message]})
        assert message in response.content.decode()
        assert member.entries.values_list("status", "score", "progress", "started_on").get() == (
            "watching", None, 2, None,
        )  # fmt: skip

    @pytest.mark.parametrize("name", ["entry", "remove", "hide", "unhide", "quick"])
    def test_a_visitor_is_asked_to_log_in_and_writes_nothing(self, client, make_title, name):
        title = make_title()
        response = client.post(reverse(f"accounts:{name}", args=[title.pk]), {"score": "8", "action": "plan"})
        assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")
        assert (ListEntry.objects.count(), HiddenTitle.objects.count()) == (0, 0)

    @pytest.mark.parametrize("name", ["entry", "remove", "hide", "unhide", "quick"])
    def test_an_adult_title_is_not_there_without_the_opt_in(self, own, make_title, name):
        title = make_title(is_adult=True)
        response = own.post(reverse(f"accounts:{name}", args=[title.pk]), {"score": "8", "action": "plan"})
        assert response.status_code == 404
        assert (ListEntry.objects.count(), HiddenTitle.objects.count()) == (0, 0)

    def test_removing_is_for_ones_own_entry_only(self, own, member, make_member, make_title, make_entry):
        title = make_title()
        make_entry(member, title)
        theirs = make_entry(make_member(), title)
        own.post(reverse("accounts:remove", args=[title.pk]))
        assert list(ListEntry.objects.all()) == [theirs]

    def test_forms_without_their_token_are_refused(self, member, make_title):
        from django.test import Client

        browser = Client(enforce_csrf_checks=True)
        browser.force_login(member)
        response = browser.post(reverse("accounts:entry", args=[make_title().pk]), {"score": "8"})
        assert (response.status_code, member.entries.count()) == (403, 0)
        assert "Form expired" in response.content.decode()


class TestQuickActions:
    @pytest.mark.parametrize(
        ("action", "entry"),
        [
            ("plan", ("planned", None, 0)),
            ("liked", ("completed", 9, 12)),
            ("seen", ("completed", None, 12)),
        ],
    )
    def test_put_the_title_on_the_list_and_can_be_undone(self, own, member, make_title, action, entry):
        title = make_title("Monster")
        response = own.post(reverse("accounts:quick", args=[title.pk]), {"action": action}, **htmx(f"card-{title.pk}"))
        assert member.entries.values_list("status", "score", "progress").get() == entry
        assert response.headers["HX-Trigger"] == '{"list-changed": {}}'
        own.post(undo_address(response), **HTMX)
        assert member.entries.count() == 0

    def test_not_interested_hides_and_can_be_undone(self, own, member, make_title):
        title = make_title()
        own.post(reverse("accounts:quick", args=[title.pk]), {"action": "hide"}, **HTMX)
        assert (member.entries.count(), member.hidden.get().title) == (0, title)
        own.post(reverse("accounts:unhide", args=[title.pk]), **HTMX)
        assert member.hidden.count() == 0

    def test_undoing_brings_back_the_entry_that_was_there(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=3, score=7, tags=["with Ann"])
        response = own.post(reverse("accounts:quick", args=[entry.title_id]), {"action": "seen"}, **HTMX)
        own.post(undo_address(response), **HTMX)
        assert member.entries.values_list("status", "progress", "score", "tags").get() == (
            "watching", 3, 7, ["with Ann"],
        )  # fmt: skip

    def test_an_unknown_one_is_refused(self, own, member, make_title):
        response = own.post(reverse("accounts:quick", args=[make_title().pk]), {"action": "burn"})
        assert (response.status_code, member.entries.count()) == (400, 0)


class TestHiddenTitles:
    def test_are_listed_and_taken_back(self, own, member, make_member, make_title):
        first, second, other = make_title(), make_title(), make_title()
        for user, title in [(member, first), (member, second), (make_member(), other)]:
            HiddenTitle.objects.create(user=user, title=title)
        assert own.get(reverse("accounts:hidden")).context["titles"] == [second, first]
        response = own.post(reverse("accounts:unhide", args=[second.pk]), **htmx("hidden-titles"))
        assert response.context["titles"] == [first]

    @pytest.mark.parametrize("n", [1, 3])
    def test_take_the_same_number_of_queries_for_any_number(
        self, own, member, make_title, n, django_assert_num_queries
    ):
        for _ in range(n):
            HiddenTitle.objects.create(user=member, title=make_title())
        with django_assert_num_queries(4):
            own.get(reverse("accounts:hidden"))


class TestSettings:
    def test_language_and_theme(self, own, member):
        chosen = {
            "title_language": "english", "theme": "dark", "score_format": "stars", "language": "de",
            "time_zone": "Europe/Berlin",
        }  # fmt: skip
        response = own.post(reverse("accounts:preferences"), chosen)
        member.refresh_from_db()
        assert {name: getattr(member, name) for name in chosen} == chosen
        assert response.cookies["django_language"].value == "de"

    def test_an_age_limit_takes_the_password(self, own, member):
        url = reverse("accounts:age_limit")
        assert own.post(url, {"age_limit": "pg", "password": "wrong"}).status_code == 422
        own.post(url, {"age_limit": "pg", "password": PASSWORD})
        member.refresh_from_db()
        assert member.age_limit == "pg"

    def test_titles_are_named_in_the_members_language(self, own, member, make_title):
        make_title("Shingeki no Kyojin", name_english="Attack on Titan")
        User.objects.update(title_language="english")
        content = own.get(reverse("catalog:browse")).content.decode()
        assert ("Attack on Titan" in content, "Shingeki no Kyojin" in content) == (True, False)

    def test_adult_titles_are_opted_in_and_out(self, own, member):
        own.post(reverse("accounts:adult"), {"shows_adult": "on"})
        member.refresh_from_db()
        assert (member.shows_adult, member.list_version) == (True, 1)
        own.post(reverse("accounts:adult"))
        member.refresh_from_db()
        assert (member.shows_adult, member.list_version) == (False, 2)

    def test_deleting_the_account_needs_the_password(self, own, member):
        for response in (own.get(reverse("accounts:delete_account")), own.post(reverse("accounts:delete_account"))):
            assert response.url.startswith(reverse("account_reauthenticate"))
        assert User.objects.filter(pk=member.pk).exists()

    def test_deleting_the_account_deletes_everything_in_it_and_nothing_else(
        self, own, member, make_member, make_title, make_entry
    ):
        title = make_title()
        make_entry(member, title)
        HiddenTitle.objects.create(user=member, title=make_title())
        issue_token(member, "Script", ["read:list"])
        theirs = make_entry(make_member("other"), title)
        response = confirm_password(own).post(reverse("accounts:delete_account"), follow=True)
        assert list(User.objects.values_list("username", flat=True)) == ["other"]
        assert (list(ListEntry.objects.all()), HiddenTitle.objects.count(), AccessToken.objects.count()) == (
            [theirs],
            0,
            0,
        )
        assert "Your account and all its data have been deleted." in response.content.decode()
        assert own.get(reverse("accounts:settings")).status_code == 302

    def test_a_visitors_theme_is_a_cookie_a_members_a_setting(self, client, member):
        client.post(reverse("accounts:theme"), {"theme": "dark"})
        assert client.cookies["theme"].value == "dark"
        assert '<html lang="en" data-theme="dark">' in client.get("/about/").content.decode()
        client.force_login(member)
        client.post(reverse("accounts:theme"), {"theme": "light"})
        member.refresh_from_db()
        assert member.theme == "light"

    def test_an_unknown_theme_is_refused(self, client):
        response = client.post(reverse("accounts:theme"), {"theme": "plaid"})
        assert (response.status_code, "theme" in client.cookies) == (400, False)


class TestEntrance:
    def rate(self, client, title, score):
        return client.post(reverse("recommendations:guest_rate", args=[title.pk]), {"score": score})

    def test_a_visitors_ratings_are_kept_on_signing_up(self, client, make_title):
        title = make_title()
        self.rate(client, title, 9)
        form = {"email": "new@example.org", "username": "newcomer", "password1": "a long enough one"}
        client.post(reverse("account_signup"), form)
        entry = User.objects.get(username="newcomer").entries.get()
        assert (entry.title, entry.status, entry.score) == (title, "completed", 9)
        assert "guest_scores" not in client.session
        assert [letter.to for letter in mail.outbox] == [["new@example.org"]]

    def test_and_on_logging_in_without_replacing_a_score(self, client, member, make_title, make_entry):
        known, new = make_title(), make_title()
        make_entry(member, known, status="completed", score=4)
        self.rate(client, known, 10)
        self.rate(client, new, 7)
        client.post(reverse("account_login"), {"login": "member", "password": PASSWORD})
        assert dict(member.entries.values_list("title", "score")) == {known.pk: 4, new.pk: 7}

    @pytest.mark.parametrize(
        "name",
        ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"],
    )
    def test_pages_for_visitors_wear_the_sites_look(self, client, name):
        content = client.get(reverse(name)).content.decode()
        assert ('class="entrance"' in content, 'class="brand"' in content) == (True, True)

    @pytest.mark.parametrize("name", ["account_email", "account_change_password", "account_logout"])
    def test_pages_for_members_wear_the_sites_look(self, own, name):
        content = own.get(reverse(name)).content.decode()
        assert ('class="panel"' in content, 'class="brand"' in content) == (True, True)
