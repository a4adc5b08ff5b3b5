"""Corrections of titles: suggested by members, accepted or declined by staff, kept by every import."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.urls import reverse

from accounts.security import limits
from accounts.security.limits import TooManyWritesError, WriteLimit
from accounts.settings.deletion import delete_account
from anirec.lib.database.locks import CATALOGUE_IMPORT, key_of
from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceTitle
from catalog.models import Title
from catalog.search.find import search_titles
from catalog.titles.merging import merge_titles
from social.corrections import queries, settling, suggesting
from social.corrections.fields import FIELDS, display, from_text, parse
from social.corrections.suggesting import suggest
from social.models import Correction
from social.notifications.queries import groups_of, read_groups

pytestmark = pytest.mark.django_db
EVIDENCE = "https://example.org/monster"
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def imported(**fields) -> Title:
    """Import Monster as MyAnimeList has it, and return it."""
    row = SourceTitle(
        source="jikan", row=1, external_ids={"mal": "19"}, name="Monster", format="tv", **{"episodes": 73, **fields}
    )
    import_rows([row], "test", as_of=AS_OF)
    return Title.objects.get(external_ids__value="19")


@pytest.fixture
def staff(make_member):
    return make_member("staff", is_staff=True, is_superuser=True)


@pytest.fixture
def title(db):
    return imported()


@pytest.fixture
def correction(member, title):
    return suggest(member, title, "episodes", "74", EVIDENCE)


@pytest.fixture
def at_work(client, staff):
    client.force_login(staff)
    return client


def sentences(member) -> list[str]:
    return [one.sentence for one in read_groups(list(groups_of(member)))]


class TestFields:
    @pytest.mark.parametrize(
        ("field", "text", "normal", "shown"),
        [
            ("name", " Monster ", "Monster", "Monster"),
            ("episodes", "74", "74", "74"),
            ("episode_seconds", "1440", "1440", "24 min"),
            ("started_on", "2004-04", "2004-04", "Apr 2004"),
            ("format", "movie", "movie", "Movie"),
            ("broadcast_day", "3", "3", "Wednesday"),
            ("broadcast_time", "00:50", "00:50:00", "00:50:00"),
            ("is_adult", "true", "True", "Yes"),
        ],
    )
    def test_values_have_one_form(self, field, text, normal, shown):
        assert (parse(field, text), display(field, normal)) == (normal, shown)
        title = Title(**{field: from_text(field, normal)})
        title.clean_fields(exclude=[one.name for one in Title._meta.fields if one.name != field])

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("name", ""), ("name", "x" * 301), ("name", "a\0b"), ("synopsis", "x" * 10_001), ("episodes", "many"),
            ("episodes", "0"), ("episodes", "-3"), ("episodes", "99999999999999999999"), ("started_on", "2004-13"),
            ("started_on", "1066"), ("ended_on", "soon"), ("season", "monsoon"), ("season_year", "204"),
            ("broadcast_day", "8"), ("broadcast_time", "25:00"), ("format", "tele"), ("is_adult", "perhaps"),
        ],
    )  # fmt: skip
    def test_other_values_are_refused(self, field, text):
        with pytest.raises(ValidationError):
            parse(field, text)

    @pytest.mark.parametrize("field", FIELDS)
    def test_an_unknown_value_can_be_shown_and_written(self, field):
        assert from_text(field, "") in ("", None) if field != "is_adult" else True
        assert display(field, "") == "Unknown"


class TestSuggesting:
    def test_a_suggestion_waits_for_staff(self, member, title, correction):
        title.refresh_from_db()
        assert (correction.state, correction.value, correction.evidence) == ("open", "74", EVIDENCE)
        assert (title.episodes, title.field_sources["episodes"]) == (73, "jikan")

    def test_another_one_for_the_field_replaces_it(self, member, title, correction):
        again = suggest(member, title, "episodes", "75", "The box of the last DVD")
        assert (again.pk, Correction.objects.get().value) == (correction.pk, "75")

    @pytest.mark.parametrize(
        ("values", "wrong"),
        [
            ({"value": "73"}, {"value": ["The title already has this value."]}),
            ({"value": "many"}, {"value": ["“many” value must be an integer."]}),
            ({"value": "9000"}, {"value": ["9000 is out of range: the lowest possible is 1, the highest 5000."]}),
            ({"evidence": " "}, {"evidence": ["Enter a link or the name of a source."]}),
            ({"evidence": "x" * 501}, {"evidence": ["Texts can be up to 500 characters (this one has 501)."]}),
        ],
    )
    def test_errors_name_the_value(self, member, title, values, wrong):
        with pytest.raises(ValidationError) as caught:
            suggest(member, title, "episodes", **{"value": "74", "evidence": EVIDENCE, **values})
        assert (caught.value.message_dict, Correction.objects.count()) == (wrong, 0)

    def test_only_some_fields_can_be_corrected(self, member, title):
        with pytest.raises(ValidationError, match="Unknown field “members”"):
            suggest(member, title, "members", "5", EVIDENCE)

    def test_open_suggestions_are_limited(self, member, title, correction, monkeypatch):
        monkeypatch.setattr(suggesting, "MOST_OPEN", 1)
        with pytest.raises(ValidationError, match="up to 1 open suggestions"):
            suggest(member, title, "name", "Monster!", EVIDENCE)
        assert suggest(member, title, "episodes", "75", EVIDENCE).value == "75"

    def test_so_are_those_of_an_hour(self, client, member, title, monkeypatch):
        monkeypatch.setattr(suggesting, "SUGGESTIONS", WriteLimit("few corrections", per_hour=1))
        limits._shared.cache_clear()
        suggest(member, title, "episodes", "74", EVIDENCE)
        with pytest.raises(TooManyWritesError):
            suggest(member, title, "episodes", "75", EVIDENCE)
        client.force_login(member)
        url = reverse("social:suggest_correction", args=[title.pk, "name"])
        assert client.post(url, {"value": "Monsters", "evidence": EVIDENCE}).status_code == 429


class TestSettling:
    def test_an_accepted_value_survives_every_refresh(self, staff, title, correction):
        settling.accept(staff, correction.pk, correction.value)
        title.refresh_from_db()
        assert (title.episodes, title.field_sources["episodes"]) == (74, "staff")
        assert imported(episodes=75, synopsis="A surgeon.").episodes == 74

    def test_staff_can_edit_it(self, staff, title, correction):
        settling.accept(staff, correction.pk, "76")
        title.refresh_from_db()
        correction.refresh_from_db()
        assert (title.episodes, correction.value, correction.accepted, correction.previous) == (76, "74", "76", "73")

    def test_an_impossible_value_is_refused_and_nothing_written(self, staff, title, correction):
        with pytest.raises(ValidationError):
            settling.accept(staff, correction.pk, "none")
        correction.refresh_from_db()
        title.refresh_from_db()
        assert (correction.state, title.episodes) == ("open", 73)

    def test_a_new_name_is_found(self, staff, member, title):
        correction = suggest(member, title, "name_english", "The Surgeon of Düsseldorf", EVIDENCE)
        settling.accept(staff, correction.pk, correction.value)
        assert search_titles("surgeon dusseldorf", None) == [title]

    def test_what_follows_from_a_value_changes_with_it(self, staff, member):
        title = imported(status="airing")
        assert title.status == "airing"
        correction = suggest(member, title, "ended_on", "2005-09-28", EVIDENCE)
        settling.accept(staff, correction.pk, correction.value)
        title.refresh_from_db()
        assert (title.status, title.field_sources["status"]) == ("finished", "staff")

    def test_undone_the_field_follows_its_sources_again(self, staff, title, correction):
        settling.accept(staff, correction.pk, correction.value)
        imported(episodes=75)
        settling.undo(staff, correction.pk, "The last one is a recap.")
        title.refresh_from_db()
        assert (title.episodes, title.field_sources["episodes"]) == (75, "jikan")
        assert imported(episodes=76).episodes == 76

    def test_a_value_without_a_source_is_back_too(self, staff, member, make_title):
        title = make_title("Monster", episodes=None)
        correction = suggest(member, title, "episodes", "74", EVIDENCE)
        settling.accept(staff, correction.pk, "74")
        settling.undo(staff, correction.pk, "Nobody knows.")
        title.refresh_from_db()
        assert (title.episodes, title.field_sources) == (None, {})

    def test_an_undone_name_is_no_synonym(self, staff, member, title):
        correction = suggest(member, title, "name_english", "Nonsense", EVIDENCE)
        settling.accept(staff, correction.pk, correction.value)
        settling.undo(staff, correction.pk, "That is nonsense.")
        assert sorted(title.names.values_list("text", flat=True)) == ["Monster"]
        assert search_titles("nonsense", None) == []

    def test_the_last_correction_of_a_field_is_undone_first(self, staff, member, title, correction):
        settling.accept(staff, correction.pk, "74")
        second = suggest(member, title, "episodes", "75", EVIDENCE)
        settling.accept(staff, second.pk, "75")
        with pytest.raises(ValidationError, match="This field has changed since"):
            settling.undo(staff, correction.pk, "Wrong.")
        settling.undo(staff, second.pk, "Wrong.")
        settling.undo(staff, correction.pk, "Wrong too.")
        title.refresh_from_db()
        assert (title.episodes, title.field_sources["episodes"]) == (73, "jikan")

    @pytest.mark.parametrize("act", ["accept", "decline"])
    def test_what_is_settled_is_not_settled_again(self, staff, correction, act):
        settling.decline(staff, correction.pk, "No.")
        with pytest.raises(ValidationError, match="already settled: Declined"):
            getattr(settling, act)(staff, correction.pk, "75")

    @pytest.mark.django_db(transaction=True)
    def test_staff_are_told_when_an_import_is_running(self, staff, title, correction):
        other = connections["default"].copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [key_of(CATALOGUE_IMPORT)])
            with pytest.raises(ValidationError, match="Titles are being imported"):
                settling.accept(staff, correction.pk, "74")
        finally:
            other.close()
        correction.refresh_from_db()
        assert correction.state == "open"


class TestTelling:
    def test_the_reporter_hears_what_became_of_it(self, member, staff, title, correction):
        settling.accept(staff, correction.pk, "74")
        settling.undo(staff, correction.pk, "The last one is a recap.")
        settling.decline(staff, suggest(member, title, "name", "Monsters", EVIDENCE).pk, "One is enough.")
        assert sentences(member) == [
            "Your correction of Monster (Main name) was declined: One is enough.",
            "Your correction of Monster (Episodes) was undone: The last one is a recap.",
        ]

    def test_it_outlives_its_reporter(self, member, staff, title, correction):
        delete_account(member)
        settling.accept(staff, correction.pk, "74")
        correction.refresh_from_db()
        assert (correction.reporter, correction.state, correction.settled_by) == (None, "accepted", staff)

    def test_it_is_in_the_members_personal_data(self, client, member, correction):
        client.force_login(member)
        client.post("/accounts/reauthenticate/", {"password": "correct horse"})
        data = json.loads(b"".join(client.get(reverse("accounts:personal_data")).streaming_content))
        (one,) = data["corrections"]
        assert (one["title__name"], one["field"], one["value"], one["evidence"]) == (
            "Monster", "episodes", "74", EVIDENCE,
        )  # fmt: skip

    def test_it_follows_a_merged_title(self, member, title, correction, make_title):
        kept = make_title("Monster (TV)")
        suggest(member, kept, "episodes", "75", EVIDENCE)
        merge_titles(kept.pk, title.pk)
        assert Correction.objects.get(state="open").title == kept


class TestPages:
    def test_from_the_title_to_the_queue(self, client, member, title):
        client.force_login(member)
        choose = reverse("social:choose_field", args=[title.pk])
        url = reverse("social:suggest_correction", args=[title.pk, "episode_seconds"])
        assert choose in client.get(title.get_absolute_url()).content.decode()
        assert url in client.get(choose).content.decode()
        assert client.post(url, {"value": "24", "evidence": EVIDENCE}).headers["Location"] == title.get_absolute_url()
        assert Correction.objects.get().value == "1440"
        assert "Your suggestion: 24 min" in client.get(choose).content.decode()

    @pytest.mark.parametrize(
        "data", [{}, {"value": "many", "evidence": "x"}, {"value": "74"}, {"value": "73", "evidence": "x"}]
    )
    def test_a_bad_suggestion_is_answered_in_the_form(self, client, member, title, data):
        client.force_login(member)
        response = client.post(reverse("social:suggest_correction", args=[title.pk, "episodes"]), data)
        assert (response.status_code, 'class="errorlist"' in response.content.decode()) == (422, True)
        assert Correction.objects.count() == 0

    def test_a_title_that_one_may_not_see_cannot_be_corrected(self, client, member, make_title):
        client.force_login(member)
        adult = make_title(is_adult=True)
        urls = [reverse("social:choose_field", args=[adult.pk]), reverse("social:title_history", args=[adult.pk])]
        urls.append(reverse("social:suggest_correction", args=[adult.pk, "name"]))
        assert [client.get(url).status_code for url in urls] == [404] * 3

    def test_there_is_no_form_for_other_fields(self, client, member, title):
        client.force_login(member)
        assert client.get(reverse("social:suggest_correction", args=[title.pk, "members"])).status_code == 404

    def test_the_history_shows_what_changed_and_not_who_suggested_it(self, client, staff, member, title, correction):
        url = reverse("social:title_history", args=[title.pk])
        assert "No corrections yet" in client.get(url).content.decode()
        settling.accept(staff, correction.pk, "74")
        content = client.get(url).content.decode()
        assert ["73</del>" in content, "74</ins>" in content, EVIDENCE in content] == [True] * 3
        assert ["member" in content.split("<main")[1].split("</main")[0].replace("members", "")] == [False]


class TestQueue:
    def test_shows_the_value_now_with_its_source_and_date(self, at_work, title, correction):
        content = at_work.get(reverse("social:corrections")).content.decode()
        assert ["<code>jikan</code>" in content, "1 Jun 2026" in content, EVIDENCE in content] == [True] * 3
        assert ["73</del>" in content, "74</ins>" in content] == [True] * 2

    def test_staff_accept_edit_decline_and_undo(self, at_work, member, title, correction):
        length = suggest(member, title, "episode_seconds", "1440", EVIDENCE)
        at_work.post(reverse("social:accept_correction", args=[length.pk]), {"value": "25"})
        at_work.post(reverse("social:decline_correction", args=[correction.pk]), {"reason": "Only 73 have aired."})
        title.refresh_from_db()
        assert (title.episode_seconds, title.episodes) == (1500, 73)
        settled = at_work.get(reverse("social:corrections"), {"state": "settled"})
        assert [case.correction.pk for case in settled.context["cases"]] == [correction.pk, length.pk]
        assert "Only 73 have aired." in settled.content.decode()
        at_work.post(reverse("social:undo_correction", args=[length.pk]), {"reason": "Without adverts it is 24."})
        title.refresh_from_db()
        assert (title.episode_seconds, title.field_sources.get("episode_seconds")) == (None, None)

    @pytest.mark.parametrize(
        ("act", "data"),
        [("accept", {}), ("accept", {"value": "x"}), ("decline", {}), ("decline", {"reason": "x" * 301})],
    )
    def test_a_bad_decision_changes_nothing_and_says_why(self, at_work, correction, act, data):
        response = at_work.post(reverse(f"social:{act}_correction", args=[correction.pk]), data, follow=True)
        (message,) = response.context["messages"]
        correction.refresh_from_db()
        assert (message.level_tag, correction.state) == ("error", "open")

    def test_what_is_not_there_cannot_be_settled(self, at_work):
        names = [f"social:{act}_correction" for act in ("accept", "decline", "undo")]
        assert [at_work.post(reverse(name, args=[1]), {"reason": "x"}).status_code for name in names] == [404] * 3

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries(self, at_work, member, make_title, n, django_assert_num_queries):
        for _ in range(n):
            suggest(member, make_title(), "episodes", "74", EVIDENCE)
        with django_assert_num_queries(5):
            at_work.get(reverse("social:corrections"))

    def test_is_for_staff(self, client, member, correction):
        client.force_login(member)
        assert client.get(reverse("social:corrections")).status_code == 403
        assert (
            client.post(reverse("social:accept_correction", args=[correction.pk]), {"value": "74"}).status_code == 403
        )


class TestApi:
    def test_suggests_and_lists(self, api, title):
        url = f"/api/v1/titles/{title.pk}/corrections/"
        created = api.post(url, {"field": "episodes", "value": "74", "evidence": EVIDENCE}, format="json")
        assert (created.status_code, created.data["state"], created.data["value"]) == (201, "open", "74")
        (one,) = api.get("/api/v1/my/corrections/").data["results"]
        assert (one["id"], one["title"]["name"], one["reason"]) == (created.data["id"], "Monster", "")

    @pytest.mark.parametrize(
        ("data", "status", "wrong"),
        [
            ({"field": "members"}, 400, "field"), ({"value": "many"}, 422, "value"), ({"value": ""}, 400, "value"),
            ({"evidence": ""}, 400, "evidence"), ({"value": "73"}, 422, "value"),
        ],
    )  # fmt: skip
    def test_errors_name_the_value(self, api, title, data, status, wrong):
        body = {"field": "episodes", "value": "74", "evidence": EVIDENCE, **data}
        response = api.post(f"/api/v1/titles/{title.pk}/corrections/", body, format="json")
        assert (response.status_code, wrong in json.dumps(response.data)) == (status, True)

    def test_corrections_of_hidden_titles_are_not_listed(self, api, member, title, correction):
        Title.objects.filter(pk=title.pk).update(is_adult=True)
        assert list(queries.suggestions_by(member)) == []


def test_the_history_is_paged(client, title):
    Correction.objects.bulk_create(
        Correction(title=title, field="episodes", state="accepted", settled_at=AS_OF, previous="73", accepted=f"{n}")
        for n in range(100, 121)
    )
    page = client.get(reverse("social:title_history", args=[title.pk])).content.decode()
    assert (page.count("<del>"), "120</ins>" in page, "page=2" in page) == (20, True, True)
