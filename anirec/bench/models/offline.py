"""`python -m anirec.bench.models.offline`: compare our recommenders with well-known ones on shared ratings.

Uses its own services (DATA_DIR/bench-offline). Other arguments are passed to `manage.py bench_offline`. Figures, table
and plots are saved in DATA_DIR/bench-offline-results; `--resume` continues from there. Embeds 8,000 synopses first
(10 minutes). With `--served`, measures what
members are shown instead (`manage.py bench_served`), with `--kinds`, how well manga are found from lists of anime
(`manage.py bench_kinds`).
"""

from __future__ import annotations

import os
import sys

from anirec.bench.speeds import RATINGS, SHARED, import_catalogues, manage, provide_own_services
from anirec.start.embedded import BASE_DIR, data_dir

SERVED, KINDS = "--served", "--kinds"
MANGA = (("mal-manga", "manga.csv.gz"), ("relations", "relations.csv.gz"))


def main() -> None:
    os.chdir(BASE_DIR)
    if not RATINGS.is_file():
        sys.exit(
            "anirec: ../shared/data/ratings.parquet not found. Use another file with `manage.py bench_offline FILE`."
        )
    results = data_dir() / "bench-offline-results"
    results.mkdir(parents=True, exist_ok=True)
    provide_own_services("bench-offline")
    manage("migrate", "--verbosity", "0")
    import_catalogues()
    if KINDS in sys.argv:
        return _bench_kinds()
    if SERVED in sys.argv:
        return manage("bench_served", str(RATINGS), *(word for word in sys.argv[1:] if word != SERVED))
    manage("embed_synopses")  # content reads them
    files = ["--json", str(results / "figures.json"), "--out", str(results)]
    manage("bench_offline", str(RATINGS), *files, *sys.argv[1:])


def _bench_kinds() -> None:
    for layout, file in MANGA:
        manage("import_catalogue", str(SHARED / file), "--format", layout)
    options = [word for word in sys.argv[1:] if word != KINDS]
    manage("bench_kinds", str(RATINGS), str(SHARED / "timestamped.parquet"), *options)


if __name__ == "__main__":
    main()
