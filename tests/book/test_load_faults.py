"""One bad file per mistake, with the words its message must hold; and all faults in one go."""

import shutil
from pathlib import Path

import pytest

from countermeasure.book import Book
from countermeasure.book.lists import parse_list
from countermeasure.errors import BookError

BROKEN = Path(__file__).parent.parent / "broken" / "book"


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda p: p.stem)
def test_each_mistake_is_named_with_its_line(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(BookError) as caught:
        Book.shipped().with_(path)
    text = str(caught.value)
    assert expected in text
    assert f"{path.name}:" in text
    assert any(f"{path.name}:{line}" in text for line in range(9, 17)), text


def test_all_faults_come_in_one_go(tmp_path: Path) -> None:
    for path in BROKEN.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    with pytest.raises(BookError) as caught:
        Book.shipped().with_(tmp_path)
    named = {p.name for p in BROKEN.glob("*.yaml") if f"{p.name}:" in str(caught.value)}
    assert len(named) > 5


def test_circle_of_provisions_is_named(tmp_path: Path) -> None:
    path = tmp_path / "circle.yaml"
    path.write_text(
        'id: circle\nkind: law\nissuer: US\ncitation: "N"\ntitle: "T"\npublished_on: "2026-12-01"\nconfidence: high\nacts:\n'
        '  - {act: impose, provision: us-p, programme: s122, rate: "0.1", frees: [us-q], from: "2027-06-01"}\n'
        '  - {act: impose, provision: us-q, programme: s122, rate: "0.1", frees: [us-p], from: "2027-06-01"}\n',
        encoding="utf-8",
    )
    compiled = Book.shipped().with_(path).compile()
    with pytest.raises(BookError, match="wait for each other"):
        compiled.plan(len(compiled.days) - 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("code,from,until,by,until_by,note\n", "header lines are missing"),
        ("# name: x\n# title: t\n# source: s\n# licence: l\n# confidence: high\ncode,from\n", "the columns must be"),
        ("{h}8505,2025-02-30,,,,\n", "2025-02-30"),
        ("{h}8505,2025-03-01,2025-03-01,,,\n", "is empty"),
        ("{h}85.0,,,,\n", "cells"),
        ("{h}magnet,,,,,\n", "is not a prefix"),
        ("{h}8505,,,,,\n8505,,,,,\n", "listed twice"),
    ],
)
def test_mistakes_in_lists(text: str, expected: str) -> None:
    head = "# name: x\n# title: t\n# source: s\n# licence: l\n# confidence: high\ncode,from,until,by,until_by,note\n"
    faults: list[str] = []
    parse_list(text.replace("{h}", head), "x.csv", faults)
    assert any(expected in fault and fault.startswith("x.csv:") for fault in faults), faults
