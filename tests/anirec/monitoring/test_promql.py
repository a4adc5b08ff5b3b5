"""The evaluator of the tests gives the values that Prometheus gives."""

from __future__ import annotations

import math
import random
import shutil
import subprocess

import pytest
import yaml

from tests.anirec.monitoring.promql import Store, UnsupportedError, evaluate
from tests.anirec.monitoring.test_alerts import RULES, dashboard_expressions

STEP, N = 15, 61  # Prometheus's test tool evaluates at whole minutes
NOW = STEP * (N - 1)


def series() -> dict[str, list[float]]:
    """Series that begin at different times; counters fall to 0 once, as after a restart."""
    rng = random.Random(1)
    found: dict[str, list[float]] = {'up{job="anirec"}': [1.0] * N}
    for status in ("2xx", "5xx", "429"):
        steps = [rng.randrange(5) for _ in range(N)]
        found[f'anirec_requests_total{{status="{status}"}}'] = [sum(steps[(40 if i > 40 else 0) : i]) for i in range(N)]
    for route in ("a", "b"):
        counts = [0.0] * 3
        for le in ("0.1", "0.5", "1", "+Inf"):
            counts = [a + b for a, b in zip(counts, [1, rng.random(), 2], strict=True)]
            name = f'anirec_request_seconds_bucket{{route="{route}",le="{le}"}}'
            found[name] = [math.floor(10 * i * counts[0]) for i in range(N)]
    for name in ("anirec_request_queries_total", "anirec_request_database_seconds_total"):
        found[f'{name}{{route="a"}}'] = [3.0 * i for i in range(N)]
    found['anirec_queue_oldest_seconds{queue="train"}'] = [30_000.0] * N
    found['anirec_queue_oldest_seconds{queue="interactive"}'] = [299.0] * N
    found["anirec_disk_free_bytes{}"], found["anirec_disk_size_bytes{}"] = [9.0] * N, [100.0] * N
    found['anirec_pool_timeouts_total{pool="default"}'] = [float(i // 20) for i in range(N)]
    found['anirec_model_trained_timestamp_seconds{version="3"}'] = [-700_000.0] * N
    return found


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    return found


def test_it_agrees_with_prometheus(promtool, tmp_path):
    store, given = Store(), series()
    for i in range(N):
        store.scrape("".join(f"{name} {values[i]}\n" for name, values in given.items()), i * STEP)
    expressions = [rule["expr"] for rule in RULES.values()] + [e for e in dashboard_expressions() if "topk" not in e]
    results = {expression: evaluate(expression, store, NOW) for expression in expressions}
    assert sum(bool(found) for found in results.values()) > 12

    run = subprocess.run(
        [promtool, "test", "rules", write_test(tmp_path, given, results)], capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout + run.stderr


def write_test(folder, given, results) -> str:
    tests = [
        {"expr": expression, "eval_time": f"{NOW}s", "exp_samples": [sample(*pair) for pair in found.items()]}
        for expression, found in results.items()
    ]
    inputs = [{"series": name, "values": " ".join(map(repr, values))} for name, values in given.items()]
    content = {
        "rule_files": [],
        "tests": [{"interval": f"{STEP}s", "input_series": inputs, "promql_expr_test": tests}],
    }
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump(content))
    return str(path)


def sample(labels, value) -> dict[str, object]:
    pairs = ",".join(f'{name}="{text}"' for name, text in sorted(labels))
    return {"labels": f"{{{pairs}}}", "value": value}


def test_what_it_cannot_evaluate_is_an_error():
    with pytest.raises(UnsupportedError, match="count_values"):
        evaluate('count_values("x", up)', Store(), 0)


def test_nothing_scraped_is_no_result():
    assert evaluate("sum(rate(anirec_requests_total[5m])) > 0", Store(), NOW) == {}
