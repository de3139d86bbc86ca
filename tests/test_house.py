"""The house: imports point one way, no room is crowded, doors list what they give."""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "countermeasure"
LEVELS = (
    ("errors", "_version"),
    ("codes",),
    ("book",),
    ("parties",),
    ("duty", "licensing", "supply", "talks", "trade"),
    ("scenario",),
    ("brief", "press"),
    ("io",),
    ("web",),
    ("cli",),
    ("__main__",),
)


def rooms() -> list[tuple[Path, str]]:
    return [(p, p.relative_to(SOURCE).parts[0].removesuffix(".py")) for p in sorted(SOURCE.rglob("*.py"))]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        found |= {n.split(".")[1] for n in names if n.startswith("countermeasure.")}
    return found


@pytest.mark.parametrize(("path", "room"), rooms(), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_imports_point_one_way(path: Path, room: str) -> None:
    if room == "__init__":
        return
    level = next(n for n, rooms_ in enumerate(LEVELS) if room in rooms_)
    allowed = {room, *(name for below in LEVELS[:level] for name in below)} | (set(LEVELS[0]) if level == 0 else set())
    assert imported(path) <= allowed, f"{path.name} imports {imported(path) - allowed}"


@pytest.mark.parametrize(("path", "room"), rooms(), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_no_module_is_crowded(path: Path, room: str) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 580


@pytest.mark.parametrize("name", ["codes", "book", "duty", "licensing", "supply", "scenario"])
def test_doors_list_what_they_give(name: str) -> None:
    module = importlib.import_module(f"countermeasure.{name}")
    given = {n for n, v in vars(module).items() if not n.startswith("_") and not isinstance(v, ModuleType)}
    assert given - {"annotations", "TYPE_CHECKING"} == set(module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)


def test_core_needs_no_clock_and_no_network() -> None:
    for path, room in rooms():
        if room in ("codes", "book", "parties", "duty", "licensing", "supply", "talks", "trade", "scenario", "brief", "press"):
            text = path.read_text(encoding="utf-8")
            for word in ("import socket", "urllib", "requests", "date.today", "datetime.now", "time.time"):
                assert word not in text, (path.name, word)


@pytest.mark.parametrize(
    ("name", "heavy"),
    [
        ("countermeasure.book", {"pydantic", "pyarrow", "duckdb", "rich", "typer"}),
        ("countermeasure.cli", {"pydantic", "pyarrow", "duckdb", "rich", "numpy", "yaml"}),
    ],
)
def test_doors_open_lightly(name: str, heavy: set[str]) -> None:
    code = f"import json, sys, {name}; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not heavy & set(json.loads(ran.stdout))


def test_sources_speak_of_the_subject_alone() -> None:
    odd = re.compile(r"/work/|/root/|/tmp/|\btodo\b|\bfixme\b", re.IGNORECASE)
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".py", ".yaml", ".csv") and "schedule" not in path.parts:
            found = odd.search(path.read_text(encoding="utf-8"))
            assert found is None, (path.name, found and found.group())
