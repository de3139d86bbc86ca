"""What is known of each distinct token before two of them are compared: length, letters, sound, weight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.parties.names import skeleton
from countermeasure.parties.tables import Part, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["LEAST", "TokenTable", "bit_count", "similarities"]

OTHER_SYLLABLE = 0.72
"""Most that two different words of pinyin are alike: another syllable is another character."""
INITIAL = 0.72
"""How alike an initial and its word are."""
LEAST = 0.62
"""Similarity below which two tokens are held to be different words."""


@dataclass(slots=True)
class TokenTable:
    """Columns over distinct tokens.

    Attributes:
        text: Shape (n,), objects.
        size: Letters, shape (n,).
        letters: One bit for each letter that occurs, shape (n,).
        head: Code of the first three letters, or -1 for shorter ones, shape (n,).
        first: Code of the first letter, shape (n,).
        sound: Hash of the skeleton, or a number of its own where it is too short to say much, shape (n,).
        number: Whether it has digits, shape (n,).
        common: Whether it is a common word of names, for which abbreviations are usual, shape (n,).
        syllables: Number of pinyin syllables if it is made of them alone, else 0, shape (n,).
    """

    text: NDArray[Any]
    size: NDArray[np.int32]
    letters: NDArray[np.uint32]
    head: NDArray[np.int32]
    first: NDArray[np.int32]
    sound: NDArray[np.int64]
    number: NDArray[np.bool_]
    common: NDArray[np.bool_]
    syllables: NDArray[np.int8]

    @classmethod
    def of(cls, tokens: Sequence[str]) -> TokenTable:
        """Columns for tokens in their order."""
        count = len(tokens)
        text = np.empty(count, dtype=object)
        text[:] = tokens
        size = np.fromiter(map(len, tokens), np.int32, count)
        letters = np.fromiter((_letters(token) for token in tokens), np.uint32, count)
        head = np.fromiter((_code(token[:3]) if len(token) >= 3 else -1 for token in tokens), np.int32, count)
        first = np.fromiter((_code(token[:1]) for token in tokens), np.int32, count)
        sound = np.fromiter((_sound(token) for token in tokens), np.int64, count)
        number = np.fromiter((token[-1:].isdigit() for token in tokens), np.bool_, count)
        table = words().one
        common = np.fromiter((table.get(token, ("", None))[1] is Part.GENERIC for token in tokens), np.bool_, count)
        syllables = np.fromiter(map(syllables_of, tokens), np.int8, count)
        return cls(text, size, letters, head, first, sound, number, common, syllables)

    def and_(self, other: TokenTable) -> TokenTable:
        """This table with another below it."""
        columns = ("text", "size", "letters", "head", "first", "sound", "number", "common", "syllables")
        return TokenTable(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in columns))


_SYLLABLE = re.compile(
    r"(?:(?:[bpmf]|[dtnl]|[gkh]|[zcs]h?|r)(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|u|ua|uo|uai|ui|uan|un|uang|i|ia|ie|iao|iu|ian|in|iang|ing)"
    r"|[jqx](?:i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ue|uan|un)|y(?:a|o|e|ao|ou|an|ang|i|in|ing|ong|u|ue|uan|un)|w(?:u|a|o|ai|ei|an|en|ang|eng)"
    r"|a|ai|an|ang|ao|e|en|er|ou)"
)
_PINYIN = re.compile(rf"(?:{_SYLLABLE.pattern})+")


def syllables_of(token: str) -> int:
    """Pinyin syllables of a word of at least two of them; 0 for any other word."""
    if not 4 <= len(token) <= 24 or not _PINYIN.fullmatch(token):
        return 0
    groups = len(re.findall(r"[aeiou]+", token))
    return groups if groups >= 2 else 0


def _letters(token: str) -> int:
    mask = 0
    for char in token:
        mask |= 1 << (ord(char) & 31)
    return mask


def _code(text: str) -> int:
    code = 0
    for char in text:
        code = code * 41 + (ord(char) % 41)
    return code


def _sound(token: str) -> int:
    """A number that is equal for equal skeletons of three or more consonants; negative and its own otherwise."""
    bones = skeleton(token)
    if len(bones) < 3 or not token.isalpha():
        code = -1
        for char in token:
            code = (code * 1_000_003 - ord(char)) & 0x3FFFFFFFFFFFFFFF
        return -code - 1
    code = 7
    for char in bones:
        code = (code * 131 + ord(char)) & 0x3FFFFFFFFFFFFFFF
    return code


def _table_of_bits() -> NDArray[np.uint8]:
    values = np.arange(1 << 16, dtype=np.uint32)
    count = np.zeros(1 << 16, np.uint8)
    for bit in range(16):
        count += ((values >> bit) & 1).astype(np.uint8)
    return count


_BITS = _table_of_bits()


def bit_count(values: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Number of set bits of each value."""
    count: NDArray[np.uint8] = _BITS[values & 0xFFFF] + _BITS[values >> 16]
    return count


def similarities(
    table: TokenTable, left: NDArray[np.int32], right: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Compare pairs of tokens; those that are different words are left out.

    Equal tokens score 1. Numbers are equal or different. Of the rest the better of these counts: edit distance with swaps
    (``1 - edits / longer``); the same consonants by sound; one being the beginning of the other; an initial for its word.

    Args:
        table: The tokens.
        left: Token of each pair, shape (n,).
        right: The other, shape (n,).

    Returns:
        Places of the pairs that are alike, and their similarity in (0, 1], shapes (m,).
    """
    same = np.flatnonzero(left == right)
    size_l, size_r = table.size[left], table.size[right]
    longer = np.maximum(size_l, size_r)
    shorter = np.minimum(size_l, size_r)
    only_l = table.letters[left]
    only_r = table.letters[right]
    both = only_l & only_r
    missing = np.maximum(np.maximum(bit_count(only_l & ~both), bit_count(only_r & ~both)), longer - shorter)
    near = (longer - missing) >= LEAST * longer
    head = (table.head[left] == table.head[right]) & (shorter >= 3)
    sound = table.sound[left] == table.sound[right]
    initial = (shorter == 1) & (table.first[left] == table.first[right])
    common = (table.common[left] & (size_l >= size_r) & ~(only_r & ~both).astype(bool)) | (
        table.common[right] & (size_r >= size_l) & ~(only_l & ~both).astype(bool)
    )
    short_form = common & (table.first[left] == table.first[right]) & (shorter >= 3) & (shorter <= 6)
    look = near & (longer >= 4) | head | sound | initial | short_form
    look &= (left != right) & ~table.number[left] & ~table.number[right]
    place = np.flatnonzero(look)
    if not place.size:
        return same, np.ones(same.size, np.float32)
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cpdist

    # the same two words meet often: compare distinct pairs alone
    low = np.minimum(left[place], right[place]).astype(np.int64)
    high = np.maximum(left[place], right[place]).astype(np.int64)
    keys, back = np.unique((low << 32) | high, return_inverse=True)
    one, two = (keys >> 32).astype(np.intp), (keys & 0xFFFFFFFF).astype(np.intp)
    edit = cpdist(table.text[one].tolist(), table.text[two].tolist(), scorer=OSA.normalized_similarity, dtype=np.float32)
    size_1, size_2 = table.size[one], table.size[two]
    short, long = np.minimum(size_1, size_2), np.maximum(size_1, size_2)
    value = np.where((long <= 3) | ((long == 4) & (edit < 0.75)), 0.0, edit).astype(np.float32)
    alike = table.sound[one] == table.sound[two]
    value = np.where(alike & (edit >= 0.4), np.maximum(value, 0.58 + 0.4 * edit), value)
    begins = (edit * long >= short - 0.5) & (table.head[one] == table.head[two]) & (short >= 3) & (long - short >= 2)
    if begins.any():
        index = np.flatnonzero(begins)
        true = np.fromiter(
            (a.startswith(b) or b.startswith(a) for a, b in zip(table.text[one[index]], table.text[two[index]], strict=True)),
            np.bool_,
            index.size,
        )
        index = index[true]
        share = short[index] / long[index]
        value[index] = np.maximum(
            value[index], np.where((short[index] >= 4) & (share >= 0.4), 0.62 + 0.3 * share, 0.64 * (share >= 0.4))
        )
    pinyin = np.flatnonzero(
        (table.syllables[one] > 0) & (table.syllables[one] == table.syllables[two]) & (value > OTHER_SYLLABLE)
    )
    for at in pinyin.tolist():
        if _accent(table.text[one[at]]) != _accent(table.text[two[at]]):
            value[at] = OTHER_SYLLABLE
    weak = np.flatnonzero(
        (value < 0.75)
        & (table.common[one] | table.common[two])
        & (table.first[one] == table.first[two])
        & (short >= 3)
        & (short <= 6)
    )
    for at in weak.tolist():
        value[at] = max(value[at], 0.75 * _abbreviates(table.text[one[at]], table.text[two[at]]))
    first = (short == 1) & (table.first[one] == table.first[two])
    value = np.where(first, INITIAL, value).astype(np.float32)[back]
    kept = value >= LEAST
    return np.concatenate([same, place[kept]]), np.concatenate([np.ones(same.size, np.float32), value[kept]])


def _accent(token: str) -> str:
    """Pinyin without what many speakers do not tell apart: n and ng at the end of a syllable, z and zh, c and ch, s and sh."""
    return re.sub(r"ng(?![aeiou])", "n", token).replace("zh", "z").replace("ch", "c").replace("sh", "s")


def _abbreviates(one: str, two: str) -> bool:
    """Whether the shorter word is made of letters of the longer one in their order, and drops vowels rather than consonants."""
    short, long = sorted((one, two), key=len)
    letters = iter(long)
    return all(char in letters for char in short) and sum(char in "aeiou" for char in short) * 3 <= len(short)
