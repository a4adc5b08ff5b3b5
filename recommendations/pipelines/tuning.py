"""Tunes hyperparameters on validation members and stores the best for later fits."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from recommendations.engine.base import Scorer
from recommendations.engine.data.splitting import Split, hide_titles, keep_out_ratings
from recommendations.engine.evaluation import evaluate_new_titles, evaluate_ranking, evaluate_ratings
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS
from recommendations.engine.search_spaces import SEARCH_SPACES, Between

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

MODELS = {**SCORERS, **RATING_PREDICTORS}
Parameters = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class TuningResult:
    """Best parameters of a search.

    value: NDCG@10 liked on validation members, of new titles only for content models; RMSE for rating predictors.
    default: the value of the model's default parameters.
    """

    parameters: Parameters
    value: float
    default: float
    trials: int


def parameters_for(name: str) -> Parameters:
    """Return this site's tuned parameters of the model, without unknown names. Empty if it was never tuned."""
    try:
        stored = json.loads(_file(name, "json").read_text())["parameters"]
    except FileNotFoundError:
        return {}
    accepted = {field.name for field in fields(MODELS[name])}
    return {key: value for key, value in stored.items() if key in accepted}


def tune(name: str, parts: Split, minutes: float, progress: Progress = lambda line: None) -> TuningResult:
    """Search for `minutes`, continuing earlier searches on the same data, and save the best for `parameters_for`.

    The defaults are tried first, so the result is never worse. Every trial is a full fit: closed-form models have no
    intermediate value to prune by. Raises ValueError for a model without a search space.
    """
    if name not in SEARCH_SPACES:
        raise ValueError(f"{name} has no parameters to tune; use one of: {', '.join(SEARCH_SPACES)}")
    fingerprint = parts.train.fingerprint()
    study = _study(name, fingerprint)
    if not _completed_trials(study):
        study.enqueue_trial(_defaults(name))
    study.optimize(
        _objective(name, parts),
        timeout=minutes * 60,
        callbacks=[lambda study, trial: progress(_progress_line(study, trial))],
    )
    completed = _completed_trials(study)
    result = TuningResult(study.best_params, study.best_value, completed[0].values[0], len(completed))
    _save(name, result, fingerprint)
    return result


def _study(name: str, fingerprint: str) -> Study:
    """Return the study for this data, with the trials of earlier runs."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal = _file(name, "journal")
    journal.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=fingerprint,
        direction="maximize" if name in SCORERS else "minimize",
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(journal))),
        load_if_exists=True,
    )
    study.sampler = optuna.samplers.TPESampler(seed=len(study.trials))  # sample differently from earlier runs
    return study


def _completed_trials(study: Study) -> list[FrozenTrial]:
    from optuna.trial import TrialState

    return study.get_trials(states=[TrialState.COMPLETE])


def _objective(name: str, parts: Split) -> Callable[[Trial], float]:
    if name in RATING_PREDICTORS:
        return _rating_objective(name, parts)
    if SCORERS[name].judges_unrated:
        return _new_titles_objective(name, parts)
    return _ranking_objective(name, parts)


def _ranking_objective(name: str, parts: Split) -> Callable[[Trial], float]:
    audience = parts.train.item_counts() / len(parts.train.users)

    def ndcg(trial: Trial) -> float:
        model: Scorer = SCORERS[name](**_suggest(name, trial)).fit(parts.train)
        return evaluate_ranking(model, parts.validation, audience).ndcg_10_liked

    return ndcg


def _new_titles_objective(name: str, parts: Split) -> Callable[[Trial], float]:
    new = hide_titles(parts.train, parts.validation)

    def ndcg(trial: Trial) -> float:
        return evaluate_new_titles(SCORERS[name](**_suggest(name, trial)).fit(new.train), new)["ndcg_10_liked"]

    return ndcg


def _rating_objective(name: str, parts: Split) -> Callable[[Trial], float]:
    train, holdout = keep_out_ratings(parts.train)

    def rmse(trial: Trial) -> float:
        return evaluate_ratings(RATING_PREDICTORS[name](**_suggest(name, trial)).fit(train), holdout)["rmse"]

    return rmse


def _suggest(name: str, trial: Trial) -> Parameters:
    return {parameter: _value(trial, parameter, bounds) for parameter, bounds in SEARCH_SPACES[name].items()}


def _value(trial: Trial, parameter: str, bounds: Between) -> float:
    if isinstance(bounds.low, int) and isinstance(bounds.high, int):
        return trial.suggest_int(parameter, bounds.low, bounds.high, log=bounds.log)
    return trial.suggest_float(parameter, bounds.low, bounds.high, log=bounds.log)


def _defaults(name: str) -> Parameters:
    parameters = MODELS[name]().parameters
    return {parameter: parameters[parameter] for parameter in SEARCH_SPACES[name]}


def _save(name: str, result: TuningResult, fingerprint: str) -> None:
    path = _file(name, "json")
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({**asdict(result), "data": fingerprint}, indent=1))
    os.replace(partial, path)


def _progress_line(study: Study, trial: FrozenTrial) -> str:
    values = ", ".join(f"{key} {value:.4g}" for key, value in trial.params.items())
    return f"{trial.value:.4f}  (best {study.best_value:.4f})  {values}"


def _file(name: str, kind: str) -> Path:
    return Path(settings.DATA_DIR) / "tuning" / f"{name}.{kind}"
