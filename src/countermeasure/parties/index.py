"""The index of all names of all lists: forms as flat arrays, and their trigrams for finding candidates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.parties.names import forms, skeleton
from countermeasure.parties.tables import Part
from countermeasure.parties.tokens import TokenTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from countermeasure.parties.names import Form

__all__ = ["Block", "NameIndex", "Vocabulary", "block_of"]

FEWEST = 10_000
"""Words of short lists are weighed as if the list had this many parties, so that a score means the same with any lists."""
TOP = 30
"""Candidates kept for each form that is asked for."""
COSINE_LEAST, COSINE_SHARE = 0.15, 0.4
"""Candidates below this cosine, or below this share of the best one, are not measured."""
FEATURES = 14
"""Rarest trigrams and words of a form that are looked up."""
FACTOR = np.array([1.0, 0.75, 0.6, 0.10, 0.03, 0.15, 0.15, 0.8, 0.35, 0.9, 0.45, 0.15], np.float32)
"""Weight of a position by its part (see ``Part``), beside how rare its word is."""
MOST = np.array([9.0, 5.0, 4.5, 1.0, 1.0, 1.5, 2.0, 5.0, 3.0, 6.0, 6.0, 2.0], np.float32)
"""No position of a part weighs more than this before its factor."""


@dataclass(slots=True)
class Block:
    """Forms as flat arrays.

    Attributes:
        owner: Number of the name each form belongs to, shape (f,).
        first: First entry of each form, shape (f + 1,).
        token: Token of each entry, shape (e,).
        start: First position of each entry within its form, shape (e,).
        stop: Position after its last, shape (e,).
        joined: Whether it is two neighbours written together, shape (e,).
        spot: First position of each form in the arrays of positions, shape (f + 1,).
        part: Part of each position, shape (p,).
        weight: Its weight, shape (p,).
        head: Token of each position, shape (p,).
        glued: Words without spaces, shape (f,).
        han: Chinese text, shape (f,).
    """

    owner: NDArray[np.int32]
    first: NDArray[np.int64]
    token: NDArray[np.int32]
    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    joined: NDArray[np.bool_]
    spot: NDArray[np.int64]
    part: NDArray[np.int8]
    weight: NDArray[np.float32]
    head: NDArray[np.int32]
    glued: NDArray[Any]
    han: NDArray[Any]


class Vocabulary:
    """Numbers of tokens; new ones may be taken in for a batch without changing the index."""

    def __init__(self, numbers: dict[str, int] | None = None) -> None:
        self.numbers: dict[str, int] = {} if numbers is None else numbers
        self.extra: dict[str, int] = {}
        self.open = numbers is None

    def number(self, token: str) -> int:
        """Number of a token, a new one if it is unknown."""
        found = self.numbers.get(token)
        if found is None:
            if self.open:
                found = self.numbers[token] = len(self.numbers)
            else:
                found = self.extra.setdefault(token, len(self.numbers) + len(self.extra))
        return found


def block_of(named: Iterable[tuple[int, Form]], vocabulary: Vocabulary) -> Block:
    """Lay forms out as flat arrays; weights are still one."""
    owner: list[int] = []
    first, spot = [0], [0]
    token: list[int] = []
    start: list[int] = []
    stop: list[int] = []
    joined: list[bool] = []
    part: list[int] = []
    head: list[int] = []
    glued: list[str] = []
    chinese: list[str] = []
    number = vocabulary.number
    for name, form in named:
        owner.append(name)
        size = len(form.parts)
        heads = [-1] * size
        for text, begin, end in form.entries:
            code = number(text)
            token.append(code)
            start.append(begin)
            stop.append(end)
            joined.append(False)
            if heads[begin] < 0:
                heads[begin] = code
        for text, begin in form.joins:
            token.append(number(text))
            start.append(begin)
            stop.append(begin + 2)
            joined.append(True)
        part.extend(form.parts)
        head.extend(heads)
        first.append(len(token))
        spot.append(len(part))
        glued.append(form.glued)
        chinese.append(form.han)
    return Block(
        np.array(owner, np.int32), np.array(first, np.int64), np.array(token, np.int32), np.array(start, np.int32),
        np.array(stop, np.int32), np.array(joined, np.bool_), np.array(spot, np.int64), np.array(part, np.int8),
        np.ones(len(part), np.float32), np.array(head, np.int32), _objects(glued), _objects(chinese),
    )  # fmt: skip


def _objects(texts: Sequence[str]) -> NDArray[Any]:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def features(form: Form) -> list[str]:
    """What a form is found by: trigrams of its words, padded, and the words themselves.

    Legal forms and stop words are left out unless there is nothing else; Chinese text adds its pairs of characters.
    """
    kinds = form.parts
    light = {Part.LEGAL, Part.STOP}
    if all(kind in light for kind in kinds):
        light = set()
    found: list[str] = []
    for token, start, _ in form.entries:
        if kinds[start] in light:
            continue
        text = f" {token} "
        found.append(text)
        if len(token) > 2:
            found.extend(text[place : place + 3] for place in range(len(text) - 2))
        if len(token) > 3 and kinds[start] is not Part.NUMBER:
            found.append("~" + skeleton(token))
            found.append("@" + "".join(sorted(token)))
    for text, _ in form.joins if len(form.parts) < 4 else ():
        found.append(f" {text} ")
    if form.han:
        text = form.han
        found.extend(text[place : place + 2] for place in range(len(text) - 1))
    return found


class NameIndex:
    """All names, ready to be searched.

    Args:
        names: Name of each row, as the list prints it.
        party: Party of each name, shape (n,).
        weak: Whether a name is a weak alias, shape (n,).
        person: Whether it is known to be a person's, shape (n,).
    """

    def __init__(
        self, names: Sequence[str], party: Sequence[int], weak: Sequence[bool], person: Sequence[bool] | None = None
    ) -> None:
        self.names = tuple(names)
        self.party = np.array(party, np.int32)
        self.weak = np.array(weak, np.bool_)
        named = [
            (number, form)
            for number, name in enumerate(names)
            for form in forms(name, person=person is not None and person[number])
        ]
        vocabulary = Vocabulary()
        self.block = block_of(named, vocabulary)
        self.numbers = vocabulary.numbers
        self.table = TokenTable.of(list(self.numbers))
        self.total = max(len(set(party)), FEWEST)
        self.rarity = self._rarity()
        weigh(self.block, self.rarity, self.unseen)
        self._postings([form for _, form in named])
        self._rare: list[float] | None = None
        self.keys = self._keys([form for _, form in named])
        self.initials: dict[str, tuple[int, ...]] = {}
        letters: dict[str, list[int]] = {}
        for number, form in named:
            for text in acronyms(form):
                held = letters.setdefault(text, [])
                if len(held) < TOP and number not in held:
                    held.append(number)
        self.initials = {text: tuple(rows) for text, rows in letters.items()}

    @property
    def unseen(self) -> float:
        """Weight of a word that no list has."""
        return float(np.log(self.total + 1) + 0.5)

    def _rarity(self) -> NDArray[np.float32]:
        """For each token ``ln((parties + 1) / (parties that have it + 1))``, counting only whole words."""
        block = self.block
        words = ~block.joined
        row = np.repeat(np.arange(block.owner.size), np.diff(block.first))[words]
        pairs = np.unique((self.party[block.owner[row]].astype(np.int64) << 32) | block.token[words])
        count = np.bincount((pairs & 0xFFFFFFFF).astype(np.intp), minlength=len(self.numbers))
        rarity: NDArray[np.float32] = (np.log((self.total + 1) / (count + 1)) + 0.5).astype(np.float32)
        return rarity

    def _postings(self, all_forms: Sequence[Form]) -> None:
        counts: Counter[str] = Counter()
        rows: list[list[str]] = []
        for form in all_forms:
            found = list(dict.fromkeys(features(form)))
            rows.append(found)
            counts.update(found)
        self.features = {feature: place for place, feature in enumerate(counts)}
        total = len(rows) + 1
        self.feature_rarity = np.log(total / np.fromiter(counts.values(), np.float64, len(counts))).astype(
            np.float32
        ) + np.float32(0.3)
        from scipy.sparse import csr_matrix

        ends = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(found) for found in rows], out=ends[1:])
        column = np.fromiter((self.features[f] for found in rows for f in found), np.int32, int(ends[-1]))
        value = self.feature_rarity[column]
        owner = np.repeat(np.arange(len(rows)), np.diff(ends))
        length = np.sqrt(np.maximum(np.bincount(owner, value.astype(np.float64) ** 2, len(rows)), 1e-6))
        value = (value / length[owner]).astype(np.float32)
        matrix = csr_matrix((value, column, ends), shape=(len(rows), max(len(counts), 1)))
        self.postings = matrix.T.tocsr()

    def _keys(self, all_forms: Sequence[Form]) -> dict[str, tuple[int, ...]]:
        """Forms by their exact keys."""
        found: dict[str, list[int]] = {}
        for row, form in enumerate(all_forms):
            for key in exact_keys(form):
                found.setdefault(key, []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    def acronym_hits(self, names: Sequence[str]) -> list[tuple[int, int]]:
        """Names that are one word of four to seven capital letters, with listed names of these first letters."""
        found: list[tuple[int, int]] = []
        for place, name in enumerate(names):
            if 4 <= len(name) <= 24 and name[:4].isupper():
                core = [
                    word
                    for form in forms(name, person=False)
                    for word, part in zip(form.words, form.parts, strict=False)
                    if part not in (Part.LEGAL, Part.STOP)
                ]
                if len(core) == 1 and 4 <= len(core[0]) <= 7 and core[0].upper() in name:
                    found.extend((place, number) for number in self.initials.get(core[0], ()))
        return found

    def candidates(self, asked: Sequence[Form]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """Pairs of asked form and listed form that share rare words, rare trigrams or a key.

        Returns:
            Asked form, listed form and cosine of each pair, sorted by asked form, best first; shapes (n,).
        """
        row, column, cosine = self._alike(asked)
        exact_row: list[int] = []
        exact_column: list[int] = []
        for place, form in enumerate(asked):
            for key in exact_keys(form):
                hits = self.keys.get(key, ())
                exact_row.extend([place] * len(hits))
                exact_column.extend(hits)
        if exact_row:
            row = np.concatenate([row, np.array(exact_row, np.int64)])
            column = np.concatenate([column, np.array(exact_column, np.int32)])
            cosine = np.concatenate([cosine, np.ones(len(exact_row), np.float32)])
            _, keep = np.unique((row << 32) | column, return_index=True)
            row, column, cosine = row[keep], column[keep], cosine[keep]
        return row.astype(np.int32), column.astype(np.int32), cosine.astype(np.float32)

    def _alike(self, asked: Sequence[Form]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """The nearest listed forms of each asked form by cosine over its rarest features."""
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        ends = [0]
        known = self.features
        if self._rare is None:
            self._rare = self.feature_rarity.tolist()
        rarity = self._rare
        for form in asked:
            found = [known[f] for f in dict.fromkeys(features(form)) if f in known]
            if len(found) > FEATURES:
                found.sort(key=rarity.__getitem__, reverse=True)
                found = found[: max(FEATURES, len(found) // 4)]
            columns.extend(found)
            ends.append(len(columns))
        place = np.array(columns, np.int32)
        weight = self.feature_rarity[place] if columns else np.zeros(0, np.float32)
        matrix = csr_matrix((weight, place, np.array(ends)), shape=(len(asked), self.postings.shape[0]))
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        row, column, cosine = _best((matrix @ self.postings).tocsr(), TOP)
        cosine = (cosine / np.maximum(length[row], 1e-6)).astype(np.float32)
        best = np.zeros(len(asked), np.float32)
        np.maximum.at(best, row, cosine)
        near = (cosine >= COSINE_LEAST) & (cosine >= COSINE_SHARE * best[row])
        return row[near], column[near], cosine[near]


def _best(product: Any, most: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:  # noqa: ANN401 - a scipy matrix
    """The largest values of each row of a sparse matrix."""
    pointer, column, value = product.indptr, product.indices, product.data
    rows: list[NDArray[np.int64]] = []
    kept: list[NDArray[np.int64]] = []
    for row in range(len(pointer) - 1):
        begin, end = int(pointer[row]), int(pointer[row + 1])
        size = end - begin
        if size == 0:
            continue
        if size > most:
            part = value[begin:end]
            cut = part[np.argpartition(part, size - most)[size - most]]
            places = np.flatnonzero(part >= cut)[: most * 2] + begin
        else:
            places = np.arange(begin, end)
        kept.append(places)
        rows.append(np.full(places.size, row, np.int64))
    if not kept:
        return np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    chosen = np.concatenate(kept)
    return np.concatenate(rows), column[chosen], value[chosen]


def acronyms(form: Form) -> set[str]:
    """First letters of a name of at least three words, with and without its place and legal form."""
    if form.han or len(form.parts) < 3 or not form.initials:
        return set()
    found = set()
    letters = list(zip(form.initials, form.parts, strict=True))
    for left_out in ((Part.STOP, Part.LEGAL), (Part.STOP,), (Part.STOP, Part.LEGAL, Part.PLACE)):
        text = "".join(letter for letter, part in letters if part not in left_out and letter.isalpha())
        if 3 <= len(text) <= 7:
            found.add(text)
    return found


def exact_keys(form: Form) -> list[str]:
    """Keys under which equal names meet: sorted words, and words without spaces; Chinese text as it is."""
    light = (Part.LEGAL, Part.STOP)
    words = sorted(word for word, part in zip(form.words, form.parts, strict=False) if part not in light)
    keys = [" ".join(words)] if words else []
    if form.glued:
        keys.append("=" + form.glued)
    if form.han:
        keys.append("#" + form.han)
    return keys


def weigh(block: Block, rarity: NDArray[np.float32], unseen: float) -> None:
    """Fill in the weights of a block: how rare the word is among parties, bounded and scaled by its part."""
    rare = np.full(block.head.size, unseen, np.float32)
    known = (block.head >= 0) & (block.head < rarity.size)
    rare[known] = rarity[block.head[known]]
    part = block.part.astype(np.intp)
    block.weight = np.minimum(rare, MOST[part]) * FACTOR[part]
