"""Tables of the US Bureau of Economic Analysis: labelled CSV of use, output and make; matched by label, never by order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.iotables_formats.closing import Facts, Parts, close
from countermeasure.io.iotables_formats.grid import Grid, delimiter_of, line_at, read_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from countermeasure.supply.economy import IOTable

    Floats = NDArray[np.float64]

__all__ = ["BeaFiles", "read_bea", "read_bea_make"]

_WORDS = frozenset({"description", "name", "title", "industry", "commodity"})


@dataclass(frozen=True, slots=True)
class BeaFiles:
    """Content of the files of one table, each with its name for messages.

    Attributes:
        use: Domestic use: code first, then a column per using industry.
        output: Output: code and one number; or empty.
        imports: Use of imports in the layout of ``use``; or empty.
        make: Who makes what: rows industries, columns commodities; or empty.
    """

    use: tuple[bytes, str]
    output: tuple[bytes, str] = (b"", "")
    imports: tuple[bytes, str] = (b"", "")
    make: tuple[bytes, str] = (b"", "")


def read_bea(files: BeaFiles, facts: Facts, *, region: str = "US", mend: bool = False) -> IOTable:
    """Read domestic use and output by code, as in the table of 402 industries.

    Final use is output less the sum of the row, so it holds exports; use of imports and of goods that no industry makes
    (scrap, non-comparable imports) are other costs.

    Args:
        files: Use and output, with imports where they are at hand.
        facts: Unit, year, source, licence.
        region: Name of the one region.
        mend: See ``closing.close``; final use below zero is such a case, as rounding makes some.

    Raises:
        InputError: If codes do not match or cells are wrong.
    """
    output = _labelled(*files.output)
    codes = [label for label, *_ in output.labels]
    made = output.values[:, 0]
    held = dict(zip(codes, made.tolist(), strict=True))
    use = _labelled(*files.use)
    z, spare = _aligned(use, codes)
    other = spare
    if files.imports[0]:
        bought, rest = _aligned(_labelled(*files.imports), codes)
        other = other + bought.sum(axis=0) + rest
    final = np.array([held[c] for c in codes]) - z.sum(axis=1)
    final[np.abs(final) < 1e-9 * np.maximum(made, 1.0)] = 0.0
    notes = () if files.imports[0] else ("use of imports was not given, so value added holds it",)
    return close(Parts([(region, c) for c in codes], z, final, other, None, notes), facts, mend=mend)


def read_bea_make(files: BeaFiles, facts: Facts, *, region: str = "US", mend: bool = False) -> IOTable:
    """Read use (commodities by industries) and make (industries by commodities) to a table of industries.

    Each commodity is bought from industries in the shares in which they make it (fixed sales structure): flows are
    market shares times use.

    Args:
        files: Use and make, with imports where they are at hand.
        facts: Unit, year, source, licence.
        region: Name of the one region.
        mend: See ``closing.close``.

    Raises:
        InputError: If codes do not match or cells are wrong.
    """
    make, use = _labelled(*files.make), _labelled(*files.use)
    industries = [label for label, *_ in make.labels]
    commodities = list(make.heads[-1])
    made = make.values.sum(axis=0)
    share = np.divide(make.values, made, out=np.zeros_like(make.values), where=made > 0)
    bought, spare = _aligned(use, industries, commodities)
    other = spare
    if files.imports[0]:
        taken, rest = _aligned(_labelled(*files.imports), industries, commodities)
        bought, other = bought - taken, other + taken.sum(axis=0) + rest
    unmade = made <= 0
    other = other + bought[unmade].sum(axis=0)
    z = share @ bought
    output = make.values.sum(axis=1)
    notes = ("industries sell each commodity in the shares in which they make it",)
    parts = Parts([(region, c) for c in industries], z, output - z.sum(axis=1), other, None, notes)
    return close(parts, facts, mend=mend)


def _labelled(data: bytes, name: str) -> Grid:
    """A grid with one header row and the code first; a column of descriptions beside it is passed over."""
    if not data.strip():
        raise InputError("the file is empty or missing", code="bad_io_table", where=name or "BEA files")
    first = line_at(data, 0)[0].split(delimiter_of(data))
    worded = len(first) > 2 and any(w in first[1].lower() for w in _WORDS)
    return read_grid(data, name, heads=1, labels=2 if worded else 1)


def _aligned(use: Grid, users: Sequence[str], suppliers: Sequence[str] | None = None) -> tuple[Floats, Floats]:
    """Use in the order of the codes.

    Returns:
        Shape (suppliers, users), and what users buy of codes that nobody supplies, shape (users,).
    """
    wanted = list(users if suppliers is None else suppliers)
    rows = {label: k for k, (label, *_) in enumerate(use.labels)}
    columns = {label: k for k, label in enumerate(use.heads[-1])}
    twice = [*_repeated([label for label, *_ in use.labels]), *_repeated(list(use.heads[-1]))]
    faults = [f"{use.name}: the code {c} stands twice" for c in twice]
    faults += [f"{use.name}: no column for industry {c}" for c in users if c not in columns]
    strange = [c for c in columns if c not in set(users) and use.values[:, columns[c]].any()]
    faults += [f"{use.name}: column {c} is used but has no output" for c in strange]
    if faults:
        raise InputError("codes do not match", code="bad_io_table", where=use.name, cure="Mend:", faults=faults[:20])
    across = [columns[c] for c in users]
    out = np.zeros((len(wanted), len(users)))
    for k, code in enumerate(wanted):
        if code in rows:
            out[k] = use.values[rows[code], across]
    stray = [k for label, k in rows.items() if label not in set(wanted)]
    return out, use.values[stray][:, across].sum(axis=0)


def _repeated(labels: Sequence[str]) -> list[str]:
    """Labels that stand more than once."""
    return [label for label, count in Counter(labels).items() if count > 1]
