"""A synopsis as sentences."""

from __future__ import annotations

import re

SHORTEST, LONGEST, MOST = 30, 400, 40  # characters; sentences
CREDIT = re.compile(r"\s*[\[(](?:Written by|Source|Adapted from)\b[^\])]*[\])]", re.IGNORECASE)
END = re.compile(r"(?<=[.!?…。！？])[\"”’')]*\s+(?=[\"“‘'(]?\w)|\n+")
ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|vs|No|Vol|etc|Jr|Sr)\.$")


def without_credit(synopsis: str) -> str:
    return CREDIT.sub("", synopsis)


def sentences_of(synopsis: str) -> list[str]:
    """Return the sentences that say something, without credits.

    >>> sentences_of("Dr. Tenma saves a boy's life in a hospital. Years later, the boy he saved kills! No! [Source: A]")
    ["Dr. Tenma saves a boy's life in a hospital.", 'Years later, the boy he saved kills!']
    """
    sentences: list[str] = []
    for part in END.split(without_credit(synopsis)):
        if sentences and ABBREVIATED.search(sentences[-1]):
            sentences[-1] += f" {part.strip()}"
        else:
            sentences.append(part.strip())
    return [one[:LONGEST] for one in sentences if len(one) >= SHORTEST][:MOST]
