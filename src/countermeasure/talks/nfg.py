"""Two parties as a matrix: strategies are sets of options, cells are states, payoffs are ranks.

The text form is the strategic game of Gambit (``.nfg``, version 1, payoffs), which pygambit reads. States without a move that
improves on them are the equilibria in pure strategies; the matrix knows nothing of answers, so other notions have no
counterpart in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.talks.model import Conflict, Ranks

    Places = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["MatrixForm", "matrix_form", "nfg_text"]


@dataclass(frozen=True, eq=False)
class MatrixForm:
    """A conflict of two parties as a matrix.

    Attributes:
        conflict: Of which.
        strategies: Bits of the options taken, of each party, rising.
        places: State of each cell, -1 where it is not feasible, (strategies of the first, of the second).
        payoffs: Ranks of each party from 1, 0 for both where the cell is not feasible, (2, ...) of the same shape.
    """

    conflict: Conflict
    strategies: tuple[tuple[int, ...], tuple[int, ...]]
    places: Places
    payoffs: Ranks

    def name(self, party: int, strategy: int) -> str:
        """Options of a strategy, or ``none``."""
        bits = self.strategies[party][strategy]
        return "+".join(option.id for j, option in enumerate(self.conflict.options) if bits >> j & 1) or "none"


def matrix_form(conflict: Conflict) -> MatrixForm:
    """A conflict as a matrix.

    A strategy is a set of options of a party that is part of some feasible state. A cell that is no feasible state gives both
    less than any state does; since each row and column holds a feasible one, no such cell becomes an equilibrium.

    Raises:
        InputError: If there are not two parties, or an option can be switched one way only, which a matrix cannot say.
    """
    if len(conflict.parties) != 2:
        told = f"a matrix has two parties, and {conflict.id} has {len(conflict.parties)}"
        raise InputError(told, code="no_matrix", cure="Solve it as a graph of moves.")
    for option in conflict.options:
        if option.direction != "both":
            raise InputError(
                f"option {option.id} can be switched one way only, which a matrix cannot say",
                code="no_matrix",
                cure="Solve it as a graph of moves.",
            )
    codes = conflict.space.codes
    rows, columns = (np.unique(codes & mask) for mask in conflict.masks)
    places = conflict.space.places(np.asarray(rows[:, None] | columns[None, :], dtype=np.int64))
    payoffs = np.where(places >= 0, conflict.ranks[:, places] + 1, 0).astype(np.int32)
    return MatrixForm(conflict, (tuple(rows.tolist()), tuple(columns.tolist())), places, payoffs)


def nfg_text(conflict: Conflict) -> str:
    """A conflict of two parties as a ``.nfg`` file.

    Raises:
        InputError: See ``matrix_form``.

    Source:
        Gambit, formats of game files: players, strategies, then payoffs with the strategy of the first player running fastest.
    """
    form = matrix_form(conflict)
    names = " ".join(_quoted(party.name) for party in conflict.parties)
    sets = [
        " ".join(_quoted(form.name(party, n)) for n in range(len(form.strategies[party])))
        for party in range(len(form.strategies))
    ]
    cells = form.payoffs.transpose(2, 1, 0).reshape(-1, 2)
    numbers = "\n".join(f"{a} {b}" for a, b in cells.tolist())
    about = _quoted(f"{conflict.id}: payoffs are ranks, 0 where a state is not feasible")
    body = "\n".join(f"{{ {one} }}" for one in sets)
    return f"NFG 1 R {_quoted(conflict.title)} {{ {names} }}\n\n{{ {body}\n}}\n{about}\n\n{numbers}\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "/").replace('"', '\\"')
    return f'"{escaped}"'
