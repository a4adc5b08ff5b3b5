"""Benchmark of publishing a version, on members created in an otherwise empty site."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from typing import Any

import numpy as np
import scipy.sparse as sp
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from threadpoolctl import threadpool_limits

from recommendations.benchmark.publishing import create_members, new_version_of_active
from recommendations.engine.data.interactions import Histories
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.models.implicit_peer import seconds_to_recommend
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.inputs.member_lists import member_lists
from recommendations.inputs.title_rules import title_rules
from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.models.tables import TOP
from recommendations.publishing.publish import publish
from recommendations.publishing.rows import write_similar

BAR = 500  # members a second
BATCH = 250


class Command(BaseCommand):
    help = "Measure publishing (run by make bench on its own site; creates members and keeps them)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=15_000, help="number of members (default: %(default)s)")
        parser.add_argument("--length", type=int, default=90, help="typical number of titles on a list")
        parser.add_argument("--processes", type=int, default=os.cpu_count(), help="default: %(default)s")

    def handle(self, *, members: int, length: int, processes: int, **options: Any) -> None:
        user_ids = create_members(members, length)
        version, recommender = new_version_of_active()
        rules = title_rules(recommender.items)
        histories = _histories([own for *_, own in member_lists(recommender.items, user_ids)], len(recommender.items))

        started, used = time.perf_counter(), _processor_seconds()
        publish(version, recommender, processes=processes)
        whole, used = time.perf_counter() - started, _processor_seconds() - used
        written = MemberRecommendations.objects.filter(version=version).count()
        started = time.perf_counter()
        write_similar(version, recommender, rules)
        similar = time.perf_counter() - started

        speed = written / (whole - similar / processes)
        bare = len(histories) / _score_and_cut(recommender.linear, histories, processes)
        peer = len(histories) / seconds_to_recommend(histories, TOP)
        self.stdout.write(
            f"\npublishing: {written:,} members, {np.diff(histories.matrix.indptr).mean():.0f} known titles a list, "
            f"{len(recommender.items):,} titles in the model, top {TOP} with reasons, {processes} processes: "
            f"{whole:.1f} s, "
            f"of which {similar:.1f} s of one process for similar titles"
        )
        self.stdout.write(
            f"read, scored, explained and stored: {speed:,.0f} members/s (bar > "
            f"{BAR}){'' if speed > BAR else '  missed'}\n"
            f"the linear part alone, scored and cut to {TOP}: {bare:,.0f}/s, ratio {speed / bare:.2f}\n"
            f"implicit's batch recommend, 128 factors, {TOP} titles: {peer:,.0f}/s, ratio {speed / peer:.2f}"
        )
        self.stdout.write(
            f"a member: {used / written * 1000:.2f} ms of processor time, similar titles and the start of processes "
            f"included; {_bytes_a_row(version):,.0f} bytes in the table"
        )


def _histories(members: list[Any], n_items: int) -> Histories:
    rows = [Histories.of_one(own.items, own.scores, n_items).matrix for own in members]
    return Histories(sp.vstack(rows, format="csr"))


def _score_and_cut(linear: RatingAwareEase, members: Histories, processes: int) -> float:
    """Return the seconds of the minimum work across processes: scoring all titles and selecting the top."""
    shares = np.array_split(np.arange(len(members)), processes)
    workers = [
        multiprocessing.get_context("fork").Process(
            target=_score_and_cut_these, args=(linear, members[slice(share[0], share[-1] + 1)])
        )
        for share in shares
    ]
    connection.close()  # a child must not close its parent's connection
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - started


def _score_and_cut_these(linear: RatingAwareEase, members: Histories) -> None:
    with threadpool_limits(1, "blas"):
        for start in range(0, len(members), BATCH):
            scores = linear.score(members[start : start + BATCH])
            top_k(scores, min(TOP, scores.shape[1]))


def _processor_seconds() -> float:
    """Return the processor seconds of this process and its children, without PostgreSQL."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _bytes_a_row(version: ModelVersion) -> float:
    """Return the bytes per row of the version in a separate table, with indexes and TOAST."""
    table = MemberRecommendations._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_rows (LIKE {table} INCLUDING ALL)")
        cursor.execute(f"INSERT INTO bench_rows SELECT * FROM {table} WHERE version_id = %s", [version.pk])
        cursor.execute("SELECT pg_total_relation_size('bench_rows') / count(*)::float FROM bench_rows")
        (size,) = cursor.fetchone()
        transaction.set_rollback(True)
    return size
