"""Create the sample data of a new site. Safe and quick to repeat."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from tqdm import tqdm

from accounts.lists.writing import write_entries
from accounts.models import User
from catalog.importing.imports import import_catalogue
from catalog.models import Title
from recommendations.experiments.first import start_first_experiments
from recommendations.pipelines.starter import publish_starter
from recommendations.pipelines.starter.synthetic_members import Sampler, add_members, drafts

SAMPLE = Path(settings.BASE_DIR) / "catalog" / "sample" / "titles.jsonl"
DEMO = "demo"
DEMO_SEED = 7


class Command(BaseCommand):
    help = "Create missing sample data: catalogue, demo member, synthetic members, starter model, A/A experiments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--community", type=int, default=200, help="number of synthetic members (default: %(default)s)"
        )

    def handle(self, *, community: int, **options: Any) -> None:
        if not Title.objects.exists():
            self._step("sample catalogue", lambda: import_catalogue([SAMPLE], "sample"))
        if not User.objects.filter(username=DEMO).exists():
            self._step("demo member", make_demo_member)
        if not User.objects.filter(is_synthetic=True).exists():
            with tqdm(total=community, desc="synthetic members", unit="", disable=None) as bar:
                add_members(community, progress=lambda done: bar.update(done - bar.n) and None)
        self._step("starter model", publish_starter)
        self._step("experiments", start_first_experiments)

    def _step(self, name: str, work: Callable[[], object]) -> None:
        self.stdout.write(f"{name} … ", ending="")
        self.stdout.flush()
        work()
        self.stdout.write("ready")


def make_demo_member() -> User:
    """Create a member with a list. The generated login is written to DATA_DIR/demo_login for the site's operator."""
    password = secrets.token_urlsafe(9)
    sampler = Sampler.from_starter(DEMO_SEED)
    with transaction.atomic():
        user = User.objects.create_user(DEMO, f"{DEMO}@example.org", password)
        write_entries(user, drafts(*sampler.draw(typical_length=70), np.random.default_rng(DEMO_SEED)))
    login = settings.DATA_DIR / "demo_login"
    login.touch(mode=0o600)
    login.write_text(f"{DEMO} {password}\n")
    return user
