from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    from tests.anirec.backups.sites import Site


def end_sessions(admin: Any, database: str) -> None:
    """End connections that threads of earlier tests have left: a database that is in use can't be copied."""
    admin.execute(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        [database],
    )


@pytest.fixture
def new_site(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Make a site: `new_site()` has all tables, and `new_site(empty=True)` none. Extensions can be created in it."""
    from anirec.backups import databases
    from tests.anirec.backups.sites import Site

    numbers, sites = itertools.count(1), []

    def new(*, empty: bool = False) -> Site:
        site = Site(f"{test_database}_site{next(numbers)}", tmp_path / f"site{len(sites)}")
        site.folder.mkdir()
        connection.close()
        with databases.administration() as admin:
            databases.drop(admin, site.database)
            template = "template1" if empty else test_database
            end_sessions(admin, template)
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(create.format(sql.Identifier(site.database), sql.Identifier(template)))
        sites.append(site)
        return site

    test_database = connection.settings_dict["NAME"]
    yield new
    connection.close()
    with databases.administration() as admin:
        for site in sites:
            for name in (site.database, f"{site.database}_restoring", f"{site.database}_replaced"):
                databases.drop(admin, name)


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """A site with a member, a model and the keys."""
    return fill(new_site())


def fill(site: Site) -> Site:
    site.add_member("ada")
    site.add_model("the weights", is_active=True)
    (site.folder / "secret_key").write_text("the key")
    return site


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """The folder of backups."""
    return tmp_path / "backups"


@pytest.fixture
def site_backup(site: Site, backups: Path) -> Path:
    """A backup of `site`."""
    return back_up(site, backups)


def back_up(site: Site, backups: Path) -> Path:
    site.call("backup", backups, verbosity=0)
    return next(path for path in backups.iterdir() if path.is_dir())


@pytest.fixture
def backup(new_site: Callable[..., Site], backups: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a site like `site`, which is made once and copied for each test."""
    if not _made:
        _made.append(back_up(fill(new_site()), tmp_path_factory.mktemp("backups")))
    return Path(shutil.copytree(_made[0], backups / _made[0].name))


_made: list[Path] = []
