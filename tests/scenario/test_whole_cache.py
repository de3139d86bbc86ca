"""Parts in a cache: exact both ways, named by content, whole or not at all."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.book.load import Book
from countermeasure.codes.sheet import Sheet
from countermeasure.duty.line import Line
from countermeasure.scenario.whole import Inputs, Part, load_whole, outcome_json, part_from_json, part_json, run_whole
from countermeasure.scenario.whole import run as run_module
from countermeasure.scenario.whole.cache import keep_part, kept_part, key_of
from countermeasure.scenario.whole.model import PARTS
from countermeasure.scenario.whole.plain import made

TEXT = """\
id: small
title: "Small"
intent: "A short run"
on: "2025-11-15"
before: "2025-11-01"
reading: text
supply: {scenario: truce, start: "2025-11-10", weeks: "6"}
trade: {critical: from_supply}
talks: {model: october-2025}
draws: "3"
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("cache") / "small.yaml"
    path.write_text(TEXT)
    return load_whole(path)


cells = (
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)


@st.composite
def parts(draw) -> Part:
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.tuples(*[cells] * width), max_size=4))
    sheet = Sheet(draw(st.text()), draw(st.text()), tuple(f"c{n}" for n in range(width)), tuple(rows))
    return Part(
        draw(st.sampled_from(PARTS)),
        draw(st.text()),
        draw(st.dictionaries(st.text(), st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=4)),
        (sheet,),
        tuple(draw(st.lists(st.tuples(*[st.text()] * 4), max_size=3))),
        tuple(draw(st.lists(st.text(), max_size=3))),
        tuple(draw(st.lists(st.tuples(st.text(), st.text()), max_size=3))),
    )


@given(parts())
def test_a_part_comes_back_as_it_was(part: Part) -> None:
    assert part_from_json(json.loads(json.dumps(part_json(part)))) == part


def test_cells_become_plain_and_what_is_no_number_is_absent() -> None:
    import numpy as np

    sheet = Sheet("s", "t", ("a", "b", "c", "d"), ((np.float64(0.1), np.int32(3), float("nan"), np.bool_(True)),))
    part = made(
        "law", "x", figures={"a": np.float32(0.5), "b": math.inf, "c": None}, sheets=(sheet, Sheet("e", "t", ("a",), ()))
    )
    assert part.sheets == (Sheet("s", "t", ("a", "b", "c", "d"), ((0.1, 3, None, True),)),)
    assert [type(v) for v in part.sheets[0].rows[0]] == [float, int, type(None), bool]
    assert part.figures == {"a": 0.5, "b": None, "c": None}


@pytest.mark.parametrize(
    "data",
    [{}, [], {"name": "weather"}, {"name": "law", "said": "x", "figures": {}, "sheets": [{"name": "a"}]}, "law"],
    ids=["empty", "list", "strange", "half", "text"],
)
def test_what_is_no_part_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"this is no part|is no part"):
        part_from_json(data)  # type: ignore[arg-type]


def test_a_second_run_reads_what_the_first_kept(small, tmp_path: Path, monkeypatch) -> None:
    inputs = Inputs(cache=tmp_path / "new" / "parts")
    first = run_whole(small, inputs)
    assert first.kept == ()
    monkeypatch.setattr(run_module, "_MAKERS", {})  # nothing can be computed now
    again = run_whole(small, inputs)
    assert again.kept == tuple(first.parts)
    assert again.parts == first.parts
    assert json.dumps(outcome_json(again)["parts"]) == json.dumps(outcome_json(first)["parts"])
    assert not [p for p in inputs.cache.iterdir() if p.suffix != ".json"]


@pytest.mark.parametrize("content", ["", "{", '{"key": "other", "part": {}}', '{"part": {}}', "[]", "\x00\x01"])
def test_a_broken_cache_file_is_computed_again(small, tmp_path: Path, content: str) -> None:
    inputs = Inputs(cache=tmp_path)
    first = run_whole(small, inputs, ("talks",))
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    again = run_whole(small, inputs, ("talks",))
    assert (again.kept, again.parts) == ((), first.parts)
    assert run_whole(small, inputs, ("talks",)).kept == ("talks",)


def test_bytes_that_are_no_text_are_no_part(tmp_path: Path) -> None:
    part = made("law", "x")
    assert keep_part(tmp_path, part, "k" * 64)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"\xff\xfe\xff")
    assert kept_part(tmp_path, "law", "k" * 64) is None


def test_a_folder_that_cannot_be_made_keeps_nothing(small, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    found = run_whole(small, Inputs(cache=tmp_path / "file" / "parts"), ("talks",))
    assert list(found.parts) == ["talks"]


def test_a_failed_part_is_not_kept(small, tmp_path: Path) -> None:
    broken = replace(small, talks={"model": "nobody"})
    run_whole(broken, Inputs(cache=tmp_path), ("talks",))
    assert list(tmp_path.iterdir()) == []


def test_keys_depend_on_what_a_part_depends_on_and_on_nothing_else(small) -> None:
    def keys(one, inputs: Inputs | None = None) -> dict[str, str]:
        return {name: key_of(name, one, inputs or Inputs()) for name in PARTS}

    old = keys(small)
    assert len(set(old.values())) == len(PARTS)
    assert keys(small) == old

    def moved(one, inputs: Inputs | None = None) -> set[str]:
        return {name for name, key in keys(one, inputs).items() if key != old[name]}

    assert moved(replace(small, seed=2)) == {"supply", "trade", "talks"}
    assert moved(replace(small, draws=4)) == {"supply", "trade"}
    assert moved(replace(small, supply={**small.supply, "weeks": "7"})) == {"supply", "trade"}
    assert moved(replace(small, trade={"horizon": "1"})) == {"trade"}
    assert moved(replace(small, trade={"critical": "from_supply", "horizon": "1"})) == {"trade"}
    assert moved(replace(small, talks={"model": "october-2025", "notion": "gmr"})) == {"talks"}
    assert moved(replace(small, on=small.on + 1)) == set(PARTS)
    assert moved(replace(small, known_on=small.on)) == set(PARTS)
    assert moved(replace(small, title="Another", intent="Other words", expect="x")) == set()
    assert moved(small, Inputs(lines=(Line("8505.11", "CN", 0, 1.0),))) == {"duty"}
    no_link = replace(small, trade={"horizon": "1"})
    assert key_of("trade", no_link, Inputs()) == key_of("trade", replace(no_link, seed=9, draws=9), Inputs())


def test_keys_depend_on_the_book(small, tmp_path: Path) -> None:
    path = tmp_path / "extra.yaml"
    path.write_text(
        'id: extra\nkind: scenario\nissuer: US\ncitation: "a"\ntitle: "b"\npublished_on: "2025-10-01"\nconfidence: memory\n'
        'sources: [{cite: "a", read: memory}]\nacts: []\n'
    )
    other = replace(small, book=Book.shipped().with_(path))
    assert all(key_of(name, small, Inputs()) != key_of(name, other, Inputs()) for name in PARTS)


def test_a_child_of_another_name_shares_no_part_whose_words_name_it(small) -> None:
    assert key_of("supply", replace(small, id="other"), Inputs()) != key_of("supply", small, Inputs())
