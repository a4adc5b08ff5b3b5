"""People, streaming services and what a title's page shows beside them, from rows to the database."""

from __future__ import annotations

from itertools import permutations

import pytest

from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceCredit, SourceStream, SourceTheme, SourceTitle
from catalog.models import Credit, Person, Stream, Title
from catalog.titles.merging import merge_titles
from catalog.versioning import catalogue_version

pytestmark = pytest.mark.django_db
DIRECTOR = SourceCredit("staff", "Haru Kaze", "Director")
VOICE = SourceCredit("cast", "Aki Sora", "main", "Moko", "Japanese")
SILENT = SourceCredit("cast", "", "supporting", "Rain")
NETFLIX = SourceStream("netflix", "", "https://www.netflix.com/title/1")


def row(source: str = "jikan", number: int = 1, **fields) -> SourceTitle:
    ids = {"mal": str(number), "anilist": str(number + 100)} if source == "anilist" else {"mal": str(number)}
    return SourceTitle(source=source, row=number, external_ids=ids, name=f"Mokomoko {number}", **fields)


def credits_of(title: Title) -> list[tuple]:
    return list(title.credits.values_list("person__name", "kind", "role", "character", "language"))


def streams_of(title: Title) -> list[tuple]:
    return list(title.streams.values_list("service", "language", "url"))


def test_people_and_services_are_written_in_the_sources_order() -> None:
    import_rows([row(credits=(DIRECTOR, VOICE, SILENT), streams=(NETFLIX,), producers=("Ame Television",))], "test")

    title = Title.objects.get()
    assert credits_of(title) == [
        ("Haru Kaze", "staff", "Director", "", ""),
        ("Aki Sora", "cast", "main", "Moko", "Japanese"),
        (None, "cast", "supporting", "Rain", ""),
    ]
    assert streams_of(title) == [tuple(NETFLIX)]
    assert list(title.producers.values_list("name", flat=True)) == ["Ame Television"]


def test_the_same_rows_again_change_nothing_and_others_replace_them() -> None:
    import_rows([row(credits=(DIRECTOR, SILENT), streams=(NETFLIX,))], "test")
    before = list(Credit.objects.values_list("pk", flat=True))

    again = import_rows([row(credits=(DIRECTOR, SILENT), streams=(NETFLIX,))], "test")
    assert (again.unchanged, list(Credit.objects.values_list("pk", flat=True))) == (1, before)

    import_rows([row(credits=(VOICE,), streams=(SourceStream("hulu"),))], "test")
    title = Title.objects.get()
    assert [name for name, *_rest in credits_of(title)] == ["Aki Sora"]
    assert streams_of(title) == [("hulu", "", "")]


def test_a_row_without_people_and_services_leaves_those_that_are_known() -> None:
    import_rows([row(credits=(DIRECTOR,), streams=(NETFLIX,))], "test")

    import_rows([row(score=7.0)], "test")

    assert (Credit.objects.count(), Stream.objects.count(), Title.objects.get().score) == (1, 1, 7.0)


def test_the_outcome_does_not_depend_on_the_order_of_the_sources() -> None:
    rows = [
        row("jikan", credits=(VOICE,), streams=(NETFLIX, SourceStream("hulu"))),
        row("anilist", credits=(DIRECTOR,), streams=(SourceStream("netflix"), SourceStream("viki", "German"))),
    ]
    outcomes = []
    for order in permutations(rows):
        Title.objects.all().delete()
        for one in order:
            import_rows([one], "test")
        outcomes.append((credits_of(Title.objects.get()), streams_of(Title.objects.get())))

    assert outcomes[0] == outcomes[1]
    assert outcomes[0] == (
        [("Haru Kaze", "staff", "Director", "", "")],
        [("hulu", "", ""), tuple(NETFLIX), ("viki", "German", "")],
    )


def test_one_person_has_one_row_however_the_name_is_spelled() -> None:
    import_rows(
        [
            row(number=1, credits=(SourceCredit("staff", "Haru Kaze", "Music"),)),
            row(number=2, credits=(SourceCredit("staff", "HARU KAZÉ", "Director"),)),
        ],
        "test",
    )

    assert Person.objects.get().credits.count() == 2


def test_merging_keeps_one_list_of_people_and_one_address_for_a_service() -> None:
    import_rows([row(number=1, credits=(DIRECTOR, SILENT), streams=(NETFLIX,))], "test")
    import_rows(
        [row(number=2, credits=(DIRECTOR, SILENT), streams=(SourceStream("netflix"), SourceStream("hulu")))], "x"
    )
    kept, dropped = Title.objects.order_by("pk")

    merge_titles(kept.pk, dropped.pk)

    assert [name for name, *_rest in credits_of(kept)] == ["Haru Kaze", None]
    assert streams_of(kept) == [("hulu", "", ""), tuple(NETFLIX)]


def test_people_of_the_dropped_title_move_to_one_without_any() -> None:
    import_rows([row(number=1)], "test")
    import_rows([row(number=2, credits=(DIRECTOR,))], "test")
    kept, dropped = Title.objects.order_by("pk")

    merge_titles(kept.pk, dropped.pk)

    assert [name for name, *_rest in credits_of(kept)] == ["Haru Kaze"]


def test_a_new_song_alone_makes_a_new_version_of_the_catalogue(django_capture_on_commit_callbacks) -> None:
    import_rows([row()], "test")
    before = catalogue_version()

    with django_capture_on_commit_callbacks(execute=True):
        report = import_rows([row(themes=(SourceTheme("opening", 1, "Kumo"),))], "test")

    assert report.updated == 1
    assert catalogue_version() != before
