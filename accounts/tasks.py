"""Doorways for the workers: fetch, call one function. All are safe to run twice."""

from __future__ import annotations

from celery import shared_task

from accounts.imports import reading, writing


@shared_task
def fetch_list(import_id: int) -> None:
    """Ask another site for a member's own list."""
    reading.fetch(import_id)


@shared_task
def write_import(import_id: int) -> None:
    """Write a list that was looked at and confirmed."""
    writing.write_import(import_id)
