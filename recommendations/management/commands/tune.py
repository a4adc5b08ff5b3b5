"""Look for better parameters on validation members, and keep them for every rebuild that follows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import split
from recommendations.engine.search_spaces import SEARCH_SPACES
from recommendations.inputs.extract import training_data
from recommendations.inputs.rating_archives import ArchiveError, read_ratings
from recommendations.inputs.title_features import title_features, with_features
from recommendations.pipelines.tuning import tune


class Command(BaseCommand):
    help = "Tune a model on validation members; the test members are not looked at. Rebuilds then use what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", choices=list(SEARCH_SPACES))
        parser.add_argument("--minutes", type=float, default=10)
        parser.add_argument("--ratings", type=Path, help="a ratings file instead of the site's lists and archives")

    def handle(self, *, model: str, minutes: float, ratings: Path | None, **options: Any) -> None:
        try:
            parts = split(_described(ratings))
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        if not len(parts.validation.inputs):
            raise CommandError("nobody is held out to tune on: no validation member has 10 ratings of known titles")
        found = tune(model, parts, minutes, self.stdout.write)
        better = ", ".join(f"{name} = {value:.4g}" for name, value in found.parameters.items())
        self.stdout.write(f"{found.trials} trials: {found.value:.4f}, the defaults {found.default:.4f}. Kept: {better}")


def _described(ratings: Path | None) -> Interactions:
    if ratings:
        return with_features(Interactions.from_ids(*read_ratings(ratings)))
    rows = training_data().interactions
    return replace(rows, features=title_features(rows.items))
