"""The linear model's closed form in square tiles, as a Dask graph: one process computes it, or as many as there are.

A tile has both facts of some titles, that they were watched and that they were liked, so that each tile column holds
all that the weights of its titles need. Whatever computes a tile, it computes the same numbers in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import scipy.sparse as sp
from dask import compute as dask_compute
from dask import delayed
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from threadpoolctl import threadpool_limits

PER_TILE = 1024  # titles: 16 MB a tile, and seconds of work on it
Part = Callable[[], sp.csr_matrix]  # loads the (n_members, 2 · n_titles) inputs of some members
Tile = NDArray[np.float32]
Tiles = Mapping[tuple[int, int], Any]  # (row, column), on and below the diagonal → a delayed Tile


@dataclass(frozen=True)
class Layout:
    """facts: for each tile, the indices of its columns among the 2 · n_titles facts."""

    facts: list[NDArray[np.int64]]

    @classmethod
    def of(cls, n_titles: int) -> Layout:
        titles = [np.arange(start, min(start + PER_TILE, n_titles)) for start in range(0, n_titles, PER_TILE)]
        return cls([np.concatenate([own, n_titles + own]) for own in titles])

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Return (row, column) of the tiles on and below the diagonal, column by column."""
        return [(row, column) for column in range(len(self)) for row in range(column, len(self))]

    def titles(self, tile: int) -> slice:
        own = self.facts[tile]
        return slice(int(own[0]), int(own[len(own) // 2 - 1]) + 1)


def gram_tiles(parts: Sequence[Part], layout: Layout, groups: int = 8) -> dict[tuple[int, int], Any]:
    """Return the tiles of inputsᵀ · inputs. groups: how many tasks the members of a tile row are divided among."""
    chunks = [list(parts[first::groups]) for first in range(min(groups, len(parts)))]
    tiles = {}
    for row in range(len(layout)):
        sums = [delayed(_gram_row, nout=row + 1, pure=False)(chunk, layout, row) for chunk in chunks]
        for column in range(row + 1):
            tiles[row, column] = delayed(_total, pure=False)([one[column] for one in sums])
    return tiles


def _gram_row(parts: Sequence[Part], layout: Layout, row: int) -> tuple[Tile, ...]:
    """Return the tiles (row, 0 … row) of some members, whose parts are in memory one at a time."""
    up_to = np.concatenate(layout.facts[: row + 1])
    total = np.zeros((len(layout.facts[row]), len(up_to)), dtype=np.float32)
    for part in parts:
        inputs = part()
        total += (inputs[:, layout.facts[row]].T.tocsr() @ inputs[:, up_to]).toarray()
    edges = np.cumsum([len(facts) for facts in layout.facts[:row]])
    return tuple(np.ascontiguousarray(tile) for tile in np.split(total, edges, axis=1))


def _total(tiles: Sequence[Tile]) -> Tile:
    return cast(Tile, np.sum(tiles, axis=0, dtype=np.float32))


def inverse_tiles(matrix: Tiles, layout: Layout) -> dict[tuple[int, int], Any]:
    """Return the tiles of a symmetric positive definite matrix's inverse: L, then L⁻¹, then L⁻ᵀ · L⁻¹.

    A task of the graph raises ValueError if the matrix is not positive definite.
    """
    n = len(layout)
    factor: dict[tuple[int, int], Any] = {}
    for row, column in layout.pairs:
        before = [(factor[row, k], factor[column, k]) for k in range(column)]
        pivot = None if row == column else factor[column, column]
        factor[row, column] = delayed(_factor, pure=False)(matrix[row, column], before, pivot)
    inverse: dict[tuple[int, int], Any] = {}
    for row, column in layout.pairs:
        between = [(factor[row, k], inverse[k, column]) for k in range(column, row)]
        inverse[row, column] = delayed(_inverse_of_factor, pure=False)(factor[row, row], between)
    return {
        (row, column): delayed(_product, pure=False)([(inverse[k, row], inverse[k, column]) for k in range(row, n)])
        for row, column in layout.pairs
    }


def _factor(tile: Tile, before: Sequence[tuple[Tile, Tile]], pivot: Tile | None) -> Tile:
    rest = tile.copy()
    for left, right in before:
        rest -= left @ right.T
    if pivot is not None:
        return np.ascontiguousarray(solve_triangular(pivot, rest.T, lower=True, check_finite=False).T)
    try:
        return cast(Tile, cholesky(rest, lower=True, check_finite=False))
    except np.linalg.LinAlgError:
        raise ValueError("the matrix is not positive definite: raise l2") from None


def _inverse_of_factor(pivot: Tile, between: Sequence[tuple[Tile, Tile]]) -> Tile:
    if not between:
        right = np.eye(len(pivot), dtype=np.float32)
    else:
        right = -sum((left @ done for left, done in between[1:]), start=between[0][0] @ between[0][1])
    return cast(Tile, solve_triangular(pivot, right, lower=True, check_finite=False))


def _product(pairs: Sequence[tuple[Tile, Tile]]) -> Tile:
    total = pairs[0][0].T @ pairs[0][1]
    for left, right in pairs[1:]:
        total += left.T @ right
    return total


def on_the_diagonal(tiles: Tiles, layout: Layout, change: Callable[[Tile], Tile]) -> Tiles:
    """Return the tiles with those on the diagonal changed."""
    return dict(tiles) | {(k, k): delayed(change, pure=False)(tiles[k, k]) for k in range(len(layout))}


def on_columns(tiles: Tiles, layout: Layout, work: Callable[[NDArray[np.float32], slice], Any]) -> list[Any]:
    """Return tasks that call `work` with each tile column of a symmetric matrix and the titles whose facts it has.

    A column is (2 · n_titles, n_facts), its rows in the order of facts.
    """
    n = len(layout)
    whole = [[tiles[c, row] for row in range(c)] + [tiles[row, c] for row in range(c, n)] for c in range(n)]
    return [delayed(_with_column, pure=False)(whole[c], layout, c, work) for c in range(n)]


def _with_column(
    tiles: Sequence[Tile], layout: Layout, column: int, work: Callable[[NDArray[np.float32], slice], Any]
) -> Any:
    whole = np.empty((sum(map(len, layout.facts)), len(layout.facts[column])), dtype=np.float32)
    for row, tile in enumerate(tiles):
        whole[layout.facts[row]] = tile.T if row < column else tile
    return work(whole, layout.titles(column))


def compute(tasks: Sequence[Any]) -> list[Any]:
    """Return the tasks' results, computed on Dask's cluster if the process has a client of one, else by threads."""
    with threadpool_limits(1):  # a task has a processor of its own
        return list(dask_compute(*tasks))
