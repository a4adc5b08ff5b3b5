"""Audience: group size limits, members' consent, and imported files."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AboutMember
from recommendations.analytics.audience import LEAST, REST, Group, count_members, groups_of, showable
from recommendations.analytics.demographics import country_code, import_demographics
from recommendations.models import AudienceFigure

SHARED = Path(site_settings.BASE_DIR).parent / "shared/data/demographics.parquet"
TODAY = date(2026, 3, 4)


class TestWhatMayBeShown:
    @pytest.mark.property
    @given(sizes=st.lists(st.integers(1, 40), max_size=12))
    def test_nobody_can_work_out_a_group_of_fewer_than_ten(self, sizes):
        groups = [Group(f"g{n}", size, titles=size) for n, size in enumerate(sizes)]
        shown = showable(groups)

        assert [group for group in shown if group.people < LEAST] == []
        named = {group.value for group in shown} - {REST}
        left_out = sum(size for n, size in enumerate(sizes) if f"g{n}" not in named)
        assert left_out == 0 or left_out >= LEAST or not shown
        if shown:
            assert sum(group.people for group in shown) == sum(sizes)
            assert sum(group.titles for group in shown) == sum(sizes)

    @pytest.mark.property
    @pytest.mark.django_db
    @given(sizes=st.dictionaries(st.sampled_from(["woman", "man", "other", ""]), st.integers(1, 25), min_size=1))
    def test_nor_from_the_page_or_its_file(self, sizes):
        from django.test import Client

        from accounts.models import User

        boss, _ = User.objects.get_or_create(username="boss", defaults={"is_staff": True, "email": "boss@example.org"})
        AudienceFigure.objects.all().delete()
        AudienceFigure.objects.bulk_create(
            AudienceFigure(source="survey", part="gender", value=value, people=n) for value, n in sizes.items()
        )
        client = Client()
        client.force_login(boss)
        answer = client.get("/staff/analytics/audience/", {"source": "survey", "csv": "gender"})
        people = [int(row[1]) for row in list(csv.reader(answer.getvalue().decode().splitlines()))[1:]]
        total = sum(sizes.values())
        assert people == [] if total < LEAST else (min(people) >= LEAST and sum(people) == total)


@pytest.mark.django_db
class TestMembers:
    def agree(self, client, **fields):
        return client.post("/settings/statistics/", {"agrees": "on", **fields})

    def test_it_is_off_until_they_agree(self, client, member):
        client.force_login(member)
        answer = client.post("/settings/statistics/", {"birth_year": "1990"})
        assert (answer.status_code, AboutMember.objects.count()) == (422, 0)

    def test_what_they_say_is_kept_and_goes_out_with_their_own_data(self, client, member):
        client.force_login(member)
        assert self.agree(client, birth_year="1990", gender="woman", country="DE").status_code == 302
        own = json.loads(b"".join(client.get("/list/export/json/").streaming_content))
        assert own["about"] == [{"birth_year": 1990, "gender": "woman", "country": "DE"}]

    def test_withdrawing_deletes_it(self, client, member):
        client.force_login(member)
        self.agree(client, birth_year="1990")
        count_members()
        client.post("/settings/statistics/withdraw/")
        count_members()
        assert (AboutMember.objects.count(), AudienceFigure.objects.count()) == (0, 0)

    @pytest.mark.parametrize(
        "fields",
        [{"birth_year": "2999"}, {"birth_year": "1800"}, {"birth_year": "x"}, {"gender": "robot"}, {"country": "ZZ"}],
    )
    def test_what_nobody_is_is_refused(self, client, member, fields):
        client.force_login(member)
        answer = self.agree(client, **fields)
        assert (answer.status_code, b"errorlist" in answer.content, AboutMember.objects.count()) == (422, True, 0)

    def test_they_are_counted_with_how_they_use_their_lists(self, make_member, make_entry):
        for n in range(LEAST + 2):
            one = make_member(is_synthetic=n == 0)
            AboutMember.objects.create(user=one, gender="man", birth_year=date.today().year - 30)
            make_entry(one, score=8)
        count_members()
        (group,) = groups_of("", "gender", synthetic=False)
        assert (group.value, group.people, group.titles_each, group.mean_score) == ("man", LEAST + 1, 1, 8)
        assert [group.value for group in groups_of("", "age", synthetic=True)] == ["25-34"]


@pytest.mark.django_db
class TestFiles:
    def write(self, tmp_path, text):
        path = tmp_path / "people.csv"
        path.write_text(text)
        return path

    def counts(self, part):
        return dict(AudienceFigure.objects.filter(source="people", part=part).values_list("value", "people"))

    def test_people_are_counted_by_part(self, tmp_path):
        path = self.write(
            tmp_path, 'age,gender,country\n27,Female,Germany\n7,m,"Lyon, France"\n-6981,0,Atlantis\n91,Non-Binary,\n'
        )
        report = import_demographics(path, "people", TODAY)
        assert (report.people, report.impossible, report.unread) == (4, 3, Counter({"Atlantis": 1}))
        assert self.counts("age") == {"25-34": 1, "": 3}
        assert self.counts("gender") == {"woman": 1, "man": 1, "non-binary": 1, "": 1}
        assert self.counts("country") == {"DE": 1, "FR": 1, "": 2}

    def test_years_of_birth_are_ages_and_nobody_is_born_tomorrow(self, tmp_path):
        report = import_demographics(self.write(tmp_path, "birth_year\n1996\n2030\n\n"), "people", TODAY)
        assert (self.counts("age"), report.impossible) == ({"25-34": 1, "": 1}, 1)

    def test_importing_again_replaces(self, tmp_path):
        for text in ("gender\nm\nm\n", "gender\nf\n"):
            import_demographics(self.write(tmp_path, text), "people", TODAY)
        assert self.counts("gender") == {"woman": 1}

    @pytest.mark.parametrize(
        ("text", "said"),
        [("height\n180\n", "none of the columns"), ("age\n", "no people found"), ("age,gender\n1\n", "people.csv")],
    )
    def test_a_file_that_cannot_be_used_is_named(self, tmp_path, text, said):
        with pytest.raises(CommandError, match=said):
            call_command("import_demographics", str(self.write(tmp_path, text)))
        assert AudienceFigure.objects.count() == 0

    def test_no_file(self):
        with pytest.raises(CommandError, match="no such file"):
            call_command("import_demographics", "nowhere.csv")

    @pytest.mark.property
    @given(text=st.text(max_size=30))
    def test_any_country_is_one_or_none(self, text):
        assert len(country_code(text)) in (0, 2)

    @pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data/demographics.parquet")
    def test_the_real_file(self, capsys):
        call_command("import_demographics", str(SHARED))
        assert "85,993 people" in capsys.readouterr().out
        assert sum(group.people for group in groups_of("demographics", "country", synthetic=False)) == 85_993
