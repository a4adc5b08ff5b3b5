"""The models by name."""

from __future__ import annotations

from recommendations.engine.base import RatingPredictor, Scorer
from recommendations.engine.models.content import Content
from recommendations.engine.models.evidence.residual_neighbours import ResidualNeighbours
from recommendations.engine.models.implicit_als import ImplicitAls
from recommendations.engine.models.lambda_mart import LambdaMart
from recommendations.engine.models.linear import Ease, RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.mult_vae import MultVae
from recommendations.engine.models.neighbours import CosineNeighbours
from recommendations.engine.models.neural import NeuralCf
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from recommendations.engine.models.self_attention import SelfAttention
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase

SCORERS: dict[str, type[Scorer]] = {
    model.name: model
    for model in (
        Popularity,
        CosineNeighbours,
        Content,
        ImplicitAls,
        NeuralCf,
        MultVae,
        SelfAttention,
        LambdaMart,
        Ease,
        RatingAwareEase,
        SparseRatingAwareEase,
        Hybrid,
    )
}
RATING_PREDICTORS: dict[str, type[RatingPredictor]] = {
    model.name: model for model in (Svd, ResidualNeighbours, RatingBlend)
}
