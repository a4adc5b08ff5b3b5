"""Contestants of the benchmark: known recommenders as published, and all of our models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recommendations.engine.base import Model
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS

MODELS: dict[str, type[Model]] = {**SCORERS, **RATING_PREDICTORS}
REFERENCE = "ease"  # the best peer, to which differences are measured
PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "popularity": ("popularity", {}),
    "knn": ("knn", {}),
    "implicit-als": ("ials", {"regularization": 5.0, "watched": 2.0, "liked": 0.0}),
    "ease": ("ease", {}),
    "edlae": ("ease", {"l2": 100.0, "dropout": 0.1}),
    "mult-vae": ("mult_vae", {}),
    "sasrec": ("sasrec", {}),
    "lambdamart": ("lambdamart", {}),
    "svd-designed": ("svd", {"n_epochs": 20, "regularization": 0.02}),
}
LABELS = {
    "popularity": "popularity",
    "knn": "item kNN, cosine, K = 100",
    "implicit-als": "iALS, 128 factors (implicit)",
    "ease": "EASE, λ = 200",
    "edlae": "EDLAE, λ = 100, a tenth hidden",
    "mult-vae": "Mult-VAE, 600 and 200 units",
    "sasrec": "SASRec, lists shuffled",
    "lambdamart": "LightGBM LambdaMART over EASE and iALS",
    "svd-designed": "Surprise SVD, 20 epochs, reg 0.02",
    "svd": "Surprise SVD, tuned",
}


KNOWN = {"mult_vae", "sasrec", "lambdamart"}  # models of which only the peer competes


@dataclass(frozen=True)
class Contestant:
    name: str
    model: str
    parameters: Mapping[str, Any]

    @property
    def label(self) -> str:
        return LABELS.get(self.name, f"{self.name} (ours)")

    @property
    def ranks(self) -> bool:
        return self.model in SCORERS

    def make(self) -> Model:
        return MODELS[self.model](**self.parameters)


def contestants(parameters_for: Callable[[str], Mapping[str, Any]]) -> dict[str, Contestant]:
    """Return all contestants by name; ours have the parameters that `parameters_for` returns."""
    peers = {name: Contestant(name, model, parameters) for name, (model, parameters) in PEERS.items()}
    ours = {
        name: Contestant(name, name, parameters_for(name)) for name in MODELS if name not in peers and name not in KNOWN
    }
    return {**peers, **ours}
