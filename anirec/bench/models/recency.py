"""`python -m anirec.bench.models.recency`: what dates of lists are worth, with a model trained on shared ratings.

Uses the site of `anirec.bench.models.judged`, and runs `manage.py bench_recency`. `--again` takes the last run's model.
"""

from __future__ import annotations

import sys

from anirec.bench.models.judged import AGAIN, provide_trained_site
from anirec.bench.speeds import SHARED, manage

DATED = SHARED / "timestamped.parquet"


def main() -> None:
    provide_trained_site(is_again=AGAIN in sys.argv)
    manage("bench_recency", *(["--dated", str(DATED)] if DATED.is_file() else []))


if __name__ == "__main__":
    main()
