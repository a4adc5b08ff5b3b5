"""Create the sample data of a new site. Safe and quick to repeat."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from catalog.importing.imports import import_catalogue
from catalog.importing.parsers.files.sample import MANGA_PATH
from catalog.importing.sample_seasons import add_sample_seasons
from catalog.models import Title
from recommendations.experiments.first import start_first_experiments
from recommendations.pipelines.starter import publish_starter
from recommendations.pipelines.starter.demo_member import DEMO, make_demo_member
from recommendations.pipelines.starter.synthetic_members import add_members

SAMPLE = Path(settings.BASE_DIR) / "catalog" / "sample" / "titles.jsonl"


class Command(BaseCommand):
    help = "Create missing sample data: catalogue, demo member, synthetic members, starter model, A/A experiments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--community", type=int, default=200, help="number of synthetic members (default: %(default)s)"
        )

    def handle(self, *, community: int, **options: Any) -> None:
        if not Title.objects.exists():
            self._step("sample catalogue", lambda: import_catalogue([SAMPLE, MANGA_PATH], "sample"))
            self._step("two seasons", lambda: add_sample_seasons(timezone.localdate()))
        if not User.objects.filter(is_synthetic=True).exists():
            with tqdm(total=community, desc="synthetic members", unit="", disable=None) as bar:
                add_members(community, progress=lambda done: bar.update(done - bar.n) and None)
        if not User.objects.filter(username=DEMO).exists():
            self._step("demo member", make_demo_member)
        self._step("starter model", publish_starter)
        self._step("experiments", start_first_experiments)

    def _step(self, name: str, work: Callable[[], object]) -> None:
        self.stdout.write(f"{name} … ", ending="")
        self.stdout.flush()
        work()
        self.stdout.write("ready")
