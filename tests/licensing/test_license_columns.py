"""Columns give what the explaining door gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError
from countermeasure.io.transaction_table import nested
from countermeasure.io.transactions import Reader
from countermeasure.licensing import LicenseEngine
from countermeasure.licensing.batch import screen_transactions

GOODS = [
    ("1C905.a.4", "", ""),
    ("", "", "SmCo ring magnet"),
    ("", "", "gallium metal"),
    ("none", "EAR99", "chair"),
    ("none", "3A090.b", ""),
    ("1C911.a.1", "", ""),
    ("", "", "something"),
    ("", "", "motor with Dy-NdFeB magnets"),
]
ROUTES = [("CN", "US"), ("CN", "JP"), ("DE", "CH"), ("US", "CN"), ("VN", "US")]
NAMES = [None, "MP Materials", "SUBARU Corporation", "Huawei Technologies Co., Ltd.", "Beispiel Antriebe GmbH"]


def table(rows: int, seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    first = parse_day("2024-12-10")
    picks = [
        (
            format_day(first + int(rng.integers(0, 780))),
            *ROUTES[rng.integers(0, len(ROUTES))],
            *GOODS[rng.integers(0, len(GOODS))],
            ["CN", "JP", "US"][rng.integers(0, 3)],
            ["", "civil", "military"][rng.integers(0, 3)],
            [None, "0", "0.0009", "0.001", "0.5"][rng.integers(0, 5)],
            ["0", "0.25", "0.26", None][rng.integers(0, 4)],
            NAMES[rng.integers(0, len(NAMES))],
        )
        for _ in range(rows)
    ]
    names = (
        "on",
        "from",
        "to",
        "control_code",
        "eccn",
        "description",
        "origin",
        "end_use",
        "cn_content",
        "us_content",
        "end_user",
    )
    return pa.table({name: [p[i] for p in picks] for i, name in enumerate(names)})


def test_columns_agree_with_one_by_one() -> None:
    engine = LicenseEngine.shipped()
    asked = table(60, 7)
    columns = screen_transactions(asked, engine)
    for number, row in enumerate(asked.to_pylist()):
        reader = Reader("made", number, lambda _: "made", (), engine.book.control_facts)
        made = reader.transaction(nested({"id": str(number), **{k: v for k, v in row.items() if v}}, {}))
        assert made is not None
        single = engine.license_for(made)
        for regime in ("CN", "US"):
            assert single.of(regime).answer == columns.column(f"{regime.lower()}_answer")[number].as_py(), (regime, row)


def test_order_of_rows_does_not_matter() -> None:
    engine = LicenseEngine.shipped()
    asked = table(200, 11)
    order = np.random.default_rng(3).permutation(200)
    first = screen_transactions(asked, engine).take(pa.array(order))
    again = screen_transactions(asked.take(pa.array(order)), engine)
    assert first.to_pydict() == again.to_pydict()


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="no column from"):
        screen_transactions(pa.table({"on": ["2025-01-01"], "to": ["US"]}), LicenseEngine.shipped())
