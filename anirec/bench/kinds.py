"""`python -m anirec.bench.kinds`: how well manga are found from anime lists, and anime-only pages beside them.

Uses its own services (DATA_DIR/bench-kinds): imports the shared catalogues of anime, manga and their relations.
"""

from __future__ import annotations

import os
import sys

from anirec.bench.speeds import RATINGS, SHARED, import_catalogues, manage, provide_own_services
from anirec.start.embedded import BASE_DIR

MANGA = (("mal-manga", "manga.csv.gz"), ("relations", "relations.csv.gz"))
DATED = SHARED / "timestamped.parquet"


def main() -> None:
    os.chdir(BASE_DIR)
    if not all((SHARED / file).is_file() for _layout, file in MANGA) or not RATINGS.is_file():
        sys.exit("anirec: ../shared/data/ratings.parquet, manga.csv.gz or relations.csv.gz not found.")
    provide_own_services("bench-kinds")
    manage("migrate", "--verbosity", "0")
    import_catalogues()
    for layout, file in MANGA:
        manage("import_catalogue", str(SHARED / file), "--format", layout)
    manage("bench_kinds", str(RATINGS), str(DATED), *sys.argv[1:])


if __name__ == "__main__":
    main()
