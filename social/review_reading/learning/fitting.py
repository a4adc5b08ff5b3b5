"""Fits the model that reads reviews, and measures it on titles that it hasn't seen. Only workers import this module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from social.review_reading.model import BLOCKS, Parameters, ReviewModel, Table, features
from social.review_reading.stated import stated_scores
from social.review_reading.terms import Hashes

Floats = NDArray[np.floating]
FOLDS = 5
LEAST_TEXTS = {"words": 2, "ending": 2, "letters": 5}  # that have a term
PENALTIES = {"words": 0.15, "ending": 0.4, "letters": 0.5}
STACK_PENALTY = 20.0
LANGUAGE_QUANTILE = 0.005  # of the training texts, that the language test may refuse


@dataclass(frozen=True)
class Texts:
    """Reviews to learn from. scores: (n,) 1–10. titles: (n,) numbers; a title's reviews are in one fold."""

    texts: list[str]
    scores: Floats
    titles: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    def among(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Texts:
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Texts([self.texts[i] for i in at], self.scores[at], self.titles[at])


@dataclass(frozen=True)
class Terms:
    """A block's terms of some texts. hashes: (n_terms,) sorted. counts: (n_texts, n_terms)."""

    hashes: Hashes
    counts: sp.csr_matrix


@dataclass(frozen=True)
class Weighed:
    """A block, fitted. idf, weights: (n_terms,)"""

    idf: Floats
    weights: Floats
    intercept: float

    def predict(self, counts: sp.csr_matrix) -> Floats:
        return _tfidf(counts, self.idf) @ self.weights + self.intercept


def fit(data: Texts) -> ReviewModel:
    """Return the model fitted on these reviews. It knows its own error from folds by title."""
    with threadpool_limits(1):
        terms = {name: _terms(data.texts, make, LEAST_TEXTS[name]) for name, make in BLOCKS.items()}
        return _fit(data, terms)


def cross_fit(data: Texts, folds: int = FOLDS) -> Iterator[tuple[ReviewModel, NDArray[np.intp]]]:
    """Yield models, each with the rows of a fold of titles that it hasn't seen."""
    for rest, held_out in _folds(data.titles, folds):
        yield fit(data.among(rest)), held_out


def _fit(data: Texts, terms: dict[str, Terms]) -> ReviewModel:
    everything = np.arange(len(data))
    blocks = {name: _weigh(name, block.counts, data.scores, everything) for name, block in terms.items()}
    rows = _rows(data, _unseen_blocks(data, terms))
    stack = _stack(rows, data.scores)
    residuals = data.scores - _unseen_stacked(rows, data)
    has_stated = np.array([bool(stated_scores(text)) for text in data.texts])
    parameters = Parameters(
        intercepts={name: block.intercept for name, block in blocks.items()},
        coefficients=stack.coef_.tolist(),
        constant=float(stack.intercept_),
        errors=_by_stated(partial(np.quantile, q=0.9), np.abs(residuals), has_stated),
        deviations=_by_stated(lambda values: np.sqrt(np.mean(values**2)), residuals, has_stated),
        least_known=0.0,
        least_common=0.0,
    )
    return _with_language(ReviewModel(parameters, _table(terms, blocks)), data.texts)


def _terms(texts: list[str], make: Callable[[str], Hashes], least: int) -> Terms:
    """Return the terms that at least so many of the texts have."""
    found = [np.unique(make(text), return_counts=True) for text in texts]
    hashes = np.concatenate([one for one, _counts in found])
    counts = np.concatenate([one for _hashes, one in found]).astype(np.float32)
    owners = np.repeat(np.arange(len(texts)), [len(one) for one, _counts in found])
    distinct, columns, n_texts = np.unique(hashes, return_inverse=True, return_counts=True)
    is_kept = n_texts >= least
    kept = is_kept[columns]
    places = (np.cumsum(is_kept) - 1)[columns[kept]]
    shape = (len(texts), int(is_kept.sum()))
    return Terms(distinct[is_kept], sp.csr_matrix((counts[kept], (owners[kept], places)), shape=shape))


def _weigh(name: str, counts: sp.csr_matrix, scores: Floats, rows: NDArray[np.intp]) -> Weighed:
    own = counts[rows]
    n_with = np.bincount(own.indices, minlength=own.shape[1])
    idf = np.where(n_with > 0, np.log((len(rows) + 1) / (n_with + 1)) + 1, 0.0)
    ridge = Ridge(alpha=PENALTIES[name], solver="sparse_cg", tol=1e-3).fit(_tfidf(own, idf), scores[rows])
    return Weighed(idf, ridge.coef_, float(ridge.intercept_))


def _tfidf(counts: sp.csr_matrix, idf: Floats) -> sp.csr_matrix:
    values = counts.astype(np.float64)
    values.data = (1 + np.log(values.data)) * idf[values.indices]
    norms = np.sqrt(np.asarray(values.multiply(values).sum(1)).ravel())
    return sp.diags(1 / np.where(norms > 0, norms, 1)) @ values


def _unseen_blocks(data: Texts, terms: dict[str, Terms]) -> Floats:
    """Return (n, n_blocks) scores by each block, fitted without the review's title."""
    unseen = np.zeros((len(data), len(terms)))
    for rest, held_out in _folds(data.titles):
        for column, (name, block) in enumerate(terms.items()):
            unseen[held_out, column] = _weigh(name, block.counts, data.scores, rest).predict(block.counts[held_out])
    return unseen


def _rows(data: Texts, blocks: Floats) -> Floats:
    return np.array(
        [features(row.tolist(), stated_scores(text), len(text)) for row, text in zip(blocks, data.texts, strict=True)]
    )


def _stack(rows: Floats, scores: Floats) -> Ridge:
    """Return the ridge on features of one scale, with its coefficients for the features as they are."""
    scale = np.where(rows.std(0) > 0, rows.std(0), 1.0)
    ridge = Ridge(alpha=STACK_PENALTY).fit(rows / scale, scores)
    ridge.coef_ = ridge.coef_ / scale
    return ridge


def _unseen_stacked(rows: Floats, data: Texts) -> Floats:
    unseen = np.zeros(len(data))
    for rest, held_out in _folds(data.titles):
        unseen[held_out] = _stack(rows[rest], data.scores[rest]).predict(rows[held_out])
    return np.clip(unseen, 1, 10)


def _folds(titles: NDArray[np.int64], n: int = FOLDS) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    n = min(n, len(np.unique(titles)))
    return list(GroupKFold(n).split(titles, groups=titles))


def _by_stated(figure: Callable[[Floats], float], values: Floats, has_stated: NDArray[np.bool_]) -> tuple[float, float]:
    """Return a figure of the texts without and with a stated score; of all, where they are few."""
    groups = (values[~has_stated], values[has_stated])
    without, with_stated = (float(figure(group if len(group) >= 30 else values)) for group in groups)
    return without, with_stated


def _table(terms: dict[str, Terms], blocks: dict[str, Weighed]) -> Table:
    hashes = np.concatenate([terms[name].hashes for name in blocks])
    idf = np.concatenate([block.idf for block in blocks.values()])
    weights = np.concatenate([block.weights for block in blocks.values()])
    order = np.argsort(hashes)
    return Table(hashes[order], idf[order].astype(np.float32), weights[order].astype(np.float32))


def _with_language(model: ReviewModel, texts: list[str]) -> ReviewModel:
    """Return the model with the least shares of known and common words that its own texts have."""
    shares = np.array([model.familiarity(text)[:2] for text in texts])
    known, common = np.quantile(shares, LANGUAGE_QUANTILE, axis=0) * 0.9
    return replace(model, parameters=replace(model.parameters, least_known=float(known), least_common=float(common)))
