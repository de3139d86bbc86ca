"""The house: imports point one way, no room is crowded, doors list what they give."""

import ast
import importlib
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "countermeasure"
ORDER = ("errors", "_version", "codes", "book", "duty", "io", "cli", "__main__")


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
    allowed = ORDER[: ORDER.index(room) + 1]
    assert imported(path) <= set(allowed), f"{path.name} imports {imported(path) - set(allowed)}"


@pytest.mark.parametrize(("path", "room"), rooms(), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_no_module_is_crowded(path: Path, room: str) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 580


@pytest.mark.parametrize("name", ["codes", "book", "duty"])
def test_doors_list_what_they_give(name: str) -> None:
    module = importlib.import_module(f"countermeasure.{name}")
    assert module.__all__ == sorted(module.__all__) or set(module.__all__)
    for exported in module.__all__:
        assert hasattr(module, exported), exported


def test_core_needs_no_clock_and_no_network() -> None:
    for path, room in rooms():
        if room in ("codes", "book", "duty"):
            text = path.read_text(encoding="utf-8")
            for word in ("import socket", "urllib", "requests", "date.today", "datetime.now", "time.time"):
                assert word not in text, (path.name, word)
