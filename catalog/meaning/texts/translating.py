"""A question's words in English, as the encoder knows them: "zemsta za śmierć rodziny" → "death family".

The encoder gives a word nearly the same vector in each of its languages, so the nearest word of all synopses translates
it. Only workers do this: it needs the encoder.
"""

from __future__ import annotations

import re

from catalog.meaning.texts.encoder import encode
from catalog.meaning.texts.vocabulary import vocabulary

ALIKE = 0.65  # at least
MOST_TRANSLATED = 20
# Words of a question; Japanese has no spaces, but a change of script between most words.
WORD = re.compile(r"[ァ-ヶー]+|[一-鿿]+|[ぁ-ん]+|[^\W\d_ァ-ヶー一-鿿ぁ-ん]+")


def in_english(question: str) -> str:
    """Return the English words nearest to those of the question that no synopsis has."""
    common = vocabulary()
    words = dict.fromkeys(WORD.findall(question.casefold()))
    strange = [word for word in words if word not in common.known][:MOST_TRANSLATED]
    if not strange or not common.words:
        return ""
    likeness = encode(strange) @ common.vectors.T
    best = likeness.argmax(axis=1)
    found = [common.words[place] for row, place in enumerate(best) if likeness[row, place] >= ALIKE]
    return " ".join(dict.fromkeys(found))
