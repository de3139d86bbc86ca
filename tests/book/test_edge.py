"""Files that people write: scalars, and faults in words with their line."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from countermeasure.book.edge import (
    Amount,
    Change,
    Confidence,
    Day,
    Fraction,
    Number,
    Rate,
    Reading,
    Strict,
    bounded,
    read_model,
)
from countermeasure.codes.yamltext import parse_text


@pytest.mark.parametrize(
    ("kind", "good", "bad", "words"),
    [
        (Day, "2027-01-11", "11.01.2027", "'11.01.2027' is not a day"),
        (Number, "-1e3", "1_000", "'1_000' is not a number; write digits with a point, without a unit"),
        (Number, "0", "25 %", "without a unit: 0.25 for 25 %"),
        (Number, "0.5", "nan", "nan is no amount; write a finite number"),
        (Amount, "0", "-0.1", "-0.1 is negative; write 0 or more"),
        (Fraction, "1", "25", "25 is not between 0 and 1; write 0.25 for 25 %"),
        (Rate, "20", "25", "25 is not between 0 and 20; rates are fractions, 0.25 is 25 %"),
        (Change, "-0.5", "-1", "-1 is not above -1; rates are fractions"),
        (Change, "20", "21", "21 is above 20; rates are fractions"),
        (Annotated[str, bounded(3)], "3", "2", "2 is below 3; write 3 or more"),
        (Reading, "announced", "both", "'both' is not a reading; write text or announced"),
        (Confidence, "U", "high", "'high' is not a confidence; write A, B, C, D or U"),
    ],
)
def test_scalars_stay_text_and_say_what_they_must_be(kind: object, good: str, bad: str, words: str) -> None:
    adapter = TypeAdapter(kind)
    assert adapter.validate_python(good) == good
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(bad)
    assert words in str(caught.value)


class When(Strict):
    before: str


class Give(Strict):
    act: Literal["give"]
    to: list[str] = Field(min_length=1)
    tests: dict[str, Literal["yes", "no"] | When] = Field(default_factory=dict)


class Enlist(Strict):
    act: Literal["list"]
    list_: Fraction = Field(alias="list")
    from_: Day = Field(alias="from")
    codes: list[str] | None = None


class Model(Strict):
    id: str
    title: str
    acts: list[Annotated[Give | Enlist, Field(discriminator="act")]] = Field(default_factory=list)


HEAD = "id: a\ntitle: b\nacts:\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("- a\n", ["f:1: this is not a test; it must hold id and title; see the docs"]),
        ("id: a\n", ["f:1: title: the key 'title' is missing; add it"]),
        ("id: a\ntitle:\n", ["f:2: title: there is no value; write one, or remove the key"]),
        ("id: [a]\ntitle: b\n", ["f:1: id: write one value, not several"]),
        ("id: a\ntitle: b\nacts: none\n", ["f:3: acts: write a list: each entry on a line that begins with a dash"]),
        ("id: a\ntitle: b\ntitel: c\n", ["f:3: titel: unknown key 'titel'; there are title; the docs lists all"]),
        (HEAD + "  - a\n", ["f:4: acts.0: write keys and values"]),
        (HEAD + "  - {to: [a]}\n", ["f:4: acts.0.act: the key 'act' is missing; add it"]),
        (HEAD + "  - act: take\n", ["f:4: acts.0.act: unknown act 'take'; there are give, list"]),
        (HEAD + "  - act: give\n    to: []\n", ["f:5: acts.0.to: the list is empty; name one at least"]),
        (
            HEAD + "  - act: give\n    to: [a]\n    too: b\n",
            ["f:6: acts.0.too: unknown key 'too'; there are to; the docs lists all"],
        ),
        (
            HEAD + "  - act: give\n    to: [a]\n    tests:\n      x: {befor: c}\n",
            [
                "f:7: acts.0.tests.x: write yes or no",
                "f:7: acts.0.tests.x.before: the key 'before' is missing; add it",
                "f:7: acts.0.tests.x.befor: unknown key 'befor'; there are before; the docs lists all",
            ],
        ),
        (
            HEAD + "  - act: give\n    to: [a]\n    tests:\n      x: maybe\n",
            ["f:7: acts.0.tests.x: 'maybe' is neither yes nor no", "f:7: acts.0.tests.x: write keys and values"],
        ),
        (
            HEAD + "  - act: list\n    list: '2'\n    frm: soon\n    codes: [[b]]\n",
            [
                "f:5: acts.0.list: 2 is not between 0 and 1; write 0.25 for 25 %",
                "f:4: acts.0.from: the key 'from' is missing; add it",
                "f:7: acts.0.codes.0: write one value, not several",
                "f:6: acts.0.frm: unknown key 'frm'; there are from; the docs lists all",
            ],
        ),
    ],
)
def test_faults_have_their_line_their_key_and_a_cure(text: str, faults: list[str]) -> None:
    told: list[str] = []
    assert read_model(Model, parse_text(text, "f"), told, what="a test", docs="the docs") is None
    assert told == faults


def test_a_good_file_has_no_faults() -> None:
    told: list[str] = []
    text = HEAD + "  - {act: list, list: '0.5', from: '2027-01-11'}\n"
    found = read_model(Model, parse_text(text, "f"), told, what="a test", docs="the docs")
    assert found is not None
    assert (found.acts[0].list_, told) == ("0.5", [])
