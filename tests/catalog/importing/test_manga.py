"""Manga and light novels in the catalogue: their own ids, and relations to anime, whichever comes first."""

from __future__ import annotations

import json

import pytest

from catalog.importing.imports import import_catalogue, import_rows
from catalog.importing.parsers.recognise import Sample, parse, recognise
from catalog.models import ExternalId, Title
from tests.catalog.importing.files import mal_2020_file, written
from tests.catalog.shared import shared_file

MANGA = "title,mal_id,type,chapters,volumes,status,genres,score,rank,author,serializations\n"
RELATIONS = "kind,mal_id,type,relation,other_kind,other_mal_id,other_title\n"
BERSERK = (
    """Berserk,2,Manga,380.0,41.0,On Hiatus,"['Action', 'Horror']",9.44,1.0,"['Miura, Kentarou']",Young Animal\n"""
)
NOVEL = """Kumo,1,Light Novel,,3.0,Finished,"['Comedy', 'Erotica']",,,"['Ame']",\n"""

pytestmark = pytest.mark.django_db


def manga_file(folder, *lines: str):
    return written(folder / "manga.csv", (MANGA + "".join(lines)).encode())


def relations_file(folder, *lines: str):
    return written(folder / "relations.csv", (RELATIONS + "\n".join(lines)).encode())


class TestAFileOfManga:
    @pytest.fixture(autouse=True)
    def _imported(self, tmp_path):
        import_catalogue([mal_2020_file(tmp_path, {"MAL_ID": "1"}, {"MAL_ID": "2", "Name": "Other"})], "mal-2020")
        import_catalogue([manga_file(tmp_path, BERSERK, NOVEL)], "mal-manga")

    def test_a_row_is_a_title_of_its_own_although_an_anime_has_its_number(self):
        assert list(Title.objects.order_by("pk").values_list("name", "medium")) == [
            ("Mokomoko", "anime"), ("Other", "anime"), ("Berserk", "manga"), ("Kumo", "light_novel"),
        ]  # fmt: skip
        ids = ExternalId.objects.order_by("title__pk").values_list("provider", "medium", "value")
        assert list(ids) == [("mal", "anime", "1"), ("mal", "anime", "2"), ("mal", "manga", "2"), ("mal", "manga", "1")]

    def test_it_has_chapters_volumes_magazine_and_authors(self):
        berserk = Title.objects.get(name="Berserk")

        assert (berserk.chapters, berserk.volumes, berserk.episodes, berserk.parts) == (380, 41, None, 380)
        assert (berserk.serialised_in, berserk.status, berserk.score) == ("Young Animal", "airing", 9.44)
        assert list(berserk.credits.values_list("person__name", "role")) == [("Kentarou Miura", "Author")]

    def test_genres_tell_adult_titles(self):
        assert list(Title.objects.filter(is_adult=True).values_list("name", flat=True)) == ["Kumo"]

    def test_the_same_file_again_changes_nothing(self, tmp_path):
        report = import_catalogue([manga_file(tmp_path, BERSERK, NOVEL)], "mal-manga")

        assert str(report) == "0 created, 0 updated, 2 unchanged, 0 rejected"

    def test_it_is_no_part_of_an_anime_franchise(self, tmp_path):
        import_catalogue([relations_file(tmp_path, "manga,2,Manga,Adaptation,anime,1,Mokomoko")], "relations")

        assert Title.objects.get(name="Berserk").franchise_entry is None


class TestRelations:
    def test_join_manga_with_anime_and_manga_both_ways(self, tmp_path):
        import_catalogue([mal_2020_file(tmp_path, {"MAL_ID": "1"})], "mal-2020")
        import_catalogue([manga_file(tmp_path, BERSERK, NOVEL)], "mal-manga")
        lines = ("manga,2,Manga,Adaptation,anime,1,Mokomoko", "manga,2,Manga,Side Story,manga,1,Kumo")
        import_catalogue([relations_file(tmp_path, *lines)], "relations")

        assert relations() == {
            ("Berserk", "adaptation", "Mokomoko"), ("Mokomoko", "adaptation", "Berserk"),
            ("Berserk", "side_story", "Kumo"), ("Kumo", "parent_story", "Berserk"),
        }  # fmt: skip

    def test_wait_for_a_title_that_comes_later(self, tmp_path):
        """An anime names its manga years before anybody imports manga."""
        import_rows(
            answer({"data": {"Page": {"media": [anilist_anime(("SOURCE", 103, "MANGA"), ("SEQUEL", 103, "ANIME"))]}}}),
            "AniList",
        )
        import_rows(answer({"data": {"Page": {"media": [anilist_manga(103)]}}}), "AniList")

        assert relations() == {("Mokomoko", "adaptation", "Berserk"), ("Berserk", "adaptation", "Mokomoko")}

    def test_a_line_of_an_unknown_title_or_kind_is_refused_alone(self, tmp_path):
        import_catalogue([manga_file(tmp_path, BERSERK)], "mal-manga")
        lines = ("manga,2,Manga,Sequel,manga,5,X", "manga,9,Manga,Sequel,manga,2,X", "game,1,Game,Sequel,manga,2,X")

        report = import_catalogue([relations_file(tmp_path, *lines)], "relations")

        assert [one.reason for one in report.rejected] == [
            "kind: 'game' is neither anime nor manga", "no title has the mal@manga id 9",
        ]  # fmt: skip


def relations() -> set[tuple[str, str, str]]:
    return set(
        Title.objects.exclude(relations=None).values_list("name", "relations__kind", "relations__to_title__name")
    )


def answer(document: object):
    sample = Sample(json.dumps(document).encode())
    return parse(recognise(sample), sample).rows


def anilist_anime(*related: tuple[str, int, str]) -> dict[str, object]:
    edges = [{"relationType": kind, "node": {"id": pk, "type": type}} for kind, pk, type in related]
    names = {"title": {"romaji": "Mokomoko"}, "type": "ANIME", "format": "TV"}
    return {"id": 101, "idMal": 1, **names, "relations": {"edges": edges}}


def anilist_manga(pk: int, **fields: object) -> dict[str, object]:
    names = {"title": {"romaji": "Berserk"}, "type": "MANGA", "format": "MANGA"}
    return {"id": pk, "idMal": 1, **names, "chapters": 380, "volumes": 41, **fields}


def test_a_novel_of_anilist_is_a_light_novel_and_never_a_manga():
    import_rows(
        answer({"data": {"Page": {"media": [anilist_manga(7, format="NOVEL"), anilist_manga(8, idMal=2)]}}}), ""
    )

    assert set(Title.objects.values_list("medium", flat=True)) == {"light_novel", "manga"}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("jikan/manga_full.json", [("Fullmetal Alchemist", "manga", 116, 27)]),
        ("mal_api_v2/mangaDetails.json", [("Kiseijuu", "manga", 64, 10)]),
        ("mal_api_v2/mangaList.json", [("Kiseijuu", "manga", 64, 10), ("Neo Kiseijuu", "manga", 12, 1)]),
    ],
)
def test_recorded_answers_are_read(file, expected):
    sample = Sample(shared_file(f"recorded/{file}").read_bytes())
    import_rows(parse(recognise(sample), sample).rows, file)

    found = Title.objects.order_by("pk").values_list("name", "medium", "chapters", "volumes")
    assert list(found)[:2] == expected


def test_the_shared_file_of_manga_is_read_whole_and_joined_with_its_relations():
    report = import_catalogue([shared_file("manga.csv.gz")], "mal-manga")
    related = import_catalogue([shared_file("relations.csv.gz")], "relations")

    assert (report.created, len(report.rejected)) == (6_503, 0)
    assert Title.objects.filter(medium="light_novel").count() == 26
    assert related.rows == 173  # of 318 manga with relations, as many are in the file of manga
