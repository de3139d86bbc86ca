"""What an entry is - a company, a person, an address - where its list does not say."""

from __future__ import annotations

import re

from countermeasure.parties.model import Kind

__all__ = ["is_organised", "kind_of"]

_WORDS = (
    "co corp corporation company companies inc incorporated ltd limited ltda llc llp lp plc gmbh ag kg ug sa sas"
    " srl spa sl nv bv ab as oy aps kft"
    " doo dd ad zrt sdn bhd pte pty pvt pjsc jsc cjsc ojsc oao ooo zao pao ao fgup fsue gup npp npo nii okb tov fze"
    " fzco fzc fzllc dmcc est"
    " establishment enterprise enterprises group holding holdings industry industries industrial factory plant works"
    " mill mine institute institutes"
    " university college academy school laboratory laboratories lab labs center centre centers centres bureau"
    " ministry department directorate"
    " administration agency authority commission committee council office organization organisation association"
    " foundation fund trust bank"
    " insurance exchange market trading trader traders import imports export exports technology technologies tech"
    " engineering electronic electronics"
    " system systems solution solutions service services international logistics shipping airline airlines airways"
    " aviation aerospace aircraft space"
    " marine shipyard port navy army force forces computing computer computers software semiconductor semiconductors"
    " microelectronics material"
    " materials chemical chemicals medical energy power petroleum oil gas nuclear machinery equipment instrument"
    " instruments component components"
    " supply supplies production development research design construction investment investments capital"
    " communication communications network"
    " media hospital society front party brigade battalion regiment division cartel gang movement union federation"
    " general joint stock state"
    " national federal scientific public security police guard freight cargo transport transportation travel textile"
    " textiles garment garments"
    " apparel food foods sugar products parts tools auto motor motors global worldwide hk asia europe china"
)
_STARTS = "pharma telecom manufactur consult"
_ORGANISED = re.compile(
    rf"\b(?:{'|'.join(_WORDS.split())}|(?:{'|'.join(_STARTS.split())})\w*|free zone)\b",
    re.IGNORECASE,
)
_PLACE_ENTRY = re.compile(r"^address(?:es)?\s*(?:no\.?\s*)?#?\d*$", re.IGNORECASE)
_PATRONYMIC = re.compile(r"\b\w{3,}(?:ovich|evich|ovna|evna|ichna)\b", re.IGNORECASE)
_BOUND = re.compile(r"\b(?:INMATE|REGISTER NO|REG\.? NO|USM NO|INCARCERATED|FCI|PRISON|CORRECTIONAL)\b", re.IGNORECASE)
_LAST_FIRST = re.compile(r"^[^\W\d_][\w'’ -]*, [^\W\d_][\w'’. -]*$")
_STATED = {
    "individual": Kind.PERSON,
    "person": Kind.PERSON,
    "entity": Kind.ENTITY,
    "organization": Kind.ENTITY,
    "organisation": Kind.ENTITY,
    "company": Kind.ENTITY,
    "vessel": Kind.VESSEL,
    "aircraft": Kind.AIRCRAFT,
    "address": Kind.ADDRESS,
    "unknown": Kind.UNKNOWN,
}


def is_organised(name: str) -> bool:
    """Whether a name holds a word that persons do not bear: a legal form, a trade, an office."""
    return _ORGANISED.search(name) is not None


def kind_of(name: str, stated: str = "", *, addresses: str = "", comma_means_person: bool = False) -> tuple[Kind, str]:
    """What an entry is.

    Args:
        name: Its name.
        stated: What the list says, as ``Individual``, ``Entity``, ``Vessel``, or empty.
        addresses: Its addresses; a prison tells a person.
        comma_means_person: Whether the list writes persons as ``LAST, First`` and nothing else with a comma but legal forms.

    Returns:
        The kind, and a note where it was told from the name and not by the list. Where the name does not tell, ``unknown``.
    """
    word = stated.strip().lower()
    if word:
        return _STATED.get(word, Kind.UNKNOWN), "" if word in _STATED else f"kind {stated!r} is not known"
    if _PLACE_ENTRY.match(name):
        return Kind.ADDRESS, "an address without a party"
    if is_organised(name) or any(c.isdigit() for c in name) or "&" in name:
        return Kind.ENTITY, "kind told from the name"
    if _PATRONYMIC.search(name) or (addresses and _BOUND.search(addresses)):
        return Kind.PERSON, "kind told from the name"
    if comma_means_person and _LAST_FIRST.match(name):
        return Kind.PERSON, "kind told from the name"
    return Kind.UNKNOWN, ""
