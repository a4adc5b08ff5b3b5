"""Sections of a title's page: people, where to watch, trailer, songs, ranks, statuses, the picture of a franchise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.franchises.graph import BOX_HEIGHT, BOX_WIDTH, franchise_graph, lines_with_places
from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceCredit, SourceLink, SourceStream, SourceTheme, SourceTitle
from catalog.models import Credit, Person, Relation, SourceRecord, Stream, Title
from catalog.title_page.details import details_of, status_shares
from catalog.title_page.sections import people_of, streams_for

pytestmark = pytest.mark.django_db
PLAYER = "https://www.youtube-nocookie.com"


def page_of(client, title: Title) -> str:
    return client.get(title.get_absolute_url()).content.decode()


def section(client, name: str, title: Title, *, is_part: bool = False):
    headers = {"HTTP_HX_REQUEST": "true"} if is_part else {}
    return client.get(reverse(f"catalog:title_{name}", args=[title.pk]), **headers)


def recorded(title: Title, source: str, as_of: datetime | None = None, **data) -> None:
    now = timezone.now()
    SourceRecord.objects.create(
        title=title, source=source, key=f"{source}:{title.pk}", data={"ids": {}} | data, digest=b"", as_of=as_of,
        seen_at=now, changed_at=now,
    )  # fmt: skip


def credited(
    title: Title, name: str | None, role: str, *, character: str = "", language: str = "", at: int = 0
) -> None:
    person = Person.objects.get_or_create(key=name.lower(), defaults={"name": name, "slug": "x"})[0] if name else None
    kind = "cast" if character else "staff"
    Credit.objects.create(
        title=title, person=person, kind=kind, role=role, character=character, language=language, position=at
    )


class TestAbsence:
    def test_no_section_is_shown_without_data(self, client, make_title):
        page = page_of(client, make_title())
        for heading in (
            "Where to watch",
            "Play trailer",
            "Staff and cast",
            "Openings",
            "Franchise",
            "Producers",
            "lists</h3>",
        ):
            assert heading not in page

    def test_the_pages_of_sections_say_so_themselves(self, client, make_title):
        title = make_title()
        assert "No staff or cast known yet." in section(client, "people", title).content.decode()
        assert "No related titles known yet." in section(client, "franchise", title).content.decode()
        assert section(client, "trailer", title).status_code == 404

    @pytest.mark.parametrize("name", ["people", "franchise", "trailer"])
    def test_an_adult_title_has_none_without_the_opt_in(self, client, make_title, name):
        title = make_title(is_adult=True)
        recorded(title, "jikan", trailer="abcdEFGH-_1")
        assert section(client, name, title).status_code == 404


class TestPeople:
    def test_a_person_is_named_once_with_all_roles_and_a_character_with_all_voices(self, make_title):
        title = make_title()
        credited(title, "Haru", "Director", at=0)
        credited(title, "Aki", "Music", at=1)
        credited(title, "Haru", "Storyboard", at=2)
        credited(title, "Mei", "main", character="Moko", language="Japanese", at=3)
        credited(title, "Tom", "main", character="Moko", language="German", at=4)
        credited(title, None, "supporting", character="Rain", at=5)

        people = people_of(title)

        assert [(one.credit.person.name, one.roles) for one in people.staff] == [
            ("Haru", ["Director", "Storyboard"]), ("Aki", ["Music"]),
        ]  # fmt: skip
        assert [(one.name, str(one.part), [voice.person.name for voice in one.voices]) for one in people.cast] == [
            ("Moko", "Main", ["Mei", "Tom"]), ("Rain", "Supporting", []),
        ]  # fmt: skip

    def test_the_titles_page_shows_the_first_and_leads_to_all(self, client, make_title):
        title = make_title()
        for number in range(10):
            credited(title, f"Person {number}", "Key Animation", at=number)

        part, whole = (section(client, "people", title, is_part=one).content.decode() for one in (True, False))

        assert ("Person 7" in part, "Person 8" in part, "2 more" in part, "<html" in part) == (True, False, True, False)
        assert ("Person 9" in whole, "2 more" in whole, "<html" in whole) == (True, False, True)

    @pytest.mark.parametrize("n", [1, 30])
    def test_takes_the_same_queries_for_any_number(self, client, make_title, n, django_assert_num_queries):
        title = make_title()
        for number in range(n):
            credited(title, f"Person {number}", "Music", at=number)
        page_of(client, title)  # keeps the title's details
        with django_assert_num_queries(1):
            section(client, "people", title, is_part=True)


class TestWhereToWatch:
    def test_the_services_that_a_member_has_come_first(self, client, make_title, make_member):
        title = make_title()
        for service in ("crunchyroll", "hulu", "netflix"):
            Stream.objects.create(title=title, service=service, url=f"https://{service}.com/1")
        member = make_member(streaming_services=["netflix", "viki"])

        found, visitors = streams_for(title, member), streams_for(title, None)

        assert ([one.service for one in found.mine], [one.service for one in found.others]) == (
            ["netflix"], ["crunchyroll", "hulu"],
        )  # fmt: skip
        assert ([one.service for one in visitors.mine], len(visitors.others)) == ([], 3)
        client.force_login(member)
        page = page_of(client, title)
        assert page.index("netflix.com") < page.index("crunchyroll.com")
        assert "Not every service offers it in your country." in page

    def test_a_service_without_an_address_is_named_without_a_link(self, client, make_title):
        title = make_title()
        Stream.objects.create(title=title, service="hulu")
        page = page_of(client, title)
        assert ("Hulu" in page, "hulu.com" in page) == (True, False)


class TestTrailer:
    def test_is_loaded_from_youtube_only_when_asked_for(self, client, make_title):
        title = make_title()
        recorded(title, "jikan", trailer="abcdEFGH-_1")

        page = page_of(client, title)
        part = section(client, "trailer", title, is_part=True).content.decode()

        assert (PLAYER in page, "Play trailer" in page) == (False, True)
        assert f'<iframe src="{PLAYER}/embed/abcdEFGH-_1"' in part

    def test_only_pages_with_a_trailer_may_frame_the_player_and_nothing_else(self, client, make_title):
        title, other = make_title("Kumo"), make_title("Ame")
        recorded(title, "jikan", trailer="abcdEFGH-_1")

        policies = [
            response.headers["Content-Security-Policy"]
            for response in (
                client.get(title.get_absolute_url()), section(client, "trailer", title),
                client.get(other.get_absolute_url()), section(client, "people", title),
            )
        ]  # fmt: skip

        assert [f"frame-src {PLAYER};" in one for one in policies] == [True, True, False, False]
        assert ["frame-src" in one for one in policies] == [True, True, False, False]
        assert all("default-src 'self'; img-src 'self' data:; object-src 'none'" in one for one in policies)


class TestDetails:
    def test_the_latest_source_is_believed_and_each_community_has_its_own_ranks(self, make_title):
        title, now = make_title(), datetime(2026, 10, 1, tzinfo=UTC)
        recorded(title, "mal-2020", now - timedelta(days=2000), ranks={"score": 9, "members": 8}, trailer="old_old_old")
        recorded(title, "jikan", now, ranks={"score": 12, "members": 7}, trailer="abcdEFGH-_1")
        recorded(title, "anilist", now - timedelta(days=1), ranks={"members": 3})
        recorded(title, "sample", now, ranks={"score": 1})

        details = details_of(title)

        assert details.trailer == "abcdEFGH-_1"
        assert [tuple(one) for one in details.ranks] == [
            ("MyAnimeList", "score", 12), ("MyAnimeList", "members", 7), ("AniList", "members", 3),
        ]  # fmt: skip

    def test_songs_and_links_are_shown(self, client, make_title):
        title = make_title()
        recorded(
            title, "jikan", links=[["official", "Official Site", "https://moko.example/"]],
            themes=[["opening", 1, "Kumo", "Ame", "1-6"], ["ending", None, "<Sora>", "", ""]],
        )  # fmt: skip
        page = page_of(client, title)
        for text in (
            "Openings",
            "<b>Kumo</b>",
            "by Ame",
            "Episodes 1-6",
            "&lt;Sora&gt;",
            'href="https://moko.example/"',
        ):
            assert text in page

    def test_one_status_alone_says_nothing_of_how_lists_have_it(self, make_title):
        title = make_title()
        recorded(title, "mal-2020", status_counts={"completed": 600})
        assert details_of(title).statuses == []

    def test_statuses_elsewhere_name_their_source_and_their_date(self, client, make_title):
        title = make_title()
        recorded(title, "anilist", datetime(2026, 8, 22, tzinfo=UTC), status_counts={"watching": 1500, "dropped": 500})
        page = page_of(client, title)
        for text in ("On AniList lists", "1,500", "75%", "2,000 lists on "):
            assert text in page

    def test_unknown_statuses_are_left_out_of_the_shares(self):
        assert [(one.status, one.n, one.share) for one in status_shares([("sleeping", 9), ("dropped", 1)])] == [
            ("dropped", 1, 1.0)
        ]

    def test_a_members_rank_counts_titles_that_the_viewer_may_see(self, client, make_title):
        make_title("First", members=90, score=9.0)
        make_title("Secret", members=99, score=9.5, is_adult=True)
        second = make_title("Second", members=50, score=8.0)
        assert client.get(second.get_absolute_url()).context["ranks_here"] == [
            ("Score rank", "weighted", 2), ("Popularity rank", "popular", 2),
        ]  # fmt: skip

    def test_rows_of_a_source_reach_the_page(self, client):
        row = SourceTitle(
            source="jikan", row=1, external_ids={"mal": "1"}, name="Mokomoko", trailer="abcdEFGH-_1",
            credits=(SourceCredit("staff", "Haru Kaze", "Director"),), streams=(SourceStream("hulu"),),
            links=(SourceLink("social", "Twitter", "https://twitter.com/moko"),), producers=("Ame Television",),
            themes=(SourceTheme("opening", None, "Kumo"),), ranks={"score": 1234},
            status_counts={"watching": 1, "planned": 1},
        )  # fmt: skip
        import_rows([row], "test")
        page = page_of(client, Title.objects.get())
        for text in ("Play trailer", "Staff and cast", "Hulu", "https://twitter.com/moko", "Ame Television", "Kumo",
                     "MyAnimeList score rank", "#1,234", "On MyAnimeList lists"):  # fmt: skip
            assert text in page


class TestCountdown:
    def test_says_the_time_that_is_left_and_ticks_only_with_the_script(self, client, make_title):
        title = make_title(status="airing", next_airing_at=timezone.now() + timedelta(days=2, hours=3), next_episode=5)
        page = page_of(client, title)
        assert ("in 2\xa0days" in page, 'data-countdown="countdown"' in page, "js/countdown" in page) == (
            True,
            True,
            True,
        )
        assert "js/countdown" not in page_of(client, make_title("Done", status="finished"))


class TestFranchisePicture:
    @pytest.fixture
    def parts(self, make_title):
        years = {"Kumo": 2010, "Kumo 2": 2012, "Kumo Special": 2010, "Kumo Recap": 2012}
        parts = [make_title(name, season_year=year) for name, year in years.items()]
        Title.objects.update(franchise_entry=parts[0])
        return parts

    @staticmethod
    def links(parts, *rows):
        return [(parts[a].pk, parts[b].pk, kind) for a, b, kind in rows]

    def test_a_relation_told_from_both_ends_is_one_line(self, parts):
        links = self.links(parts, (0, 1, "sequel"), (1, 0, "prequel"), (2, 0, "parent_story"), (0, 2, "side_story"))
        graph = franchise_graph(parts, links)
        assert [(one.start.name, str(one.kind), one.to.name) for one in graph.connections] == [
            ("Kumo", "side_story", "Kumo Special"), ("Kumo", "sequel", "Kumo 2"),
        ]  # fmt: skip
        assert (len(graph.lines), [kind.value for kind in graph.kinds]) == (2, ["sequel", "side_story"])

    def test_related_is_left_out_beside_a_closer_relation(self, parts):
        links = self.links(parts, (1, 3, "summary"), (3, 1, "related"), (0, 3, "related"))
        assert [(one.start.name, one.kind.value) for one in franchise_graph(parts, links).connections] == [
            ("Kumo", "related"), ("Kumo 2", "summary"),
        ]  # fmt: skip

    def test_years_are_columns_and_boxes_never_overlap(self, parts):
        graph = franchise_graph(parts, self.links(parts, (0, 1, "sequel"), (0, 2, "side_story"), (1, 3, "summary")))
        assert [year for year, _x in graph.years] == [2010, 2012]
        x = {box.title.name: box.x for box in graph.boxes}
        assert (x["Kumo"] == x["Kumo Special"], x["Kumo"] < x["Kumo 2"]) == (True, True)
        for one in graph.boxes:
            assert one.x + BOX_WIDTH <= graph.width
            assert one.y + BOX_HEIGHT <= graph.height
            for other in graph.boxes:
                is_apart = abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
                assert one is other or is_apart

    def test_nothing_related_is_no_picture(self, parts):
        assert franchise_graph(parts, []) is None

    def test_a_long_name_is_cut_to_two_lines(self):
        lines = [text for text, _y in lines_with_places("Shingeki no Kyojin: The Final Season - Kanketsu-hen Special")]
        assert (len(lines), lines[1].endswith("…"), max(map(len, lines)) <= 22) == (2, True, True)

    def test_the_page_has_the_picture_and_the_same_as_a_list_without_adult_titles(self, client, make_title, parts):
        secret = make_title("Kumo no Yoru", is_adult=True, franchise_entry=parts[0])
        for other, kind in ((parts[1], "sequel"), (secret, "side_story")):
            Relation.objects.create(from_title=parts[0], to_title=other, kind=kind)
        page = section(client, "franchise", parts[0]).content.decode()
        assert ("<svg" in page, "→ Sequel:" in page, "Kumo no Yoru" in page) == (True, True, False)
