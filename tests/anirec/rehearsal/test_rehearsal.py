"""The rehearsal: its server counts what is against manners, and each source brings what it is there for."""

from datetime import UTC, datetime, timedelta

import pytest

from anirec.lib.valkey import valkey
from anirec.rehearsal.comparison import differences
from anirec.rehearsal.manners import Ledger
from anirec.rehearsal.server import Fault, RehearsalServer, Services
from anirec.rehearsal.world import World
from catalog.models import ExternalId, SourceState, Title, TitleName
from catalog.sources.clock import RehearsalClock
from catalog.sources.refresh import refresh
from catalog.sources.services import service_named

pytestmark = pytest.mark.django_db

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=7)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGENT = {"User-Agent": "anirec (+https://anime.example.org)"}


@pytest.fixture
def rehearsal(settings, tmp_path):
    """A running server, to which all sources are pointed."""
    clock = RehearsalClock(tmp_path / "clock")
    clock.set(START)
    settings.ANSWERS_DIR = tmp_path / "answers"
    valkey().flushdb()
    with RehearsalServer(Services(World(START, has_new_ids=True), clock)) as server:
        for name, value in server.environment().items():
            setattr(settings, name, value)
        yield server


def ask(rehearsal, *names: str) -> None:
    for name in names:
        assert refresh(service_named(name)).stopped == ""


class TestSources:
    def test_myanimelist_brings_all_titles_with_their_air_times(self, rehearsal):
        ask(rehearsal, "myanimelist")
        assert differences(rehearsal.services.world.at(START).values(), has_slots=True) == []

    def test_the_offline_database_brings_titles_and_ids_without_a_key(self, rehearsal):
        ask(rehearsal, "offline-database")
        assert differences(rehearsal.services.world.at(START).values(), has_slots=False) == []
        assert ExternalId.objects.filter(provider="kitsu").count() == Title.objects.count()

    def test_myanimelist_brings_the_manga_that_titles_were_made_from(self, rehearsal):
        ask(rehearsal, "myanimelist")
        read = Title.objects.filter(medium="manga")
        assert read.count() == len(rehearsal.services.world.at(START))
        assert set(read.values_list("status", flat=True)) == {"airing"}

    def test_jikan_follows_all_pages(self, rehearsal):
        ask(rehearsal, "jikan")
        assert Title.objects.count() == len(rehearsal.services.world.at(START))

    def test_kitsu_joins_titles_by_their_mappings(self, rehearsal):
        ask(rehearsal, "offline-database", "kitsu")
        assert Title.objects.count() == len(rehearsal.services.world.at(START))

    def test_anilist_is_asked_for_titles_on_lists_only(self, rehearsal, member, make_entry):
        ask(rehearsal, "offline-database", "anilist")
        assert rehearsal.services.ledger.n_requests["anilist"] == 0
        listed = Title.objects.filter(status="airing").first()
        make_entry(member, listed)
        ask(rehearsal, "anilist")
        assert list(Title.objects.filter(next_airing_at__isnull=False)) == [listed]

    def test_shikimori_brings_russian_names_and_anidb_its_own(self, rehearsal):
        ask(rehearsal, "offline-database", "shikimori", "anidb")
        assert TitleName.objects.filter(text__startswith="Репетиция").count() == Title.objects.count()

    def test_the_map_brings_ids(self, rehearsal):
        ask(rehearsal, "myanimelist", "id-map")
        assert ExternalId.objects.filter(provider="anidb").count() == Title.objects.filter(medium="anime").count()

    def test_an_id_that_changes_keeps_the_title(self, rehearsal):
        ask(rehearsal, "offline-database")
        before = set(Title.objects.values_list("pk", flat=True))
        rehearsal.services.clock.set(START + 4 * DAY)
        ask(rehearsal, "offline-database")
        assert before <= set(Title.objects.values_list("pk", flat=True))
        titles = rehearsal.services.world.at(START + 4 * DAY)
        assert differences(titles.values(), has_slots=False) == []
        assert Title.objects.count() == len(titles)

    def test_a_source_that_is_down_is_left_alone_and_comes_back(self, rehearsal):
        services = rehearsal.services
        services.faults.append(Fault("mal", "down", START, START + 3 * DAY))
        for hours in range(72):
            services.clock.set(START + hours * HOUR)
            refresh(service_named("myanimelist"))
        assert services.ledger.n_requests["mal"] < 40
        assert SourceState.objects.get().failing_since is not None
        services.clock.set(START + 3 * DAY + 4 * HOUR)
        ask(rehearsal, "myanimelist")
        assert Title.objects.filter(medium="anime").count() == len(services.world.at(START + 3 * DAY))
        assert services.ledger.violations == []

    def test_a_week_of_one_source_is_within_its_manners(self, rehearsal):
        services = rehearsal.services
        for hours in range(0, 7 * 24, 6):
            services.clock.set(max(services.clock.now(), START + hours * HOUR))
            ask(rehearsal, "offline-database", "id-map", "anidb")
        assert (services.ledger.violations, +services.ledger.n_repeated) == ([], {})


class TestLedger:
    def begin(self, ledger: Ledger, seconds: float, question: str = "", **headers: str) -> int:
        return ledger.begin("kitsu", question or str(seconds), AGENT | headers, START + timedelta(seconds=seconds))

    def end(self, ledger: Ledger, seconds: float, question: str = "") -> None:
        ledger.end("kitsu", question or str(seconds), 200, START + timedelta(seconds=seconds))

    def test_two_requests_at_a_time(self):
        ledger = Ledger()
        self.begin(ledger, 0)
        self.begin(ledger, 10)
        assert "two requests at a time" in ledger.violations[0]

    def test_a_request_too_soon_after_the_last(self):
        ledger = Ledger()
        for seconds in (0, 0.1):
            self.begin(ledger, seconds)
            self.end(ledger, seconds)
        assert "after the last request" in ledger.violations[0]

    def test_too_many_in_a_minute_are_refused_and_then_a_pause_must_follow(self):
        ledger = Ledger()
        statuses = []
        for number in range(22):
            statuses.append(self.begin(ledger, number * 2.5))
            self.end(ledger, number * 2.5)
        assert statuses[19:] == [0, 429, 429]
        assert "asked during a pause" in ledger.violations[-2]

    def test_an_application_without_a_name(self):
        ledger = Ledger()
        self.begin(ledger, 0, **{"User-Agent": "Mozilla/5.0"})
        assert "names neither application nor site" in ledger.violations[0]

    def test_the_same_question_again(self):
        ledger = Ledger()
        for seconds in (0, 100):
            self.begin(ledger, seconds, "the same")
            self.end(ledger, seconds, "the same")
        assert ledger.n_repeated["kitsu"] == 1
