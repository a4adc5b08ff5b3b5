"""`python -m anirec.bench.offline`: recommenders of others and ours on the shared ratings, with the shared catalogues.

Uses its own services (DATA_DIR/bench-offline). Other arguments are passed on to `manage.py bench_offline`;
figures, table and plots are left in DATA_DIR/bench-offline-results, and `--resume` goes on from there.
"""

from __future__ import annotations

import os
import sys

from anirec.bench.speeds import RATINGS, import_catalogues, manage, provide_own_services
from anirec.start.embedded import BASE_DIR, data_dir


def main() -> None:
    os.chdir(BASE_DIR)
    if not RATINGS.is_file():
        sys.exit(
            "anirec: ../shared/data/ratings.parquet is not there: `manage.py bench_offline FILE` measures on any other."
        )
    results = data_dir() / "bench-offline-results"
    results.mkdir(parents=True, exist_ok=True)
    provide_own_services("bench-offline")
    manage("migrate", "--verbosity", "0")
    import_catalogues()
    files = ["--json", str(results / "figures.json"), "--out", str(results)]
    manage("bench_offline", str(RATINGS), *files, *sys.argv[1:])


if __name__ == "__main__":
    main()
