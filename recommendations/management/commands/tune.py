"""Tune a model's parameters on validation members and store them for later rebuilds."""

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
    help = "Tune a model on validation members, never on test members. Rebuilds use the best parameters."

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
            raise CommandError("no validation members to tune on: none has 10 ratings of known titles")
        result = tune(model, parts, minutes, self.stdout.write)
        better = ", ".join(f"{name} = {value:.4g}" for name, value in result.parameters.items())
        self.stdout.write(
            f"{result.trials} trials. Best: {result.value:.4f} (defaults: {result.default:.4f}) with {better}"
        )


def _described(ratings: Path | None) -> Interactions:
    if ratings:
        return with_features(Interactions.from_ids(*read_ratings(ratings)))
    rows = training_data().interactions
    return replace(rows, features=title_features(rows.items))
