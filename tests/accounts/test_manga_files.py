"""Manga and light novels in list files: every row finds its title, or is kept; what goes out comes back."""

from __future__ import annotations

import io
import json

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import OwnEntry, User
from accounts.portability.exports import export_list
from accounts.portability.imports import reading
from catalog.models import ExternalId, Title, TitleName
from catalog.search.keys import search_key
from tests.accounts.portability.importing import run

pytestmark = pytest.mark.django_db
VALUES = ("status", "score", "progress", "volumes", "rewatches", "notes", "tags")


def shelve(name: str, mal: int, medium: str = "manga", **fields) -> Title:
    title = Title.objects.create(name=name, medium=medium, **fields)
    TitleName.objects.create(title=title, kind="main", text=name, key=search_key(name))
    ExternalId.objects.create(title=title, provider="mal", medium="manga", value=str(mal))
    return title


def manga_xml(*rows: tuple[str, int, str, int, int, int]) -> bytes:
    """Return MyAnimeList's export of (name, MAL id, status, chapters read, volumes read, score)."""
    entries = "".join(
        f"<manga><manga_mangadb_id>{mal}</manga_mangadb_id><manga_title><![CDATA[{name}]]></manga_title>"
        f"<my_read_volumes>{volumes}</my_read_volumes><my_read_chapters>{chapters}</my_read_chapters>"
        f"<my_score>{score}</my_score><my_status>{status}</my_status><my_times_read>0</my_times_read></manga>"
        for name, mal, status, chapters, volumes, score in rows
    )
    head = "<myinfo><user_export_type>2</user_export_type></myinfo>"
    return f"<myanimelist>{head}{entries}</myanimelist>".encode()


def anilist_json(*media: dict) -> bytes:
    entries = [
        {"mediaId": one["id"], "status": "CURRENT", "score": 8, "progress": 12, "progressVolumes": 2, "media": one}
        for one in media
    ]
    lists = {
        "lists": [{"name": "Reading", "entries": entries}],
        "user": {"mediaListOptions": {"scoreFormat": "POINT_10"}},
    }
    return json.dumps({"data": {"MediaListCollection": lists}}).encode()


def entries(member: User) -> set[tuple]:
    return set(member.entries.values_list("title__name", "title__medium", "status", "progress", "volumes", "score"))


class TestMyAnimeListsMangaFile:
    def test_its_rows_find_manga_and_light_novels_never_the_anime_of_their_number(self, member, make_known):
        make_known("Monster", mal=1)
        shelve("Monster", 1)
        shelve("Kumo", 2, "light_novel")

        run(reading.open_file(member, "manga.xml", manga_xml(
            ("Monster", 1, "Reading", 12, 2, 9), ("Kumo", 2, "Plan to Read", 0, 0, 0)
        )))  # fmt: skip

        assert entries(member) == {
            ("Monster", "manga", "watching", 12, 2, 9), ("Kumo", "light_novel", "planned", 0, 0, None),
        }  # fmt: skip

    def test_it_switches_the_kinds_on_and_says_so_before(self, own, member):
        shelve("Monster", 1)
        opened = reading.open_file(member, "manga.xml", manga_xml(("Monster", 1, "Reading", 12, 2, 9)))

        assert "kind that you don’t show yet (Manga)" in own.get(opened.get_absolute_url()).content.decode()
        run(opened)

        member.refresh_from_db()
        assert member.extra_media == ["manga"]

    def test_what_the_catalogue_lacks_stays_the_members_own_and_switches_nothing_on(self, member):
        run(reading.open_file(member, "manga.xml", manga_xml(("Nobody knows", 9, "Reading", 3, 0, 0))))

        member.refresh_from_db()
        assert (list(member.own_entries.values_list("name", "kind")), member.extra_media) == (
            [("Nobody knows", "manga")], [],
        )  # fmt: skip

    def test_completed_without_chapters_is_read_to_the_end(self, member):
        shelve("Monster", 1, chapters=162)
        run(reading.open_file(member, "manga.xml", manga_xml(("Monster", 1, "Completed", 0, 0, 9))))

        assert entries(member) == {("Monster", "manga", "completed", 162, 0, 9)}


class TestAniList:
    def test_its_manga_and_novels_are_told_apart(self, member):
        shelve("Monster", 1)
        novel = shelve("Monster", 2, "light_novel")
        run(reading.open_file(member, "list.json", anilist_json(
            {"id": 30001, "idMal": 1, "type": "MANGA", "format": "MANGA", "title": {"romaji": "Monster"}},
            {"id": 30002, "idMal": None, "type": "MANGA", "format": "NOVEL", "title": {"romaji": "Monster"}},
        )))  # fmt: skip

        assert novel.pk in set(member.entries.values_list("title", flat=True))
        assert {row[1] for row in entries(member)} == {"manga", "light_novel"}


ROWS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from(["Reading", "Completed", "On-Hold", "Dropped", "Plan to Read"]),
        st.integers(0, 40), st.integers(0, 9), st.integers(0, 10),
    ),
    max_size=10, unique_by=lambda row: row[0],
)  # fmt: skip
CATALOGUE = st.dictionaries(st.integers(1, 12), st.sampled_from(["manga", "light_novel"]), max_size=8)


class TestRoundTrip(TestCase):
    @pytest.mark.property
    @given(rows=ROWS, catalogue=CATALOGUE)
    def test_no_row_of_a_manga_list_is_lost_on_the_way_in_out_and_in_again(self, rows, catalogue):
        for mal, medium in catalogue.items():
            shelve(f"Book {mal}", mal, medium)
        file = manga_xml(*((f"Book {mal}", mal, *values) for mal, *values in rows))
        ada, ben, cleo = (User.objects.create_user(name, f"{name}@example.org") for name in ("ada", "ben", "cleo"))

        if rows:
            run(reading.open_file(ada, "manga.xml", file))
            for member, kind in ((ben, "manga.xml"), (cleo, "json")):
                data = "".join(export_list(ada, kind)).encode()
                run(reading.open_file(member, f"list.{kind}", data))

        assert held(ada) == held(ben) == held(cleo)
        assert {name for name, *_rest in held(ada)} == {f"Book {mal}" for mal, *_rest in rows}


def held(member: User) -> list[tuple]:
    """Return all of a member's entries, in the catalogue or not."""
    listed = [(one.title.name, *values_of(one)) for one in member.entries.select_related("title")]
    return sorted(listed + [(one.name, *values_of(one)) for one in member.own_entries.all()], key=str)


def values_of(entry) -> tuple:
    return tuple(getattr(entry, name) for name in VALUES)


def test_own_entries_move_to_their_manga_once_the_member_shows_manga(own, member):
    OwnEntry.objects.create(user=member, name="Monster", key="monster", kind="manga", ids={"mal": "1"}, progress=12)
    shelve("Monster", 1)

    own.post(reverse("accounts:media"), {"extra_media": ["manga"]})

    assert entries(member) == {("Monster", "manga", "planned", 12, 0, None)}
    assert not member.own_entries.exists()


def test_an_anime_only_export_is_as_before(member, make_known):
    from accounts.entries.writing import set_score

    set_score(member, make_known("Monster", mal=19), 9)
    document = json.load(io.StringIO("".join(export_list(member, "json"))))

    assert "kind" not in document["entries"][0]["title"]
    assert "volumes" not in document["entries"][0]
