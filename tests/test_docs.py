"""What the documents name exists: commands, files, settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named(pattern: str) -> list[tuple[str, str]]:
    return [(path.name, found) for path in DOCS for found in re.findall(pattern, path.read_text())]


def test_every_make_target_exists():
    targets = named(r"(?:`|^    |\n    )make ([a-z-]+)")
    assert {("README.md", "run"), ("README.md", "test"), ("CONTRIBUTING.md", "check")} <= set(targets)
    assert [place for place in targets if place[1] not in TARGETS] == []


def test_every_target_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text()
    assert sorted(TARGETS) == sorted(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))


def test_every_management_command_exists():
    commands = named(r"manage\.py ([a-z_]+)") + named(r"`(bench_[a-z_]+)")
    assert ("README.md", "import_catalogue") in commands
    assert [place for place in commands if place[1] not in get_commands()] == []


def test_every_link_leads_to_a_file():
    links = [(path, target) for path in DOCS for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())]
    assert len(links) > 10
    assert [(path.name, target) for path, target in links if not (path.parent / target).exists()] == []


def test_every_heading_that_is_linked_to_exists():
    for name, target, heading in [
        (path, *found) for path in DOCS for found in re.findall(r"\]\(([^)#:]+)#([^)]+)\)", path.read_text())
    ]:
        headings = re.findall(r"^#+ (.*)$", (name.parent / target).read_text(), re.MULTILINE)
        assert heading in [text.lower().replace(" ", "-") for text in headings]


def test_every_source_file_that_is_named_exists():
    files = named(r"`((?:anirec|catalog|accounts|social|recommendations|tests|templates|docs)/[\w/.-]+\.\w+)`")
    assert len(files) > 20
    assert [place for place in files if not (ROOT / place[1]).is_file()] == []


@pytest.mark.parametrize("where", ["README.md"])
def test_every_setting_of_the_table_is_read_by_the_program(where):
    code = "".join(path.read_text() for path in (ROOT / "anirec").rglob("*.py"))
    variables = re.findall(r"`([A-Z][A-Z_]{3,})`", (ROOT / where).read_text())
    assert len(variables) > 15
    assert [name for name in variables if name not in code] == []
