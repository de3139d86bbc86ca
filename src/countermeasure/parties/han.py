"""Chinese names in two readings at once: what the words mean in English, and how they sound in pinyin.

A name is cut by the longest known word. A known word gives its English rendering, its other renderings and its pinyin
for the same place; what is not known is a proper name and gives its pinyin. Numerals become digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from countermeasure.parties.tables import Part, han_table, rows

__all__ = ["Piece", "has_han", "is_han", "number_of", "pieces", "simplified"]

_DIGITS = {
    "〇": 0,
    "零": 0,
    "○": 0,
    "Ｏ": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_COUNTED = frozenset("所院厂局部队处室分号研团军师旅营连工大中附")
"""What a bare numeral is read as a number before: institute, academy, factory, bureau, and so on."""
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤习温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a Chinese name.

    Attributes:
        han: As written, simplified.
        renderings: Ways of printing it in Latin letters, the first tried first; each may be several words.
        sound: Pinyin without tones, one syllable each; empty for numbers.
        part: What it does in the name.
    """

    han: str
    renderings: tuple[str, ...]
    sound: tuple[str, ...]
    part: Part


def is_han(char: str) -> bool:
    """Whether a character is a Chinese one."""
    return "\u4e00" <= char <= "\u9fff" or char in "〇○" or "\u3400" <= char <= "\u4dbf" or "\uf900" <= char <= "\ufaff"


def has_han(text: str) -> bool:
    """Whether a text has Chinese characters and no kana, which would make it Japanese."""
    return any("\u4e00" <= char <= "\u9fff" for char in text)


@cache
def _pairs() -> dict[int, str]:
    table: dict[int, str] = {}
    for row in rows("han_variants.csv"):
        table.update({ord(old): new for old, new in zip(row["traditional"], row["simplified"], strict=True)})
    return table


def simplified(text: str) -> str:
    """Traditional and variant characters of names folded to simplified ones."""
    return text.translate(_pairs())


@lru_cache(maxsize=200_000)
def _sound(text: str) -> tuple[str, ...]:
    from anyascii import anyascii
    from pypinyin import lazy_pinyin

    found: list[str] = []
    for syllable in lazy_pinyin(text):
        if syllable.isascii():
            found.append(syllable)
        else:  # characters without a reading there come back as they are
            found += [word for char in syllable if (word := "".join(filter(str.isalnum, anyascii(char).casefold())))]
    return tuple(found)


def number_of(text: str) -> int | None:
    """Value of a Chinese numeral: by place as ``七〇一`` or by unit as ``二十九``; None if it is none."""
    if not text or any(char not in _DIGITS and char not in _UNITS for char in text):
        return None
    if not any(char in _UNITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            digit = _DIGITS[char]
    return total + (digit or 0)


def _numeral_at(text: str, start: int) -> tuple[int, int] | None:
    """Value and end of a numeral that starts here and is meant as a number."""
    ordinal = text[start] == "第"
    end = begin = start + ordinal
    while end < len(text) and (text[end] in _DIGITS or text[end] in _UNITS):
        end += 1
    if end == begin:
        return None
    counted = ordinal or end - begin > 1 or (end < len(text) and text[end] in _COUNTED)
    value = number_of(text[begin:end]) if counted else None
    return None if value is None else (value, end)


@cache
def _longest() -> int:
    return max(map(len, han_table()))


@lru_cache(maxsize=100_000)
def pieces(text: str) -> tuple[Piece, ...]:
    """Cut a run of Chinese characters into words.

    Args:
        text: Chinese characters alone, simplified.
    """
    table = han_table()
    found: list[Piece] = []
    unknown = ""
    place, end = 0, len(text)

    def flush() -> None:
        nonlocal unknown
        if unknown:
            found.append(Piece(unknown, (), _sound(unknown), Part.WORD))
            unknown = ""

    while place < end:
        numeral = _numeral_at(text, place)
        for length in range(min(_longest(), end - place), 0, -1):
            word = text[place : place + length]
            if word in table and (numeral is None or length > numeral[1] - place):
                renderings, part = table[word]
                # a single character is a word of its own only at the end of what surrounds it
                if length == 1 and part is Part.GENERIC and _inside(text, place, unknown):
                    continue
                flush()
                if renderings or (part is Part.PLACE and length > 1):
                    sound = _sound(word)
                    found.append(Piece(word, renderings or ("".join(sound),), sound, part))
                place += length
                break
        else:
            if numeral is not None:
                flush()
                found.append(Piece(text[place : numeral[1]], (str(numeral[0]),), (), Part.NUMBER))
                place = numeral[1]
                continue
            unknown += text[place]
            place += 1
    flush()
    return tuple(found)


def _inside(text: str, place: int, unknown: str) -> bool:
    """Whether a single character belongs to a proper name: something unknown stands before it or begins with it."""
    if text[place] in "厂所院局部和与及暨矿":
        return place == 0 or (text[place] in "和与及" and (not unknown and place < 2))
    if unknown:
        return True
    after = text[place + 1 : place + 3]
    return len(after) < 2 or not any(
        after[:size] in han_table() for size in (2, 1) if size <= len(after) and after[:size] not in "市省区县镇"
    )


def person(text: str) -> tuple[str, str] | None:
    """Surname and given name in pinyin of what may be a person's name of two to four characters."""
    if not 2 <= len(text) <= 4 or text[0] not in _SURNAMES:
        return None
    sound = _sound(text)
    return (sound[0], "".join(sound[1:])) if len(sound) == len(text) else None
