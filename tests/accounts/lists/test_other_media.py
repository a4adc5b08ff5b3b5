"""What is read: chapters and volumes, its own words, a tab on the list, and the setting that shows it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.entries import writing as lists
from accounts.entries.wording import times_again
from accounts.models import ListEntry, User
from accounts.own_entries.writing import add_entry
from anirec.lib.partial_dates import PartialDate
from catalog.models import Title
from social.visibility import own_entries_visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(member):
    lists.show_media(member, ["manga", "light_novel"])
    return member


@pytest.fixture
def manga(make_title) -> Title:
    return make_title("Monster", medium="manga", format="", episodes=None, chapters=162, volumes=18)


class TestWhoSeesIt:
    def test_only_who_switches_it_on(self, client, member, manga):
        client.force_login(member)
        before = client.get(manga.get_absolute_url()).status_code
        client.post(reverse("accounts:media"), {"extra_media": ["manga"]})

        assert (before, client.get(manga.get_absolute_url()).status_code) == (404, 200)

    def test_each_kind_by_itself(self, make_member, make_title):
        for medium in ("anime", "manga", "light_novel", "game"):
            make_title(medium, medium=medium)
        reader = make_member(extra_media=["light_novel"])

        visible = Title.objects.visible_to(reader).order_by("pk").values_list("name", flat=True)
        assert list(visible) == ["anime", "light_novel"]

    def test_age_limits_and_adult_titles_as_with_anime(self, make_member, make_title):
        for name, fields in {"adult": {"is_adult": True}, "teens": {"age_rating": "pg_13"}, "any": {}}.items():
            make_title(name, medium="manga", **fields)
        seen = [
            set(Title.objects.visible_to(make_member(extra_media=["manga"], **settings)).values_list("name", flat=True))
            for settings in ({}, {"shows_adult": True}, {"age_limit": "pg_13"})
        ]

        assert seen == [{"teens", "any"}, {"teens", "any", "adult"}, {"teens"}]

    def test_entries_of_many_members_each_by_its_members_choice(self, make_member, make_entry, manga, make_title):
        reader, other = make_member(extra_media=["manga"]), make_member(extra_media=["light_novel"])
        for member in (reader, other):
            make_entry(member, manga)
            make_entry(member, make_title())

        seen = ListEntry.objects.visible_to_owners().filter(title=manga).values_list("user", flat=True)
        assert list(seen) == [reader.pk]
        assert ListEntry.objects.visible_to_owners().count() == 3

    def test_a_list_keeps_what_is_switched_off(self, reader, manga):
        lists.set_score(reader, manga, 9)
        lists.show_media(reader, [])
        hidden = ListEntry.objects.own(reader).count()
        lists.show_media(reader, ["manga"])

        assert (hidden, ListEntry.objects.own(reader).get().score) == (0, 9)

    def test_others_own_entries_of_it(self, make_member):
        ada, ben, cleo = make_member(), make_member(extra_media=["manga"]), make_member()
        add_entry(ada, name="Only on paper", kind="manga")

        assert [own_entries_visible_to(one).count() for one in (ada, ben, cleo, None)] == [1, 1, 0, 0]

    def test_the_setting_of_the_api_counts_as_a_change_of_the_list(self, api, member):
        changed = api.patch("/api/v1/my/settings/", {"extra_media": ["manga"]}, format="json").json()

        member.refresh_from_db()
        assert (changed["extra_media"], member.extra_media, member.list_version) == (["manga"], ["manga"], 1)

    @pytest.mark.parametrize("media", [["anime"], ["film"], "manga"])
    def test_unknown_kinds_are_refused(self, api, media):
        assert api.patch("/api/v1/my/settings/", {"extra_media": media}, format="json").status_code == 400


class TestProgress:
    def test_counts_chapters_up_to_the_last(self, reader, manga):
        entry = lists.set_progress(reader, manga, 162)

        assert (entry.status, entry.progress, entry.volumes) == ("completed", 162, 18)

    def test_more_chapters_than_there_are_is_refused(self, api, reader, manga):
        answer = api.patch(f"/api/v1/my/list/{manga.pk}/", {"progress": 163}, format="json")

        assert (answer.status_code, answer.json()["errors"]["progress"]) == (
            422, ["Too many chapters read (163). The title has 162."],
        )  # fmt: skip

    def test_completing_reads_everything_and_rereading_starts_again(self, reader, manga):
        done = lists.set_status(reader, manga, "completed")
        again = lists.set_status(reader, manga, "rewatching")

        assert [(entry.progress, entry.volumes) for entry in (done, again)] == [(162, 18), (0, 0)]

    def test_volumes_are_given_beside_chapters(self, api, reader, manga):
        api.patch(f"/api/v1/my/list/{manga.pk}/", {"progress": 12, "volumes": 2}, format="json")

        assert reader.entries.values_list("status", "progress", "volumes").get() == ("watching", 12, 2)

    def test_one_more_chapter_from_the_title_page(self, client, reader, manga):
        lists.set_progress(reader, manga, 3)
        client.force_login(reader)
        page = client.get(manga.get_absolute_url()).content.decode()

        client.post(reverse("accounts:entry", args=[manga.pk]), {"episode": "4"})

        assert "1 chapter" in page
        assert "1 episode" not in page
        assert reader.entries.get().progress == 4


class TestPages:
    def test_the_list_has_a_tab_for_each_kind_and_its_words(self, client, reader, manga, make_title):
        lists.set_progress(reader, manga, 3)
        lists.set_progress(reader, make_title("Anime"), 3)
        client.force_login(reader)

        page = client.get(reverse("accounts:list"), {"medium": "manga"})

        assert [(tab.status, tab.n) for tab in page.context["media"]] == [
            ("", 2), ("anime", 1), ("manga", 1), ("light_novel", 0),
        ]  # fmt: skip
        assert [(row.name, row.status, row.progress) for row in page.context["rows"]] == [
            ("Monster", "Reading", "Ch. 3 / 162")
        ]

    def test_who_only_wants_anime_has_no_tabs(self, client, member, make_title):
        lists.set_progress(member, make_title("Anime"), 3)
        client.force_login(member)

        assert client.get(reverse("accounts:list")).context["media"] == []

    def test_a_profile_shows_it_to_those_who_read(self, client, make_member, reader, manga):
        lists.set_progress(reader, manga, 3)
        client.force_login(make_member(extra_media=["manga"]))
        page = client.get(reader.get_absolute_url()).content.decode()
        client.force_login(make_member())

        assert "Ch. 3 / 162" in page
        assert "Monster" not in client.get(reader.get_absolute_url()).content.decode()

    def test_the_history_says_chapters(self, client, reader, manga):
        lists.set_progress(reader, manga, 3)
        lists.watch_episode(reader, manga, 4)
        client.force_login(reader)

        assert "Read chapter" in client.get(reverse("accounts:history")).content.decode()

    def test_a_card_says_what_it_is(self, client, reader, manga):
        client.force_login(reader)

        page = client.get(reverse("catalog:browse"), {"medium": "manga"}).content.decode()

        assert "Manga · 162 chapters · 2020" in page
        assert "Read: add to list as completed" in page


def test_statistics_are_of_one_kind(client, reader, manga, make_title):
    lists.set_score(reader, manga, 9)
    lists.set_score(reader, make_title("Anime"), 6)
    client.force_login(reader)

    pages = [client.get(reverse("recommendations:taste"), {"medium": medium}) for medium in ("anime", "manga", "game")]

    assert [page.context["profile"].mean for page in pages] == [6, 9, 6]
    assert User.objects.get(pk=reader.pk).list_version > 0


class TestWordsOfItsMedium:
    @pytest.mark.parametrize(
        ("medium", "words"),
        [("anime", "rewatched twice|rewatched 2 times"), ("manga", "reread 2 times"), ("game", "played again 2 times")],
    )
    def test_how_often_again(self, medium, words):
        assert times_again(2, medium) in words.split("|")

    def test_a_game_counts_no_chapters_or_episodes(self, client, member, make_title):
        lists.show_media(member, ["game"])
        game = make_title("Quest", medium="game", format="", episodes=None)
        lists.update_entry(member, game, status="watching")
        client.force_login(member)

        pages = [
            client.get(path).content.decode()
            for path in (game.get_absolute_url(), reverse("accounts:entry", args=[game.pk]), reverse("accounts:list"))
        ]

        assert [
            [word for word in ("hapter", 'name="episode"', 'name="progress"') if word in page] for page in pages
        ] == [
            [],
            [],
            [],
        ]
        assert all("Playing" in page for page in pages)

    def test_the_history_of_what_is_read_says_reread(self, client, reader, manga):
        again = [PartialDate.parse("2021")]
        lists.update_entry(reader, manga, status="completed", finished_on="2020", rewatched_on=again)
        client.force_login(reader)

        page = client.get(reverse("accounts:history_of_title", args=[manga.pk])).content.decode()

        assert "Reread 1" in page
        assert not [word for word in ("Watched", "Rewatch") if word in page]
