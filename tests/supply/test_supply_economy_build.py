"""The shipped table is what its maker makes of the baseline."""

from pathlib import Path

import numpy as np
import pytest

from countermeasure.errors import NotFoundError
from countermeasure.io.build_economy import PARTS, REGION_OF, SECTOR_OF, build, compact, main
from countermeasure.supply.economy import IOTable
from countermeasure.supply.tables import shipped_text


def test_the_shipped_table_can_be_made_again(shared: Path) -> None:
    assert build(shared / "data" / "trade") == shipped_text("economy.csv")


def test_merging_loses_nothing(shared: Path) -> None:
    nodes, z, final = compact(shared / "data" / "trade")
    with np.load(shared / "data" / "trade" / "baseline2023_41x35.npz") as data:
        output, ends = data["gross_output"], data["final_demand"]
        countries = [str(c) for c in data["countries"]]
        own = data["va_share"] * output
    assert z.sum() + final.sum() == pytest.approx(output.sum(), rel=1e-12)
    assert final.sum() == pytest.approx(ends.sum(), rel=1e-12)
    assert z.min() >= 0
    added = z.sum(axis=1) + final - z.sum(axis=0)
    for region, country in {"CN": "CHN", "US": "USA", "JP": "JPN", "KR": "KOR", "IN": "IND"}.items():
        of = np.array([r == region for r, _ in nodes])
        assert added[of].sum() == pytest.approx(own[countries.index(country)].sum(), rel=1e-9)
    share = np.array([r in ("SEA", "EU", "ROW") for r, _ in nodes])
    rest = sum(own[k].sum() for k, c in enumerate(countries) if c == "RoW" or REGION_OF[c] in ("SEA", "EU", "ROW"))
    assert added[share].sum() == pytest.approx(rest, rel=1e-9)


def test_rounding_moves_output_little(shared: Path) -> None:
    _, z, final = compact(shared / "data" / "trade")
    table = IOTable.shipped()
    assert table.output == pytest.approx(z.sum(axis=1) + final, rel=5e-4)
    assert table.value_added == pytest.approx(z.sum(axis=1) + final - z.sum(axis=0), rel=5e-3)


def test_every_country_and_sector_has_a_place() -> None:
    assert len(REGION_OF) == 40
    assert len(SECTOR_OF) == 35
    assert len(set(SECTOR_OF.values())) == 20
    assert set(REGION_OF.values()) == {"CN", "US", "EU", "JP", "KR", "IN", "SEA", "ROW"}
    assert not set(PARTS["SEA"]) & set(PARTS["EU"])


def test_the_maker_asks_for_its_folder(tmp_path: Path, capsys) -> None:
    assert main([]) == 2
    assert "SOURCE_DIR" in capsys.readouterr().err
    with pytest.raises(NotFoundError, match="baseline2023"):
        build(tmp_path)
