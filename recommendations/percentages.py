"""Formats of shares and relative changes."""

from __future__ import annotations

from anirec.lib import numbers


def share(value: float) -> str:
    """
    >>> share(0.1234), share(0.1236)
    ('12.3%', '12.4%')
    """
    return numbers.percent(value, 1)


def change(value: float) -> str:
    """
    >>> change(0.05), change(-0.05)
    ('+5.0%', '−5.0%')
    """
    return f"{'−' if value < 0 else '+'}{share(abs(value))}"
