"""One space of content and relations for titles of all media, one per process.

Tags mean the same in every medium, and who wrote a manga is named in the anime's staff, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from catalog.index.titles import Terms, title_index
from catalog.models import Credit, Relation, Title
from catalog.models.titles import READ
from catalog.versioning import catalogue_version

PERSON = 3.0  # weight of a common author, beside a common tag of the same rarity
UNRELATED = (Relation.Kind.CHARACTER, Relation.Kind.RELATED)  # a shared character is no reason to read a book
Vector = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class ContentSpace:
    """Places are those of the `TitleIndex`. vectors: (n, n_terms), each row of length 1 or empty.

    links: (n, n), 1 from each title to those of another medium that tell the same story, and to what one reads next.
    """

    ids: Places
    vectors: sp.csr_matrix
    links: sp.csr_matrix

    def likeness(self, own: Places, weights: Vector, candidates: Places) -> Vector:
        """Return (n_candidates,) how well each candidate fits a profile of titles with weights; unitless."""
        profile = self.vectors[own].T @ weights
        return np.asarray(self.vectors[candidates] @ profile)

    def support(self, own: Places, weights: Vector, candidate: int) -> Vector:
        """Return (n_own,) how much each own title adds to a candidate's likeness."""
        return np.asarray((self.vectors[own] @ self.vectors[candidate].T).todense()).ravel() * weights

    def linked(self, own: Places) -> list[tuple[int, int]]:
        """Return (linked title, own title) for all links of own titles, in their order."""
        return [(int(other), int(place)) for place in own for other in self.links[place].indices]


_lock = Lock()
_cache: tuple[str, ContentSpace] | None = None  # (catalogue version, space)


def content_space() -> ContentSpace:
    """Return the space of the current catalogue, built once per version."""
    global _cache
    version = catalogue_version()
    with _lock:
        if _cache is None or _cache[0] != version:
            _cache = (version, build_space())
        return _cache[1]


def build_space() -> ContentSpace:
    index = title_index()
    blocks = [_rare_terms(_matrix_of(index.tags)), PERSON * _rare_terms(_authors(index.ids))]
    return ContentSpace(index.ids, _unit_rows(sp.hstack(blocks, format="csr")), _links(index.ids))


def _matrix_of(terms: Terms) -> sp.csr_matrix:
    shape = (terms.n_titles, len(terms.terms))
    return sp.csr_matrix((np.ones(len(terms.title_of)), (terms.title_of, terms.term_of)), shape=shape)


def _authors(ids: Places) -> sp.csr_matrix:
    """Return (n, n_people) who wrote or drew what is read, and who of them is in the staff of other titles."""
    authors = Credit.objects.filter(title__medium__in=READ, kind=Credit.Kind.STAFF, person__isnull=False)
    credits = Credit.objects.filter(kind=Credit.Kind.STAFF, person__in=authors.order_by().values("person")).order_by()
    pairs = np.array(list(credits.values_list("title", "person").distinct()), dtype=np.int64).reshape(-1, 2)
    people, column = np.unique(pairs[:, 1], return_inverse=True)
    return sp.csr_matrix((np.ones(len(pairs)), (np.searchsorted(ids, pairs[:, 0]), column)), (len(ids), len(people)))


def _rare_terms(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Weigh terms by how few titles have them."""
    frequency = matrix.getnnz(axis=0)
    idf = np.log((1 + matrix.shape[0]) / (1 + frequency))
    return sp.csr_matrix(matrix @ sp.diags(idf))


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ matrix)


def _links(ids: Places) -> sp.csr_matrix:
    """Return the links: relations to another medium or to what is read, from all parts of an anime's franchise."""
    relations = Relation.objects.exclude(kind__in=UNRELATED).order_by("from_title", "to_title")
    rows = relations.values_list("from_title", "to_title", "from_title__medium", "to_title__medium")
    across = [(one, other) for one, other, own, medium in rows if own != medium or own in READ]
    n = len(ids)
    pairs = np.searchsorted(ids, np.array(across, dtype=np.int64).reshape(-1, 2))
    direct = sp.csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (n, n))
    return sp.csr_matrix(((_same_franchise(ids) @ direct) > 0).astype(np.int8))


def _same_franchise(ids: Places) -> sp.csr_matrix:
    """Return (n, n) which titles are of one franchise; each is of its own."""
    entries = dict(Title.objects.exclude(franchise_entry=None).order_by().values_list("pk", "franchise_entry_id"))
    _, franchise = np.unique([entries.get(pk, pk) for pk in ids.tolist()], return_inverse=True)
    member = sp.csr_matrix((np.ones(len(ids)), (np.arange(len(ids)), franchise)))
    return member @ member.T
