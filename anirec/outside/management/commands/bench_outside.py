"""`manage.py bench_outside`: fill a site for `make bench-outside`, with public, private and adult things."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from itertools import islice
from random import Random
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import ListEntry, User, Visibility
from catalog.models import Title
from catalog.versioning import catalogue_changed
from social.models import Review
from social.models.custom_lists import CustomList, CustomListItem

N_HIDDEN, N_SCORES = 30, 6
MARK = "Unlisted"  # in the name or text of everything that no guest may see


class Command(BaseCommand):
    help = "Fill a site for make bench-outside, and print what no guest may see"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, default=200)

    def handle(self, *args: Any, members: int, **options: Any) -> None:
        dice = Random("outside")
        titles = list(Title.objects.visible_to(None).order_by("pk"))
        adult = Title.objects.bulk_create(
            Title(name=f"{MARK} {n}", is_adult=True, format="tv", season="fall", season_year=2020)
            for n in range(N_HIDDEN)
        )
        catalogue_changed()
        public = _members("member", members)
        hidden = _members(MARK.lower(), N_HIDDEN, list_visibility=Visibility.PRIVATE)
        for owners, name in ((public, "Best of"), (hidden, MARK)):
            for number, owner in enumerate(owners):
                _fill(owner, [*dice.sample(titles, N_SCORES), adult[number % N_HIDDEN]], dice)
                _list(owner, f"{name} {number}", [adult[0], *dice.sample(titles, 5)], number, owners is public)
        paths = [title.get_absolute_url() for title in adult] + [member.get_absolute_url() for member in hidden]
        cards = [f"/cards/title/{title.pk}/0.png" for title in adult]
        cards += [f"/cards/member/{member.username}/0.png" for member in hidden]
        lists = CustomList.objects.exclude(visibility="public").values_list("pk", flat=True)
        paths += [f"/lists/{pk}/" for pk in lists]
        cards += [f"/cards/list/{pk}/0.png" for pk in lists]
        self.stdout.write(json.dumps({"mark": MARK, "paths": paths, "cards": cards}))


def _members(name: str, n: int, **fields: Any) -> list[User]:
    return User.objects.bulk_create(User(username=f"{name}{number}", email="", **fields) for number in range(n))


def _fill(owner: User, titles: list[Title], dice: Random) -> None:
    ListEntry.objects.bulk_create(
        ListEntry(user=owner, title=title, status="completed", score=dice.randint(1, 10)) for title in titles
    )
    words = islice(iter(lambda: dice.choice(("quiet", "bright", "slow", "<b>bold</b>", "進撃")), None), 40)
    text = " ".join(map(str, words))
    Review.objects.create(author=owner, title=titles[0], text=text)
    Review.objects.create(author=owner, title=titles[-1], text=f"{MARK} {text}")  # of an adult title


def _list(owner: User, name: str, titles: list[Title], number: int, is_public: bool) -> None:
    hidden = ("link", "private", "followers")[number % 3]
    made = CustomList.objects.create(owner=owner, name=name, visibility="public" if is_public else hidden)
    CustomListItem.objects.bulk_create(
        CustomListItem(custom_list=made, title=title, position=place) for place, title in enumerate(titles)
    )
