"""Pages as tests read them: on one line, however the templates are laid out."""

from __future__ import annotations

import re
from typing import Any


def one_line(page: Any) -> str:
    """The markup of a response or a string, with every run of white space as one blank."""
    markup = page if isinstance(page, str) else page.content.decode()
    return re.sub(r"\s+(?=>)|(?<=>)\s+|\s+(?=<)", "", re.sub(r"\s+", " ", markup))
