"""Covers are fetched once, most needed first, and politely."""

from __future__ import annotations

import socket
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from anirec.lib.pictures import storing
from catalog.cover_fetching import cleaning
from catalog.cover_fetching.candidates import addresses_for
from catalog.cover_fetching.cleaning import clean_covers
from catalog.cover_fetching.fetching import fetch_covers
from catalog.cover_fetching.tasks import fetch_covers as task
from catalog.covers import files
from catalog.models import Cover, SourceRecord, Title
from catalog.titles.merging import merge_titles
from catalog.versioning import catalogue_version
from tests.catalog.cover_fetching.pictures import START, picture

pytestmark = pytest.mark.django_db(transaction=True)


def record(title: Title, source: str, url: str) -> None:
    SourceRecord.objects.create(
        title=title, source=source, key=f"{source}:{title.pk}", data={"cover_url": url}, digest=b"", seen_at=START,
        changed_at=START,
    )  # fmt: skip


def paths(server) -> list[str]:
    return [path for path, _ in server.asked]


def test_a_cover_is_stored_in_two_widths_with_its_main_colour(server, make_title) -> None:
    title = make_title(cover_url=server.answer("/a", picture("#204060")))
    version = catalogue_version()

    outcome = fetch_covers()

    title.refresh_from_db()
    sizes = [Image.open(BytesIO(files.read(title.cover_digest, width))).size for width in files.WIDTHS]
    red, green, blue = (int(title.cover_colour[start : start + 2], 16) for start in (1, 3, 5))
    assert str(outcome) == "1 fetched, 0 unchanged, 0 failed, 0 waiting"
    assert sizes == [(225, 338), (450, 675)]
    assert max(abs(red - 0x20), abs(green - 0x40), abs(blue - 0x60)) <= 4
    assert title.cover.n_bytes == sum(len(files.read(title.cover_digest, width)) for width in files.WIDTHS)
    assert catalogue_version() != version


def test_a_small_picture_is_not_enlarged(server, make_title) -> None:
    title = make_title(cover_url=server.answer("/a", picture(size=(225, 318))))

    fetch_covers()

    title.refresh_from_db()
    assert title.cover_width == 225
    assert files.read(title.cover_digest, 450) is None


def test_titles_on_lists_come_first_then_popular_ones(server, make_title, make_entry, member) -> None:
    for path, members in (("/rare", 10), ("/popular", 900), ("/listed", 1)):
        title = make_title(cover_url=server.answer(path, picture()), members=members)
        if path == "/listed":
            make_entry(member, title)
    make_title(cover_url="")

    fetch_covers(limit=2)
    fetch_covers()

    assert paths(server) == ["/listed", "/popular", "/rare"]


def test_a_cover_is_asked_for_again_after_a_month_and_only_if_it_changed(server, clock, make_title) -> None:
    title = make_title(cover_url=server.answer("/a", picture("red"), ETag='"1"'))
    fetch_covers()
    fetch_covers()
    clock.set(START + timedelta(days=31))
    server.answer("/a", status=304)

    again = fetch_covers()

    assert (again.unchanged, len(server.asked)) == (1, 2)
    assert server.asked[-1][1]["if-none-match"] == '"1"'
    assert Cover.objects.get(title=title).check_at == START + timedelta(days=61)


def test_a_replaced_cover_has_another_name_and_its_former_files_go_a_day_later(
    server, clock, make_title, monkeypatch
) -> None:
    title = make_title(cover_url=server.answer("/a", picture("red")))
    fetch_covers()
    first = Title.objects.get(pk=title.pk).cover_digest
    clock.set(START + timedelta(days=31))
    server.answer("/a", picture("blue"))

    fetch_covers()

    second = Title.objects.get(pk=title.pk).cover_digest
    assert second != first
    assert clean_covers() == (0, 0)
    monkeypatch.setattr(cleaning, "KEPT", timedelta(0))
    assert clean_covers() == (2, 0)
    assert {digest for digest, _ in files.stored()} == {second}


def test_files_of_titles_that_are_gone_are_removed(server, make_title, monkeypatch) -> None:
    make_title(cover_url=server.answer("/a", picture()))
    fetch_covers()
    Title.objects.all().delete()
    monkeypatch.setattr(cleaning, "KEPT", timedelta(0))

    assert clean_covers() == (2, 0)
    assert list(files.stored()) == []


def test_covers_whose_files_are_gone_are_fetched_again(server, make_title) -> None:
    title = make_title(cover_url=server.answer("/a", picture()))
    fetch_covers()
    for _, name in list(files.stored()):
        storing.delete(name)

    assert clean_covers() == (0, 1)
    assert Title.objects.get(pk=title.pk).cover_digest == ""
    assert fetch_covers().fetched == 1


def test_the_most_trusted_sources_cover_is_taken_and_another_one_if_it_fails(server, make_title) -> None:
    title = make_title(cover_url="http://s4.anilist.co/first.jpg")
    record(title, "kitsu", "https://media.kitsu.app/third.jpg")
    record(title, "anilist", "http://s4.anilist.co/first.jpg")
    record(title, "myanimelist", "https://cdn.myanimelist.net/second.jpg")
    other = make_title(cover_url="https://example.org/unknown.jpg")
    record(other, "kitsu", server.answer("/good", picture()))

    assert addresses_for(title) == [
        "https://s4.anilist.co/first.jpg", "https://cdn.myanimelist.net/second.jpg", "https://media.kitsu.app/third.jpg",
    ]  # fmt: skip
    title.delete()
    assert fetch_covers().fetched == 1
    assert Cover.objects.get(title=other).url == f"{server.url}/good"


def test_a_failure_is_kept_and_asked_for_later_and_later(server, clock, make_title) -> None:
    title = make_title(cover_url=server.answer("/a", status=404))

    for days in (0, 0.9, 1.1, 2.9, 3.2):
        clock.set(START + timedelta(days=days))
        fetch_covers()

    cover = Cover.objects.get(title=title)
    assert cover.reason == f"{server.url.removeprefix('http://')} has no picture there (status 404)."
    assert (cover.failures, len(server.asked)) == (3, 3)
    assert cover.check_at == START + timedelta(days=3.2 + 4)


def test_a_host_that_asks_for_a_pause_is_left_alone(server, clock, make_title) -> None:
    for number in range(3):
        make_title(cover_url=server.answer(f"/{number}", status=429, Retry_After="7200"))

    assert str(fetch_covers()) == "0 fetched, 0 unchanged, 0 failed, 3 waiting"
    assert len(server.asked) == 1
    clock.set(START + timedelta(hours=1.9))
    fetch_covers()
    assert len(server.asked) == 1
    clock.set(START + timedelta(hours=4))
    fetch_covers()
    assert len(server.asked) == 2


def test_a_host_that_is_down_holds_up_no_other(server, make_title, monkeypatch) -> None:
    down = "https://s4.anilist.co/a.jpg"
    monkeypatch.setattr(socket, "getaddrinfo", _unless("s4.anilist.co", socket.getaddrinfo))
    first, second = make_title(cover_url=down, members=9), make_title(cover_url=down, members=8)
    third = make_title(cover_url=server.answer("/a", picture()), members=7)

    assert str(fetch_covers()) == "1 fetched, 0 unchanged, 0 failed, 2 waiting"

    assert Cover.objects.get(title=first).reason == "Host not found: s4.anilist.co."
    assert not Cover.objects.filter(title=second).exists()
    assert Title.objects.get(pk=third.pk).cover_digest


def _unless(name: str, lookup):
    def find(host, *rest, **options):
        if host == name:
            raise socket.gaierror("no such host")
        return lookup(host, *rest, **options)

    return find


def test_a_title_that_goes_meanwhile_stops_nothing(server, make_title) -> None:
    gone = make_title(members=9)
    other = make_title(cover_url=server.answer("/b", picture()), members=8)
    Title.objects.filter(pk=gone.pk).update(cover_url=server.answer("/a", picture()))
    send = server.answers["/a"]

    def delete_and_send(handler) -> None:
        Title.objects.filter(pk=gone.pk).delete()
        connection.close()  # of the server's thread
        send(handler)

    server.answers["/a"] = delete_and_send

    fetch_covers()

    assert paths(server) == ["/a", "/b"]
    assert [cover.title_id for cover in Cover.objects.all()] == [other.pk]


def test_requests_to_a_host_are_spaced(server, clock, make_title) -> None:
    for number in range(4):
        make_title(cover_url=server.answer(f"/{number}", picture(size=(50, 75))))

    fetch_covers()

    assert clock.now() - START >= timedelta(seconds=0.3)


def test_no_more_is_fetched_than_the_quota_allows(server, settings, make_title) -> None:
    for number in range(2):
        make_title(cover_url=server.answer(f"/{number}", picture()))
    settings.COVERS_QUOTA = 1

    outcome = fetch_covers()

    assert (outcome.fetched, outcome.stopped) == (1, "COVERS_QUOTA_MB is used up.")


def test_without_the_setting_no_cover_is_fetched(server, settings, make_title) -> None:
    make_title(cover_url=server.answer("/a", picture()))
    settings.COVERS = False

    task()

    assert server.asked == []
    with pytest.raises(CommandError, match="COVERS=on"):
        call_command("covers")


def test_the_command_shows_progress_and_fails_if_it_gets_none(server, make_title, capsys) -> None:
    make_title(cover_url=server.answer("/a", picture()), members=9)
    make_title(cover_url=server.answer("/b", status=404), members=8)

    call_command("covers", limit=1)

    assert capsys.readouterr().out.splitlines() == [
        "1 of 2 titles.", "1 of 1: 1 fetched, 0 unchanged, 0 failed, 0 waiting",
    ]  # fmt: skip
    with pytest.raises(CommandError, match="No cover"):
        call_command("covers")
    with pytest.raises(CommandError, match="--limit"):
        call_command("covers", limit=0)


def test_a_merged_title_keeps_a_cover(server, make_title, monkeypatch) -> None:
    kept = make_title(cover_url=server.answer("/none", status=404))
    dropped = make_title(cover_url=server.answer("/a", picture()))
    fetch_covers()
    digest = Title.objects.get(pk=dropped.pk).cover_digest

    merge_titles(kept.pk, dropped.pk)

    kept.refresh_from_db()
    assert (kept.cover_digest, kept.cover_width) == (digest, 450)
    assert Cover.objects.count() == 1
    monkeypatch.setattr(cleaning, "KEPT", timedelta(0))
    assert clean_covers() == (0, 0)
