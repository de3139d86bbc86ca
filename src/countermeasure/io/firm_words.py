"""Words of a firm's table: products, regions and states of a license as people write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.codes.country import country
from countermeasure.errors import CodeError
from countermeasure.supply.firm.run import LICENSES

if TYPE_CHECKING:
    from countermeasure.supply.chain.model import Chain

__all__ = ["license_of", "plain", "product_of", "region_of"]

_LICENSE_WORDS = {
    "held": "held", "granted": "held", "approved": "held", "yes": "held",
    "general": "general", "general license": "general", "general licence": "general",
    "applied": "applied", "pending": "applied", "filed": "applied", "submitted": "applied",
    "none": "none", "no": "none", "not applied": "none", "missing": "none",
    "not needed": "not_needed", "not required": "not_needed", "free": "not_needed",
    "rejected": "rejected", "refused": "rejected", "denied": "rejected",
}  # fmt: skip
_HEAVY = (
    "ndfeb with dy",
    "ndfeb with tb",
    "ndfeb with dysprosium",
    "ndfeb with terbium",
    "ndfeb with heavies",
    "dy ndfeb",
    "tb ndfeb",
)
_LIGHT = "ndfeb without dy", "ndfeb without heavies", "ndfeb without dysprosium", "dy free ndfeb", "heavy free ndfeb"
_PRODUCT_WORDS: dict[str, tuple[str, ...]] = {
    "mag_heavy": (*_HEAVY, "ndfeb with heavy rare earths", "neodymium magnet with dysprosium", "dysprosium magnet"),
    "mag_light": (*_LIGHT, "ndfeb without heavy rare earths", "neodymium magnet without dysprosium"),
    "mag_smco": ("smco", "samarium cobalt", "sm co"),
    "co_traction": ("traction motor", "drive motor", "e motor", "ev motor", "electric drive"),
    "co_motor": ("motor", "small motor", "industrial motor", "servo motor", "actuator", "pump motor", "robot motor"),
    "co_generator": ("generator", "wind generator", "wind turbine generator"),
    "co_electronics": (
        "loudspeaker",
        "speaker",
        "hard disk",
        "hard disk drive",
        "drive",
        "sensor",
        "headphone",
        "haptic motor",
    ),
    "co_defence": ("defence component", "defense component"),
    "ox_ndpr": ("ndpr oxide", "didymium oxide", "neodymium oxide", "praseodymium oxide"),
    "ox_dy": ("dy oxide", "dy2o3"),
    "ox_tb": ("tb oxide", "tb4o7"),
    "ox_sm": ("sm oxide", "sm2o3"),
    "ox_gd": ("gd oxide", "gd2o3", "gadolinia"),
    "ox_y": ("y oxide", "y2o3", "yttria"),
    "ox_lace": ("lanthanum oxide", "cerium oxide", "ceria", "lace oxide"),
    "me_ndpr": ("ndpr metal", "ndpr alloy", "didymium metal", "neodymium metal"),
    "me_dy": ("dy metal", "dysprosium metal", "dysprosium alloy", "dyfe"),
    "me_tb": ("tb metal", "terbium metal", "terbium alloy"),
    "me_sm": ("sm metal", "samarium metal", "samarium alloy"),
}
_OPEN = re.compile(
    r"(sintered |bonded )?(ndfeb|nd fe b|neodymium( iron boron)?|neo|rare earth|permanent)( magnet)?|magnet|n\d\d[a-z]*"
)


def plain(text: str) -> str:
    """Small letters and digits, one space between words."""
    return " ".join(re.sub(r"[^\w]+|_", " ", text.casefold()).split())


def _singular(words: str) -> str:
    return re.sub(
        r"\b(magnet|motor|generator|drive|speaker|loudspeaker|oxide|alloy|component|actuator|sensor)s\b", r"\1", words
    )


def product_of(text: str, chain: Chain) -> str:
    """Product of a chain by its id, its name or plain words.

    Raises:
        CodeError: If it is unknown, or may be several, as ``NdFeB`` alone.

    Example:
        >>> product_of("NdFeB with Dy", Chain.shipped())
        'mag_heavy'
    """
    words = _singular(plain(text))
    table = {words_: p for p, all_ in _PRODUCT_WORDS.items() for words_ in all_ if p in chain.products}
    for product in chain.products.values():
        if product.stage != "ore":
            table |= {plain(product.id): product.id, _singular(plain(product.name)): product.id}
    for form in (words, words.removesuffix(" magnet"), words.removesuffix(" component")):
        if form in table:
            return table[form]
    if _OPEN.fullmatch(words.removesuffix(" magnet")):
        raise CodeError(
            f"{text!r} may hold heavy rare earths or none",
            code="ambiguous_product",
            cure="Write 'NdFeB with Dy' (or Tb), 'NdFeB without heavies' or 'SmCo'; the grade does not tell.",
        )
    from rapidfuzz import fuzz, process

    hits = process.extract(words, list(table), scorer=fuzz.ratio, limit=8, score_cutoff=60)
    near = list(dict.fromkeys(table[hit] for hit, _, _ in hits))[:3]
    known = near or [p.id for p in chain.products.values() if p.stage != "ore"]
    raise CodeError(f"{text!r} is not a product that is known", code="unknown_product", cure=f"There are {', '.join(known)}.")


def region_of(text: str, chain: Chain) -> str:
    """Region of a chain by its id, its name, or a country in it by code or name.

    Raises:
        CodeError: If it is unknown.

    Example:
        >>> region_of("Germany", Chain.shipped())
        'EU'
    """
    names = {plain(region): region for region in chain.regions} | {plain(n): r for r, n in chain.region_names.items()}
    names |= {"european union": "EU"} if "EU" in chain.regions else {}
    found = names.get(plain(text))
    if found is not None:
        return found
    try:
        return chain.region_of(country(text).iso2)
    except CodeError as error:
        raise CodeError(
            error.message, code="unknown_region", cure=f"{error.cure} Or a region: {', '.join(chain.regions)}."
        ) from None


def license_of(text: str) -> str:
    """State of a license by its word.

    Raises:
        CodeError: If it is unknown.
    """
    found = _LICENSE_WORDS.get(plain(text))
    if found is None:
        raise CodeError(f"{text!r} is not a state of a license", code="unknown_license", cure=f"Write {', '.join(LICENSES)}.")
    return found
