"""Codes by which tables name what is not a product: final use, value added, other costs, output."""

from __future__ import annotations

__all__ = ["FINAL", "OTHER_COSTS", "OUTPUT", "PASSED_OVER", "SPLITS", "VALUE_ADDED", "plain"]

FINAL = frozenset(
    (
        "final",
        "finaldemand",
        "finaluse",
        "fd",
        "y",
        "hfce",
        "npish",
        "ggfc",
        "gfcf",
        "invnt",
        "inv",
        "dirp",
        "dpabr",
        "nps",
        "p33",
        "disc",
        "nonres",
        "fncr",
        "pf",
        "consh",
        "consnp",
        "consg",
        "inven",
        "hc",
        "gc",
        "exports",
        "netexports",
        "pce",
    )
)
"""Columns of final use: OECD (HFCE and others), WIOD (CONS_h and others), plain words."""

VALUE_ADDED = frozenset(("va", "valu", "valueadded", "grossvalueadded", "gva"))
"""Rows of value added."""

OTHER_COSTS = frozenset(
    (
        "tls",
        "taxsub",
        "txsp",
        "taxes",
        "taxeslesssubsidies",
        "expadj",
        "purr",
        "purnr",
        "intttm",
        "othercosts",
        "imports",
        "importedinputs",
    )
)
"""Rows of costs that no node of the table supplies."""

OUTPUT = frozenset(("out", "output", "go", "tot", "total", "grossoutput", "x"))
"""Rows and columns of output, which are checked against the sums."""

PASSED_OVER = frozenset(("iifob", "intermediate", "totalintermediate"))
"""Rows of sums that repeat what stands above them."""

SPLITS = {"CN1": "CHN", "CN2": "CHN", "CN3": "CHN", "CN4": "CHN", "MX1": "MEX", "MX2": "MEX", "MX3": "MEX"}
"""Parts of countries in OECD tables, put together again."""


def plain(code: str) -> str:
    """A code in small letters and digits only, as the sets above hold it."""
    return "".join(c for c in code.lower() if c.isalnum())
