"""Colours of the pictures, in light and in dark, and the style sheet each picture carries.

Ten colours in a fixed order. In either mode every colour has a contrast of at least 3 to 1 with the paper, and any two
differ by at least 10 units of CIEDE2000 as seen with normal sight and with full protanopia or deuteranopia (simulation of
Machado, Oliveira and Fernandes, 2009). Words are never told apart by colour alone: they stand beside what they name.
"""

from __future__ import annotations

__all__ = ["DARK", "LIGHT", "STYLE", "slots_of"]

LIGHT = ("#1d70a6", "#b8400a", "#38a275", "#6d1146", "#c68301", "#01299f", "#92434e", "#359acc", "#253800", "#79828f")
DARK = ("#69a4e4", "#e8743b", "#a0e9ca", "#b07aa8", "#f5da35", "#7a74f2", "#ab6765", "#87ddff", "#a4ae77", "#a4a9af")

_FIXED = {
    "us": 0, "cn": 1, "sea": 2, "jp": 3, "in": 4, "eu": 5, "kr": 7, "row": 9,
    "united_states": 0, "china": 1, "south-east_asia": 2, "japan": 3, "india": 4, "europe": 5, "korea": 7, "rest": 9,
    "cars": 0, "industrial_motors": 1, "wind": 2, "coatings": 3, "electronics": 4, "catalysts": 5, "medical": 6,
    "semiconductor_tools": 7, "defence": 8, "glass": 9,
}  # fmt: skip
"""Regions and industries keep their colour from one picture to the next."""

_ROLES = {
    "paper": ("#ffffff", "#12161d"),
    "ink": ("#1c2330", "#e6e9ef"),
    "soft": ("#5b6577", "#a3adbd"),
    "line": ("#d9dee7", "#343c4a"),
}
"""Light and dark; the same as on the pages, so that a picture lies in a page without a seam."""


def slots_of(names: list[str] | tuple[str, ...]) -> list[int]:
    """Places in the palette for the names of a picture.

    Names of regions and of industries have places of their own; others take the next free one, and places come round
    again after ten.

    Args:
        names: In the order of the picture.

    Returns:
        One place from 0 to 9 for each name.
    """
    keys = [name.strip().lower().replace(" ", "_") for name in names]
    taken = {_FIXED[key] for key in keys if key in _FIXED}
    free = [slot for slot in range(len(LIGHT)) if slot not in taken] or list(range(len(LIGHT)))
    found, turn = [], 0
    for key in keys:
        if key in _FIXED:
            found.append(_FIXED[key])
        else:
            found.append(free[turn % len(free)])
            turn += 1
    return found


def _rules(mode: int) -> str:
    paper, ink, soft, line = (_ROLES[name][mode] for name in ("paper", "ink", "soft", "line"))
    rules = [
        f".cm-paper{{fill:{paper}}}",
        f".cm-ink{{fill:{ink}}}",
        f".cm-soft{{fill:{soft}}}",
        f".cm-halo{{stroke:{paper};stroke-width:3.5px;stroke-linejoin:round;paint-order:stroke}}",
        f".cm-grid{{stroke:{line};stroke-width:1}}",
        f".cm-axis{{stroke:{soft};stroke-width:1}}",
        f".cm-mark{{stroke:{ink};stroke-width:1;stroke-dasharray:3 3}}",
        f".cm-rule{{stroke:{ink};stroke-width:1.4}}",
        f".cm-under{{stroke:{paper};stroke-width:3.6}}",
        f".cm-dot{{fill:{ink};stroke:{paper};stroke-width:1.5}}",
        f".cm-part{{stroke:{paper};stroke-width:.8}}",
        f".cm-blank{{fill:{line}}}",
    ]
    for slot, colour in enumerate((LIGHT, DARK)[mode]):
        rules.append(f".cm-f{slot}{{fill:{colour}}}.cm-l{slot}{{stroke:{colour}}}")
    return "".join(rules)


STYLE = (
    ".cm-pic{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    ".cm-num{font-variant-numeric:tabular-nums}.cm-none{fill:none}.cm-hit{fill:#000;fill-opacity:0}"
    ".cm-hit:hover{fill:#888;fill-opacity:.12}" + _rules(0) + "@media screen and (prefers-color-scheme:dark){" + _rules(1) + "}"
)
"""Style sheet of a picture. Dark only on screens: paper stays white."""
