"""`make structure`: measure the code's layout. With SUBJECT=app.folder: list every mention of a subject."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
APPS = ("anirec", "catalog", "accounts", "social", "recommendations")
MOST_FILES, LONGEST_FUNCTION, LONGEST_LINE = 14, 40, 160
VAGUE = re.compile(r"(What|Those|There is|There are|Nothing|Nobody|It)\b")


def main() -> None:
    commands: dict[str, Callable[..., int]] = {"report": report, "names": names, "styles": styles}
    command, *arguments = sys.argv[1:] or ["report"]
    if command not in commands:
        sys.exit(f"anirec.structure: use one of {', '.join(commands)}.")
    sys.exit(commands[command](*arguments))


# --- The report -----------------------------------------------------------------------------------------------------


def report() -> int:
    """Print each figure with its limit. Return 1 if any exceeds it, else 0."""
    folders = files_by_folder()
    lengths = sorted(length for _name, length in function_lengths())
    figures = {
        f"Python files in one folder (≤ {MOST_FILES})": max(folders.values()),
        "import cycles (0)": len(import_circles()),
        "functions: median (≤ 5)": median(lengths),
        f"functions: longest (≤ {LONGEST_FUNCTION})": lengths[-1],
        f"template and CSS lines over {LONGEST_LINE} characters (0)": sum(1 for _line in long_lines()),
        "strings that start with a vague word (≤ 1.5 %)": round(100 * share_of_vague_strings(), 1),
    }
    limits = (MOST_FILES, 0, 5, LONGEST_FUNCTION, 0, 1.5)
    for (label, value), limit in zip(figures.items(), limits, strict=True):
        print(f"{'ok ' if value <= limit else 'NO '} {label}: {value:g}")
    print(f"    {len(lengths):,} functions; largest folder: {folders.most_common(1)[0][0]}")
    return int(any(value > limit for value, limit in zip(figures.values(), limits, strict=True)))


def python_files() -> list[Path]:
    return [ROOT / name for name in project_files("*.py") if "/migrations/" not in name]


def project_files(*patterns: str) -> list[str]:
    """Return the project files that match, without ignored ones. Works outside a git checkout, too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if result.returncode:
        paths = (path.relative_to(ROOT) for pattern in patterns for path in ROOT.rglob(Path(pattern).name))
        return sorted(str(path) for path in paths if not path.parts[0].startswith("."))
    return [name for name in result.stdout.split("\n") if name and (ROOT / name).is_file()]


def files_by_folder() -> Counter[str]:
    """Count Python files by folder, except models and commands, whose location Django dictates."""
    folders = (path.parent.relative_to(ROOT) for path in python_files())
    return Counter(str(folder) for folder in folders if folder.name not in ("models", "commands"))


def function_lengths() -> Iterator[tuple[str, int]]:
    """Yield (name, length) of each function outside tests, in lines from `def` to the end."""
    for path in python_files():
        if path.relative_to(ROOT).parts[0] in APPS:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def long_lines() -> Iterator[str]:
    for name in project_files("templates/*.html", "static/css/*.css"):
        for number, line in enumerate((ROOT / name).read_text().split("\n"), 1):
            if len(line) > LONGEST_LINE:
                yield f"{name}:{number}"


def import_circles() -> list[list[str]]:
    """Return groups of modules that import each other, even indirectly. Type-checking imports count, too."""
    import grimp
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    graph = grimp.build_graph(*APPS, exclude_type_checking_imports=False, cache_dir=None)
    modules = sorted(module for module in graph.modules if ".migrations" not in module)
    place = {module: number for number, module in enumerate(modules)}
    pairs = [
        (place[module], place[other])
        for module in modules
        for other in graph.find_modules_directly_imported_by(module)
        if other in place
    ]
    rows, columns = zip(*pairs, strict=True)
    matrix = csr_matrix(([1] * len(pairs), (rows, columns)), shape=(len(modules), len(modules)))
    _n, group_of = connected_components(matrix, directed=True, connection="strong")
    groups: dict[int, list[str]] = {}
    for module, group in zip(modules, group_of.tolist(), strict=True):
        groups.setdefault(group, []).append(module)
    return [group for group in groups.values() if len(group) > 1]


def share_of_vague_strings() -> float:
    """Return the share of the site's English strings that start with a vague word."""
    from babel.messages.pofile import read_po

    with (ROOT / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        strings = [
            message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file) if message.id
        ]
    return sum(bool(VAGUE.match(text)) for text in strings) / len(strings)


# --- Mentions of a subject ------------------------------------------------------------------------------------------


def names(subject: str) -> int:
    """Print every Python or TOML line that names the subject, outside its folder, migrations and tests."""
    app, _dot, folder = subject.partition(".")
    if not (ROOT / app / folder / "__init__.py").is_file():
        print(f"anirec.structure: {subject} is not a subject. Name one as app.folder, such as catalog.airing.")
        return 2
    pattern = mention_of(app, folder)
    places = [
        f"{name}:{number}: {line.strip()[:110]}"
        for name in project_files("*.py", "*.toml")
        if not name.startswith((f"{app}/{folder}/", "tests/")) and "/migrations/" not in name
        for number, line in enumerate((ROOT / name).read_text().split("\n"), 1)
        if pattern.search(line)
    ]
    print(*places, sep="\n")
    print(f"{len({place.partition(':')[0] for place in places})} files name {subject}, in {len(places)} lines")
    return 0


def mention_of(app: str, folder: str) -> re.Pattern[str]:
    """Return a pattern for the subject's modules, its models, and fields with its prefix (`airing_…`)."""
    models = ROOT / app / "models" / f"{folder}.py"
    tree = ast.parse(models.read_text()) if models.is_file() else ast.Module([], [])
    classes = [rf"\b{node.name}\b" for node in tree.body if isinstance(node, ast.ClassDef)]
    modules = [rf"\b{app}\.{folder}\b", rf"\b{app}\.models\.{folder}\b"]
    return re.compile("|".join([*modules, *classes, rf"\b{folder}_\w+ ="]))


# --- Styles ---------------------------------------------------------------------------------------------------------


def styles(write: str = "") -> int:
    """Check the formatting of every style sheet; with `write` (`--write`), fix it."""
    import cssbeautifier

    options = cssbeautifier.default_options()
    options.indent_size, options.end_with_newline = 2, True
    unformatted = []
    for name in project_files("static/css/*.css"):
        text = (ROOT / name).read_text()
        if (formatted := cssbeautifier.beautify(text, options)) != text:
            unformatted.append(name)
            if write:
                (ROOT / name).write_text(formatted)
    if unformatted and not write:
        print(f"Not formatted: {', '.join(unformatted)}. Run make format.")
    return int(bool(unformatted) and not write)


if __name__ == "__main__":
    main()
