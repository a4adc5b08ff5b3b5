"""In random worlds, everything that viewers can see must match a few simple rules.

`worlds` holds the rules. The check modules compare them with queries, pages and the API; `action_checks` also checks
who is notified of an action.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.social.visibility import action_checks as deeds
from tests.social.visibility import api_checks as looks_by_api
from tests.social.visibility import page_checks as looks_by_pages
from tests.social.visibility import visibility_checks as looks
from tests.social.visibility.world_factory import Made, make
from tests.social.visibility.worlds import MEMBERS, World, worlds

Look = Callable[[Made], None]
WAYS = (looks, looks_by_pages, looks_by_api)
FOR_EVERYBODY: list[Look] = [look for way in WAYS for look in way.FOR_EVERYBODY]
FOR_MEMBERS: list[Look] = [look for way in WAYS for look in way.FOR_MEMBERS]
N_TESTS = len([*FOR_EVERYBODY, *FOR_MEMBERS, *deeds.DEEDS])
CASES = max(3, math.ceil(settings.default.max_examples / N_TESTS))  # examples per test

pytestmark = [pytest.mark.property, pytest.mark.django_db, pytest.mark.timeout(1200)]
few_worlds_each = settings(
    max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def named(look: Look) -> str:
    return f"{look.__module__.rpartition('.')[2]}-{look.__name__}"


def assert_in_a_world(look: Look, *scene: object) -> None:
    with transaction.atomic():
        look(make(*scene))
        transaction.set_rollback(True)


@pytest.mark.parametrize("look", FOR_EVERYBODY, ids=named)
@few_worlds_each
@given(worlds(), st.sampled_from([None, 0, 0, 0]), st.sampled_from(MEMBERS), st.integers(0, 11))
def test_everybody_is_shown_what_the_rules_say(
    look: Look, world: World, viewer: int | None, owner: int, pick: int
) -> None:
    assert_in_a_world(look, world, viewer, owner, pick)


@pytest.mark.parametrize("look", FOR_MEMBERS, ids=named)
@few_worlds_each
@given(worlds(), st.sampled_from(MEMBERS), st.integers(0, 11))
def test_members_are_shown_what_the_rules_say(look: Look, world: World, owner: int, pick: int) -> None:
    assert_in_a_world(look, world, 0, owner, pick)


@pytest.mark.parametrize("deed", deeds.DEEDS, ids=named)
@few_worlds_each
@given(worlds(), st.sampled_from(MEMBERS), st.integers(0, 11))
def test_what_somebody_does_is_heard_of_by_whom_the_rules_say(deed: Look, world: World, owner: int, pick: int) -> None:
    assert_in_a_world(deed, world, 0, owner, pick)
