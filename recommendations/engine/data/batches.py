"""Work on members in batches, as a Dask graph: this process computes it, or as many as there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from threadpoolctl import threadpool_limits

from recommendations.engine.data.interactions import Histories

BATCH = 100  # members: a few MB of scores, and enough batches to divide among workers


def in_batches(work: Callable[..., Any], shared: Sequence[Any], *of_members: Histories) -> list[Any]:
    """Return work(*shared, *lists) for each BATCH of the members, in their order.

    shared: models and arrays that all batches read. On a cluster they travel once to the scheduler and once to each
    worker, and a worker that dies takes nothing along that the others can't get again. of_members: lists of the same
    members. `work` must depend on its arguments alone, so that it doesn't matter where and how often it runs.
    """
    from dask import delayed

    from recommendations.engine.matrices.tiles import compute

    held = [delayed(_itself, pure=False)(one) for one in shared]
    batches = [[lists[at : at + BATCH] for lists in of_members] for at in range(0, len(of_members[0]), BATCH)]
    return compute([delayed(_by_one_thread, pure=False)(work, *held, *batch) for batch in batches])


def _itself(one: Any) -> Any:
    return one


def _by_one_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call `work` with one thread for each product of matrices: how many there are may change its last digits.

    The limit stays in a worker's process; `compute` takes it back in this one.
    """
    threadpool_limits(1)
    return work(*arguments)
