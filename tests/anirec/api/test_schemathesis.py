"""Schemathesis sends valid and invalid requests to all operations, and checks the responses against the schema.

Few examples here; `make schemathesis` runs many more, and stateful tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.entries import writing as lists
from accounts.models import User
from accounts.tokens.issuing import issue_token
from accounts.tokens.scopes import scopes
from catalog.models import ExternalId, Tag
from recommendations.models import Mood
from social.custom_lists import writing as custom_lists
from social.favourites.choosing import add_favourite
from social.people.relations import follow
from social.plans import planning as plans
from social.profiles.writing import change_bio
from social.reviews.writing import write_review

COMMAND = Path(sys.executable).with_name("st")
TEXT = "It takes its time, and that is what it is about: nobody is who they seem, and nobody is in a hurry to say so."

FEW, MANY = "--phases fuzzing --max-examples 1 --seed 1", os.environ.get("SCHEMATHESIS_OPTIONS", "")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(7200)]


@pytest.fixture
def key(member, make_member, make_title, make_entry) -> str:
    """Return a token. Creates one of every resource, so that requests don't only get 404."""
    drama = Tag.objects.create(kind="genre", name="Drama", slug="drama")
    titles = [make_title(members=9000 - n, season="fall", score=8) for n in range(4)]
    titles[0].tags.add(drama)
    ExternalId.objects.create(title=titles[0], provider="mal", medium="anime", value="1")
    Mood.objects.create(name="Cosy", slug="cosy", description="Warm", weights={"drama": 1})
    other = make_member("other")
    for user in (member, other):
        make_entry(user, titles[0], status="completed", score=8, finished_on="2021-04")
    lists.hide_title(member, titles[1])
    write_review(other, titles[0], TEXT)
    follow(member, other)
    plans.make_plan(member, "Sunday", titles=titles[:2], invited=[other])
    plans.make_plan(other, "Long night", invited=[member])
    custom_lists.add_title(custom_lists.create_list(member, "Best"), titles[0])
    add_favourite(member, titles[0])
    change_bio(other, "Calm things.")
    return issue_token(member, "x", scopes())[1]


def run(site: str, *options: str) -> tuple[int, str]:
    config = settings.BASE_DIR / "tests/schemathesis.toml"
    command = [COMMAND, "--config-file", config, "run", f"{site}/api/schema/?format=json", "--checks", "all"]
    command += [*(MANY or FEW).split(), "--warnings", "off", "--no-color"]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("who", ["visitor", "member", *(["staff"] if MANY else [])])
def test_every_answer_is_as_the_schema_says(live_server, key, who):
    User.objects.filter(username="member").update(is_staff=who == "staff", is_superuser=who == "staff")
    options = [] if who == "visitor" else ["--header", f"Authorization: Bearer {key}"]
    code, said = run(live_server.url, *options)
    assert code == 0, said
