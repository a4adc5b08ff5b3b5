"""The models that can be asked for by name."""

from __future__ import annotations

from recommendations.engine.base import RatingPredictor, Scorer
from recommendations.engine.models.linear import Ease, RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.neural import NeuralCf
from recommendations.engine.models.popularity import Popularity

SCORERS: dict[str, type[Scorer]] = {model.name: model for model in (Popularity, Ease, RatingAwareEase, NeuralCf)}
RATING_PREDICTORS: dict[str, type[RatingPredictor]] = {model.name: model for model in (Svd,)}
