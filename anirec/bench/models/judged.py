"""`python -m anirec.bench.models.judged`: recommend for well-known tastes with a model trained on the shared ratings.

Uses its own site (DATA_DIR/bench-judged): imports the public catalogues and the ratings, rebuilds (10 minutes), and
runs `manage.py bench_judged`. `--again` judges the last run's model.
"""

from __future__ import annotations

import os
import sys

from anirec.bench.speeds import RATINGS, import_catalogues, manage, provide_own_services
from anirec.start.embedded import BASE_DIR

AGAIN = "--again"


def main() -> None:
    provide_trained_site(is_again=AGAIN in sys.argv)
    manage("bench_judged")


def provide_trained_site(*, is_again: bool) -> None:
    """Start a site with a model trained on the shared ratings, or the last run's."""
    os.chdir(BASE_DIR)
    if not RATINGS.is_file():
        sys.exit(
            "anirec: ../shared/data/ratings.parquet not found. Measure a site's live model with `manage.py bench_…`."
        )
    provide_own_services("bench-judged", keep=is_again)
    if not is_again:
        manage("migrate", "--verbosity", "0")
        import_catalogues()
        manage("import_ratings", str(RATINGS))
        manage("rebuild")


if __name__ == "__main__":
    main()
