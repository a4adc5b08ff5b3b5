"""Create or remove synthetic members, to fill pages about people."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from recommendations.pipelines.starter.synthetic_members import add_members, remove_members


class Command(BaseCommand):
    help = "Create synthetic members up to N, labelled as such everywhere, or remove them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("n", type=int, nargs="?", help="number of synthetic members")
        parser.add_argument("--remove", action="store_true", help="delete all synthetic members and their lists")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *, n: int | None, remove: bool, seed: int, **options: Any) -> None:
        if remove == (n is not None):
            raise CommandError("enter the number of members, or --remove")
        if remove:
            self.stdout.write(f"{remove_members():,} synthetic members removed")
            return
        with tqdm(total=n, unit=" members", disable=None) as bar:
            try:
                n_created = add_members(n or 0, seed=seed, progress=lambda done: bar.update() and None)
            except ValueError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{n_created:,} synthetic members created")
