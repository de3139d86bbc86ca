"""Identity numbers as US lists write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Remarks", "identifiers_of", "remark_facts", "vessel_number"]

_KINDS = frozenset((
    "Passport", "National ID No.", "Tax ID No.", "Registration Number", "Registration ID", "Cedula No.", "NIT #", "C.U.R.P.",
    "R.F.C.", "Government Gazette Number", "SWIFT/BIC", "Identification Number", "ISIN", "RUC #", "Company Number",
    "Folio Mercantil No.", "Commercial Registry Number", "V.A.T. Number", "Business Registration Number",
    "Trade License No.", "Matricula Mercantil No", "Unified Social Credit Code (USCC)", "Vessel Registration Identification",
    "MMSI", "Aircraft Tail Number", "Aircraft Manufacturer's Serial Number (MSN)",
    "Aircraft Construction Number (also called L/N or S/N or F/N)", "Website", "Email Address", "D.N.I.",
    "Chamber of Commerce Number", "RSIN", "SSN", "Driver's License No.", "License", "Public Registration Number",
    "Enterprise Number", "Organization Code", "Business Number", "UK Company Number",
    "Dubai Chamber of Commerce Membership No.", "C.R. No.", "Italian Fiscal Code", "Legal Entity Number",
    "Stateless Person ID Card", "Personal ID Card", "Diplomatic Passport", "Residency Number", "Chinese Commercial Code",
    "Serial No.", "Refugee ID Card", "Kenyan ID No.", "Global Intermediary Identification Number", "Equity Ticker",
    "BIK (RU)", "Phone Number", "National Foreign ID Number", "Electoral Registry No.",
    "Cartilla de Servicio Militar Nacional", "Credencial electoral", "Bank Identifier Code",
    "Central Registration Service Number", "Fiscal Code", "Birth Certificate Number", "Tazkira National ID Card",
    "Turkish Identification Number", "Moroccan Personal ID No.", "British National Overseas Passport", "US FEIN",
    "Permanent Resident Card", "Immigration No.", "Numero Unico de Identidad (NUI)", "File Number",
    "Certificate of Incorporation Number", "Registered Charity No.", "Istanbul Chamber of Comm. No.", "N.I.E.",
    "Pilot License Number", "Number", "Citizen's Card Number", "Seafarer's Identification Document",
    "Vessel Registration Number", "VisaNumberID", "Travel Document Number", "Numero de Identidad", "I.F.E.", "C.U.I.P.",
    "C.U.I.", "C.U.I.T.", "C.I.F.", "S.S.N.", "RFC", "RIF #", "LE Number", "RTN", "D-U-N-S Number",
    "Economic Register Number (CBLS)", "UAE Identification", "Stock Symbol", "Kuwait Civil ID", "Branch Unit Number",
    "Business Registration Document #", "Previous Aircraft Tail Number", "United Social Credit Code Certificate (USCCC)",
    "Maritime Mobile Service Identity",
))  # fmt: skip
"""Kinds of number, as the lists of OFAC call them."""

_NO_NUMBER = (
    "gender", "secondary sanctions", "additional sanctions", "transactions prohibited", "executive order",
    "organization established", "organization type", "target type", "effective date", "listing date", "purchase/sales",
    "aircraft model", "aircraft operator", "aircraft manufacture date", "aircraft mode s", "former vessel", "issuer name",
    "caatsa", "vessel year", "nationality of registration", "other vessel", "vessel flag", "vessel owner", "vessel type",
    "bluecheck", "for more information", "prohibited transactions", "peesa", "directive", "ifca", "description:",
    "other information",
)  # fmt: skip
"""Starts of what stands among the numbers and is none."""

_COUNTRY = re.compile(r"[A-Z]{2}")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_IMO = re.compile(r"^IMO\s*(\d{7})$", re.IGNORECASE)


def identifiers_of(cell: object) -> list[tuple[str, str]]:
    """Identity numbers of a cell ``ids`` of the Consolidated Screening List.

    Args:
        cell: Text of pieces parted by ``; ``, each ``country, day, number, kind`` (until 2022) or ``kind, number,
            country``, with parts left out; or records of JSON with ``type`` and ``number``.

    Returns:
        Pairs of kind and number; what is no number of an identity (sex, programme information) is left out.
    """
    pairs: list[tuple[str, str]] = []
    if isinstance(cell, list):
        named = [item for item in cell if isinstance(item, dict) and item.get("number")]
        pairs = [(str(item.get("type") or "number").strip(), str(item["number"]).strip()) for item in named]
    elif cell:
        pairs = [pair for piece in str(cell).split("; ") if (pair := _pair(piece.strip()))]
    return [vessel_number(kind, number) for kind, number in pairs if _is_number(kind)]


def _pair(piece: str) -> tuple[str, str] | None:
    parts = piece.split(", ")
    if len(parts) < 2:
        return None
    first, last = parts[0], parts[-1]
    if not (_is_number(first) and _is_number(last)):
        return None
    type_last = (
        last in _KINDS or _digital(last) or (first not in _KINDS and not _digital(first) and _COUNTRY.fullmatch(last) is None)
    )
    if type_last:
        kind, rest = last, parts[:-1]
        if len(rest) > 1 and _COUNTRY.fullmatch(rest[0]):
            rest = rest[1:]
        while len(rest) > 1 and _DATED.fullmatch(rest[0]):
            rest = rest[1:]
    else:
        kind, rest = first, parts[1:]
        while len(rest) > 1 and (_COUNTRY.fullmatch(rest[-1]) or _DATED.fullmatch(rest[-1])):
            rest = rest[:-1]
    return kind, ", ".join(rest)


def _digital(kind: str) -> bool:
    return kind.startswith("Digital Currency Address")


def _is_number(kind: str) -> bool:
    low = kind.lower()
    return not low.startswith(_NO_NUMBER)


def vessel_number(kind: str, number: str) -> tuple[str, str]:
    """A number of a ship under its own kind: ``("IMO", "9187629")``."""
    found = _IMO.match(number.strip())
    return ("IMO", found.group(1)) if found else (kind.rstrip(" :"), number.strip())


@dataclass(slots=True)
class Remarks:
    """What OFAC writes in its column of remarks.

    Attributes:
        weak: Weak aliases, which stand there in quotation marks.
        birth_dates: As printed.
        countries: Names of countries of nationality and citizenship.
        identifiers: Pairs of kind and number.
        rest: What was not read, as printed.
    """

    weak: list[str] = field(default_factory=list)
    birth_dates: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


_WEAK_AKA = re.compile(r"^[afn]\.?k\.?a\.?\s*['‘\"](.+?)['’\"]?$", re.IGNORECASE)
_BORN = re.compile(r"^(?:alt\. )?DOB\s+(.+)$")
_OF = re.compile(r"^(?:alt\. )?(?:nationality(?: of registration)?|citizen)\s+(?:possibly\s+)?(.+)$", re.IGNORECASE)
_BY_LENGTH = sorted(_KINDS - {"Number", "License"}, key=len, reverse=True)


def remark_facts(text: str) -> Remarks:
    """Read the remarks of ``sdn.csv``: weak aliases, days of birth, nationality, numbers.

    Args:
        text: As ``DOB 08 Apr 1956; POB Belize; Passport K491821 (Thailand); a.k.a. 'MR. HYDE'.``
    """
    found = Remarks()
    for piece in map(str.strip, re.split(r";\s*", text)):
        bare = piece.removesuffix(".") if piece.endswith(".") and text.rstrip().endswith(piece) else piece
        if aka := _WEAK_AKA.match(bare):
            found.weak.append(aka.group(1).strip("'"))
        elif born := _BORN.match(bare):
            found.birth_dates.append(born.group(1))
        elif of := _OF.match(bare):
            found.countries.append(of.group(1))
        elif number := _remark_number(bare.removeprefix("alt. ")):
            found.identifiers.append(number)
        elif bare:
            found.rest.append(piece)
    return found


def _remark_number(piece: str) -> tuple[str, str] | None:
    if _digital(piece):
        kind, _, number = piece.rpartition(" ")
        return (kind, number) if number else None
    for kind in _BY_LENGTH:
        if piece.startswith(kind + " "):
            number = re.sub(
                r"\s*\([^()]*\)(?:\s+(?:issued|expires)\b.*)?$|\s+(?:issued|expires)\b.*$", "", piece[len(kind) + 1 :]
            )
            return vessel_number(kind, number) if number else None
    return None
