"""Build the shipped compact input-output table (``supply/economy.csv``) from the world baseline of 41 countries and 35 sectors.

    python -m countermeasure.io.build_economy SOURCE_DIR OUT

``SOURCE_DIR`` holds ``baseline2023_41x35.npz`` and ``one_sector_2023/``. Three rules turn trade totals into a table:

1. *Import proportionality.* A user takes each good from the countries in the shares in which its country as a whole
   takes it, whether the user is a factory or a household: ``z[e,i,c,j] = trade[e,i,c] / absorption[c,i] * use[c,i,j]``.
2. *Rest of the world.* Its countries that belong to a named region (Vietnam, Thailand, Malaysia, Myanmar, Laos, the
   Philippines and Singapore to SEA; Norway, Switzerland and Croatia to EU) are taken out in proportion to their GDP. Goods that
   the parts sell one another come from bilateral trade, both ways made equal so that every part stays balanced;
   services stay at home.
3. *Closing.* Flows are merged to regions and sectors and rounded to four significant digits. Output is then the sum of
   the row, and value added what remains in the column.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["PARTS", "REGION_OF", "SECTOR_OF", "build", "compact", "main"]

REGIONS = ("CN", "US", "EU", "JP", "KR", "IN", "SEA", "ROW")
_MEMBERS = {
    "CN": "CHN",
    "US": "USA",
    "EU": "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROM SVK SVN SWE",
    "JP": "JPN",
    "KR": "KOR",
    "IN": "IND",
    "SEA": "IDN",
    "ROW": "AUS BRA CAN MEX RUS TUR TWN",
}
REGION_OF: dict[str, str] = {country: region for region, names in _MEMBERS.items() for country in names.split()}
"""Region of each country of the baseline; its rest of the world is split by ``PARTS``."""

PARTS: dict[str, tuple[str, ...]] = {
    "SEA": ("VNM", "THA", "MYS", "MMR", "LAO", "PHL", "SGP"),
    "EU": ("CHE", "NOR", "HRV"),
}
"""Countries inside the rest of the world that belong to a named region."""

SECTOR_OF: dict[str, str] = {
    **dict.fromkeys(("c1", "c3"), "agriculture_food"),
    "c2": "mining",
    **dict.fromkeys(("c4", "c5", "c6", "c7"), "textiles_wood_paper"),
    "c8": "fuels",
    **dict.fromkeys(("c9", "c10"), "chemicals_plastics"),
    "c11": "glass_ceramics_minerals",
    "c12": "metals",
    "c13": "machinery",
    "c14": "electrical_electronics",
    "c15": "transport_equipment",
    "c16": "other_goods",
    "c17": "utilities",
    "c18": "construction",
    **dict.fromkeys(("c19", "c20", "c21"), "trade"),
    **dict.fromkeys(("c23", "c24", "c25", "c26"), "transport"),
    **dict.fromkeys(("c28", "c29"), "finance_property"),
    **dict.fromkeys(("c27", "c30"), "business_services"),
    "c31": "government_defence",
    "c33": "health",
    **dict.fromkeys(("c22", "c32", "c34", "c35"), "other_services"),
}
"""Sector of each of the 35 sectors of the baseline (WIOD 2013 release, ISIC revision 3)."""

_HEAD = """\
name: economy
title: World input-output table of 8 regions and 20 sectors at the scale of 2023, million USD a year
source: computed from WIOD 2011 (2013 release; Timmer, Dietzenbacher, Los, Stehrer, de Vries 2015, Review of International
 Economics 23) and trade of goods in 2023 (CEPII BACI HS22 V202501; Gaulier, Zignago 2010); GDP of the World Bank
licence: figures merged over countries and sectors, shipped with attribution to the makers of WIOD (University of
 Groningen; CC BY 4.0 stated for the 2016 release, no statement seen for the 2013 release), of BACI (Etalab Open Licence
 2.0) and of WDI (CC BY 4.0)
confidence: D
year: 2023
unit: million USD
made_by: python -m countermeasure.io.build_economy SOURCE_DIR OUT ; do not edit by hand
notes: structure of 2011, so recipes of production are twelve years old; goods trade scaled to 2023, services and
 domestic flows by growth of GDP. A user takes imports in the shares of its whole country (import proportionality).
 Countries of SEA other than Indonesia, and Norway, Switzerland and Croatia, are cut out of a rest of the world in
 proportion to GDP, so their mix of sectors is that of the rest of the world. Vehicles, ships and aircraft are one sector
 (transport_equipment), as are electronics, electrical machinery and instruments (electrical_electronics). Flows carry
 four significant digits; output is the sum of the row and value added what remains in the column.
"""


def _opened(source: Path, name: str) -> Path:
    """A file of the baseline.

    Raises:
        NotFoundError: If it is not there.
    """
    path = source / name
    if not path.is_file():
        raise NotFoundError("there is no such file", where=name, cure="Give the folder of the trade baseline.")
    return path


def _load(source: Path) -> dict[str, NDArray[np.generic]]:
    path = _opened(source, "baseline2023_41x35.npz")
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", where=path.name) from error


def _rest_of_world(source: Path, named: set[str]) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Shares of the parts in the GDP of the rest of the world, and goods traded between two parts in million USD."""
    with _opened(source, "one_sector_2023/countries.csv").open(encoding="utf-8", newline="") as file:
        gdp = {row["iso3"]: float(row["gdp_usd"]) for row in csv.DictReader(file)}
    with _opened(source, "one_sector_2023/trade_2023_kusd.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    place = {name: k for k, name in enumerate(rows[0][1:])}
    trade = np.array([row[1:] for row in rows[1:]], dtype=np.float64) / 1e3
    inside = {name: part for part, names in PARTS.items() for name in names}
    part_of = {name: inside.get(name, "ROW") for name in gdp if name not in named}
    total = sum(gdp[name] for name in part_of)
    members = {part: [n for n in part_of if part_of[n] == part] for part in (*PARTS, "ROW")}
    share = {part: sum(gdp[n] for n in names) / total for part, names in members.items()}
    between = {}
    for a, first in members.items():
        for b, second in members.items():
            if a < b:
                ab, ba = ([place[n] for n in names] for names in (first, second))
                between[a, b] = float(trade[np.ix_(ab, ba)].sum() + trade[np.ix_(ba, ab)].sum()) / 2
    return share, between


def _own_use(share: Mapping[str, float], between: Mapping[tuple[str, str], float], goods: float) -> Floats:
    """Shares in which the own use of goods of the rest of the world falls on pairs of parts, shape (parts, parts)."""
    parts = list(share)
    split = np.diag([share[p] for p in parts])
    for (a, b), flow in between.items():
        i, j = parts.index(a), parts.index(b)
        split[i, j] = split[j, i] = flow / goods
        split[i, i] -= flow / goods
        split[j, j] -= flow / goods
    return split


def compact(source: Path) -> tuple[list[tuple[str, str]], Floats, Floats]:
    """Table of regions and sectors before rounding.

    Args:
        source: Folder with the baseline and the one-sector trade data.

    Returns:
        Nodes (region, sector), intermediate flows of shape (n, n) and final use of shape (n,), million USD a year.

    Raises:
        NotFoundError: If the baseline is not there.
        InputError: If it cannot be read.
    """
    data = _load(source)
    trade, coef, output, absorbed, final = (
        data[k].astype(np.float64) for k in ("trade", "io_coef", "gross_output", "absorption", "final_demand")
    )
    countries, codes = [str(c) for c in data["countries"]], [str(c) for c in data["sectors"]]
    goods = int(data["n_goods"])
    sectors = list(dict.fromkeys(SECTOR_OF[c] for c in codes))
    merge = np.zeros((len(sectors), len(codes)))
    merge[[sectors.index(SECTOR_OF[c]) for c in codes], np.arange(len(codes))] = 1

    share, between = _rest_of_world(source, (set(countries) - {"RoW"}) | {"ROU"})
    parts, rest = list(share), countries.index("RoW")
    split = _own_use(share, between, float(trade[rest, :goods, rest].sum()))
    at_home = np.diag([share[p] for p in parts])
    member = np.zeros((len(REGIONS), len(countries)))
    for k, name in enumerate(countries):
        if name != "RoW":
            member[REGIONS.index(REGION_OF[name]), k] = 1
    place = [REGIONS.index(p) for p in parts]
    member[place, rest] = [share[p] for p in parts]

    n = len(REGIONS) * len(sectors)
    z = np.zeros((len(REGIONS), len(sectors), len(REGIONS), len(sectors)))
    f = np.zeros((len(REGIONS), len(sectors)))
    for k in range(len(countries)):  # users' country by country, to keep the arrays small
        use = coef[k] * output[k]  # (input, user)
        taken = np.divide(trade[:, :, k], absorbed[k], out=np.zeros(trade.shape[:2]), where=absorbed[k] > 0)
        flow = np.einsum("ei,ij->eij", taken, use)
        ends = np.einsum("ei,i->ei", taken, final[k])
        if k == rest:
            own, own_final = flow[rest].copy(), ends[rest].copy()
            flow[rest], ends[rest] = 0, 0
            for i in range(len(codes)):
                pair = split if i < goods else at_home
                for a, b in np.argwhere(pair):
                    row = merge[:, i, None] * (merge @ own[i])[None, :]
                    z[place[a], :, place[b], :] += pair[a, b] * row
                    f[place[a]] += pair[a, b] * own_final[i] * merge[:, i]
        seen = np.einsum("re,si,eij,tj->rst", member, merge, flow, merge, optimize=True)
        z += seen[:, :, None, :] * member[:, k][None, None, :, None]
        f += np.einsum("re,si,ei->rs", member, merge, ends, optimize=True)
    nodes = [(r, s) for r in REGIONS for s in sectors]
    return nodes, z.reshape(n, n), f.reshape(n)


def _digits(value: float) -> str:
    """Four significant digits, as short as they can be written; flows below half a dollar are none."""
    if value < 5e-7:
        return "0"
    shown = f"{value:.4g}"
    plain = f"{float(shown):.10f}".rstrip("0").rstrip(".")
    return min(shown.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e"), plain, key=len)


def build(source: Path) -> str:
    """Text of ``economy.csv``: a row per supplying node, a column per using node, and ``final``."""
    nodes, z, final = compact(source)
    out = io.StringIO()
    out.writelines(f"# {line}\n" for line in _HEAD.splitlines())
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("region", "sector", *(f"{r}.{s}" for r, s in nodes), "final"))
    for node, row, last in zip(nodes, z, final, strict=True):
        writer.writerow((*node, *(_digits(v) for v in row), _digits(last)))
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Command line: ``SOURCE_DIR OUT``."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m countermeasure.io.build_economy SOURCE_DIR OUT\n")
        return 2
    text = build(Path(arguments[0]))
    out = Path(arguments[1]) / "supply"
    out.mkdir(parents=True, exist_ok=True)
    (out / "economy.csv").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
