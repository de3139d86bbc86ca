"""Sheets of a portfolio and their columns: one table that the reader, the template and the reference page share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from countermeasure.book.tables import CONFIDENCE
from countermeasure.io.line_cells import MODES
from countermeasure.supply.firm.run import LICENSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.book.model import Fact

__all__ = ["EXAMPLE", "PARTY_ROLES", "SHEETS", "Column", "SheetSpec", "columns_of"]

EXAMPLE = "EXAMPLE"
"""A row whose first cell begins with this word is not read."""
PARTY_ROLES = ("own", "supplier", "customer", "carrier", "other")
"""What a party can be to the firm."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: Its head.
        note: What belongs in it, with the unit.
        example: A cell of the example row.
        others: Other heads that are understood.
        required: Whether every row must have it.
        choices: Words that may stand in it; a list to pick from in the template.
        of: Sheet whose ids it holds, or empty.
        kind: ``text``, ``number``, ``amount``, ``share``, ``day`` or ``flag``, for the template's formats.
    """

    name: str
    note: str
    example: str = ""
    others: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()
    of: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """A sheet.

    Attributes:
        name: Its name, and that of its CSV file.
        what: What a row is, and when the sheet is needed.
        columns: Those it has by name; facts of the book may stand beside them in ``goods`` and ``shipments``.
        others: Other names that are understood.
        key: Columns that together must not repeat.
        required: Whether a portfolio must have it.
        facts: Whether facts of the book may be columns.
    """

    name: str
    what: str
    columns: tuple[Column, ...]
    others: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    required: bool = False
    facts: bool = False
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})


def _flag(name: str, note: str, example: str = "") -> Column:
    return Column(name, f"{note} yes, no or unknown.", example, choices=("yes", "no", "unknown"), kind="flag")


_NOTE = Column("note", "Anything you want to keep beside the row; it is not read.", "", ("notes", "remark", "comment"))
_SOURCE = Column("source", "Who says so: a declaration, a register, a data sheet.", "", ("said by", "evidence"))
_CONFIDENCE = Column(
    "confidence",
    "How well it is known: " + "; ".join(f"{letter} {words}" for letter, words in CONFIDENCE.items()) + ". U if empty.",
    "",
    ("grade",),
    choices=tuple(CONFIDENCE),
)
_CURRENCY = Column("currency", "Currency of the value, three letters; USD if empty.", "EUR", ("curr", "ccy"))
_CONTROL = Column(
    "control_code",
    "Chinese control code, as 1C905.a.4; none where you state that no list names it; empty where you do not know.",
    "1C905.a.4",
    ("code", "cn code", "chinese control code"),
)
_ECCN = Column("eccn", "US classification, as 3A001 or EAR99; empty where you do not know.", "EAR99", ("us classification",))
_ELEMENTS = Column("elements", "Chemical symbols it holds, split by ;", "Nd;Dy", ("element", "chemical elements"))
_FORM = Column(
    "form",
    "What it is: metal, alloy, oxide, compound, magnet, target, assembly, finished, equipment, technology and so on.",
    "magnet",
)
_CN_TECHNOLOGY = _flag("cn_technology", "Made with Chinese rare-earth technology?")
_USE = Column(
    "end_use",
    "What it is used for, words split by ; as civil, automotive, medical, military. Empty where you do not know.",
    "automotive",
    ("use",),
)

_FIRM = SheetSpec(
    "firm",
    "The firm, one row.",
    (
        Column("name", "The firm.", "Example Antriebe GmbH", ("firm", "company"), required=True),
        Column("home", "Its country, code or name.", "DE", ("country",), required=True),
        Column("as_of", "Day on which these sheets were true, YYYY-MM-DD.", "2026-11-27", ("date", "day"), kind="day"),
        _NOTE,
    ),
    ("company", "about"),
    required=True,
)
_PARTIES = SheetSpec(
    "parties",
    "Everyone you deal with, and your own companies: one row each. Names are looked up on the lists.",
    (
        Column("party", "Your id for it; other sheets point to it.", "C-1", ("party id", "id", "partner"), required=True),
        Column("name", "Its name as registered.", "Example Pumps LLC", ("party name",), required=True),
        Column("country", "Country, code or name.", "US", ("country code",), required=True),
        Column("role", "What it is to you.", "customer", ("type", "relation"), choices=PARTY_ROLES),
        Column("address", "Address; it helps to tell namesakes apart.", "1 Example Road, Springfield"),
        Column("ids", "Numbers of registers, kind=number split by ; as lei=5299000000EXAMPLE000.", "", ("identifiers",)),
        Column("lists", "Lists on which you know it stands, split by ; as us-el or cn-ecl.", "", ("listed on",)),
        _flag("unlisted", "Do you state that it stands on no list?"),
        _flag("military", "Is it a military user?", "no"),
        _USE,
        _NOTE,
    ),
    ("party", "partners", "customers and suppliers", "companies"),
    ("party",),
)
_OWNERS = SheetSpec(
    "owners",
    "Who owns a party: one row for each owner. Leave a share empty where it is not known; that differs from zero.",
    (
        Column("party", "Id of the party that is owned.", "C-1", ("owned", "entity"), required=True, of="parties"),
        Column("owner", "Name of the owner.", "Example Holding", ("name", "owner name", "holder"), required=True),
        Column("share", "Share it holds: 0.5 or 50% or 20%..30%; empty where not known.", "50%", ("percent",), kind="share"),
        Column("country", "Country of the owner.", "US", ("owner country",)),
        Column("lists", "Lists on which you know the owner stands, split by ;", "", ("listed on",)),
        _SOURCE,
        _CONFIDENCE,
        _NOTE,
    ),
    ("owner", "ownership", "holdings"),
    ("party", "owner"),
)
_SITES = SheetSpec(
    "sites",
    "Plants, stores and offices: one row each.",
    (
        Column("site", "Your id for it.", "P-1", ("site id", "id", "plant"), required=True),
        Column("name", "Its name.", "Example plant", ("site name",), required=True),
        Column("country", "Country, code or name.", "DE", required=True),
        Column("party", "Id of the party that runs it.", "OWN-1", ("operator", "run by"), of="parties"),
        _NOTE,
    ),
    ("site", "plants", "locations"),
    ("site",),
)
_GOODS = SheetSpec(
    "goods",
    "What you buy, make or sell: one row each.",
    (
        Column("good", "Your id for it.", "G-1", ("good id", "id", "sku", "part number", "item", "line_id"), required=True),
        Column("description", "What it is, in plain words.", "Sintered NdFeB ring magnet with Dy", ("goods", "product name"),
               required=True),
        Column("hs", "Tariff number outside the United States, 6 to 10 digits, as text.", "850511", ("hs code", "cn number")),
        Column("hts", "Number of the US tariff, 8 or 10 digits, as text.", "8505.11.00.70", ("hts_code", "hts number")),
        Column("origin", "Country where it was made; empty where you do not know.", "CN", ("made_in", "coo",
               "country of origin")),
        Column("made_at", "Id of your site that makes it.", "", ("site", "plant"), of="sites"),
        _CONTROL,
        _ECCN,
        _ELEMENTS,
        _flag("elements_complete", "Do the elements name all that matter?"),
        _FORM,
        _flag("meets_threshold", "Does it meet the technical limit of the control list?"),
        _CN_TECHNOLOGY,
        _flag("us_technology", "Is it a direct product of US technology, software or plant?"),
        Column("cn_content", "Share of its value that is Chinese annex 1 part 1 material, if you know it without a bill.", "",
               ("cn_content_share", "chinese content"), kind="share"),
        Column("us_content", "Share of its value that is controlled US content, if you know it without a bill.", "",
               ("us_controlled_content",), kind="share"),
        Column("value", "Value of one piece; a range as 60..90 where not exact.", "12.50", ("unit value", "price"),
               kind="amount"),
        _CURRENCY,
        Column("steel_value_share", "Share of the customs value that is steel.", "", ("steel share",), kind="share"),
        Column("aluminium_value_share", "Share of the customs value that is aluminium.", "", ("aluminum_value_share",
               "aluminium share", "aluminum share"), kind="share"),
        Column("copper_value_share", "Share of the customs value that is copper.", "", ("copper share",), kind="share"),
        Column("us_content_share", "Share of the customs value that was made in the United States.", "", ("us value share",),
               kind="share"),
        Column("product", "What it is on the supply chain, as NdFeB with Dy, SmCo, dysprosium oxide, motor; empty for other "
               "goods.", "NdFeB with Dy", ("chain product", "kind")),
        Column("kg_per_piece", "kg of magnet, metal or oxide in one piece.", "0.04", ("kg each", "weight per piece"),
               kind="number"),
        _SOURCE,
        _CONFIDENCE,
        _NOTE,
    ),
    ("good", "items", "products", "articles"),
    ("good",),
    required=True,
    facts=True,
)  # fmt: skip
_MATERIALS = SheetSpec(
    "materials",
    "Bills of material: one row for each material or part in a good.",
    (
        Column("good", "Id of the good it is in.", "G-2", ("in good", "assembly"), required=True, of="goods"),
        Column("material", "Your id for it; the id of a good takes over what is told there.", "G-1", ("part", "component",
               "id"), required=True),
        Column("parent", "Material of the same good that it is in, for a bill of several levels.", "", ("part of", "in")),
        Column("description", "What it is; empty where it is a good of yours.", "", ("part name",)),
        Column("origin", "Country where it was made; empty where you do not know.", "CN", ("made_in", "coo",
               "country of origin")),
        Column("supplier", "Id of the party that supplies it.", "S-1", ("vendor",), of="parties"),
        Column("value", "Value of one piece; a range as 60..90 where not exact, empty where not known.", "4.20",
               ("unit value", "price"), kind="amount"),
        _CURRENCY,
        Column("share", "In place of a value: share of the good's value, 0.02 or 2% or 1%..3%, all pieces together.", "",
               ("value_share", "share of value"), kind="share"),
        Column("quantity", "Pieces in the good, or in the parent; 1 if empty.", "2", ("qty", "quantity_each"), kind="number"),
        _CONTROL,
        _ECCN,
        _ELEMENTS,
        _FORM,
        _CN_TECHNOLOGY,
        _SOURCE,
        _CONFIDENCE,
        _NOTE,
    ),
    ("material", "bom", "bill of materials", "parts", "components"),
    ("good", "material"),
)  # fmt: skip
_SUPPLIERS = SheetSpec(
    "suppliers",
    "Who supplies the goods you buy: one row for each supplier of a good; the shares of a good sum to 1.",
    (
        Column("good", "Id of the good.", "G-1", ("part",), required=True, of="goods"),
        Column("supplier", "Id of the party.", "S-1", ("party", "vendor"), required=True, of="parties"),
        Column("origin", "Country its goods are sent from.", "CN", ("sent from", "supplier country"), required=True),
        Column("share", "Share of your supply of this good: 0.8 or 80%.", "100%", ("share of supply", "split", "allocation"),
               required=True, kind="share"),
        Column("license", "State of the export license for its goods.", "applied", ("licence", "license state", "permit"),
               choices=LICENSES),
        Column("applied_on", "Day of the application.", "2026-10-20", ("application date", "filed on"), kind="day"),
        _NOTE,
    ),
    ("supplier", "sources", "sourcing"),
    ("good", "supplier"),
)  # fmt: skip
_SHIPMENTS = SheetSpec(
    "shipments",
    "What is sent to you, by you or between your sites: one row for each shipment, or for a series of equal ones.",
    (
        Column("shipment", "Your id for it.", "T-1", ("shipment id", "id", "line_id", "reference"), required=True),
        Column("good", "Id of the good.", "G-2", ("goods", "item"), required=True, of="goods"),
        Column("on", "Day on which it leaves.", "2026-12-07", ("date", "day", "ship date", "exported_on", "export date"),
               required=True, kind="day"),
        Column("entry_on", "Day of entry at its destination; the day it leaves if empty.", "2026-12-28", ("entry_date",
               "date of entry"), kind="day"),
        Column("from", "Country it leaves, or id of your site.", "DE", ("sent_from", "dispatched from"), required=True),
        Column("to", "Country it goes to, or id of your site.", "US", ("sent_to", "destination", "into"), required=True),
        Column("value", "Customs value of the whole shipment; empty where not known.", "62500", ("value_usd", "amount",
               "customs value"), kind="amount"),
        _CURRENCY,
        Column("quantity", "How much.", "5000", ("qty",), kind="number"),
        Column("unit", "Unit of the quantity, as No., kg, t.", "No.", ("uom",)),
        Column("weight_kg", "Net weight of the whole shipment, kg.", "", ("weight", "net weight"), kind="number"),
        Column("mode", "How it travels.", "sea", ("mode of transport", "transport"),
               choices=tuple(dict.fromkeys(MODES.values()))),
        Column("terms", "Terms of delivery, as DAP or FCA; kept for the reader.", "DAP", ("incoterms", "incoterm")),
        Column("exporter", "Id of the party that exports.", "", (), of="parties"),
        Column("seller", "Id of the party that sells.", "", (), of="parties"),
        Column("maker", "Id of the party that made it.", "", ("manufacturer",), of="parties"),
        Column("buyer", "Id of the party that buys.", "", (), of="parties"),
        Column("importer", "Id of the party that imports.", "", (), of="parties"),
        Column("intermediate_consignee", "Id of a party that it passes through.", "", ("via party",), of="parties"),
        Column("consignee", "Id of the party that receives it.", "", (), of="parties"),
        Column("end_user", "Id of the party that uses it.", "C-1", (), of="parties"),
        Column("service_provider", "Id of the party that carries, brokers or clears.", "", ("carrier", "broker"),
               of="parties"),
        _USE,
        Column("every_days", "Days between shipments, where there are several.", "28", ("every", "interval"), kind="number"),
        Column("times", "How many there are; 1 if empty.", "4", ("repeats", "how often"), kind="number"),
        _NOTE,
    ),
    ("shipment", "deliveries", "lines", "transactions"),
    ("shipment",),
    required=True,
    facts=True,
)  # fmt: skip
_STOCKS = SheetSpec(
    "stocks",
    "What lies where, and how fast it is used: one row for each good at a site.",
    (
        Column("good", "Id of the good.", "G-1", ("material", "part", "item"), required=True, of="goods"),
        Column("site", "Id of the site.", "P-1", ("plant", "location"), required=True, of="sites"),
        Column("quantity", "How much lies there.", "9000", ("qty", "stock", "on hand"), required=True, kind="number"),
        Column("unit", "g, kg, t (1,000 kg) or pieces.", "pieces", ("uom",), required=True,
               choices=("g", "kg", "t", "pieces")),
        Column("weekly_use", "How much is used in a week, in the same unit.", "1500", ("use per week", "weekly usage",
               "weekly demand"), required=True, kind="number"),
        Column("line", "Line that stops without it.", "Motor hall 1", ("production line", "stops")),
        Column("value_per_week_usd", "What a week of that line is worth, US dollars.", "400000", ("value per week",
               "line value"), kind="number"),
        Column("counted_on", "Day of the count.", "2026-11-27", ("count date", "as_of"), kind="day"),
        _NOTE,
    ),
    ("stock", "inventory", "inventories"),
    ("good", "site"),
)  # fmt: skip
_RATES = SheetSpec(
    "rates",
    "Rates of exchange, where values are not in US dollars: one row for each currency.",
    (
        Column("currency", "Three letters.", "EUR", ("ccy",), required=True),
        Column("usd_per_unit", "US dollars for one unit.", "1.10", ("rate", "usd"), required=True, kind="number"),
        Column("on", "Day of the rate.", "2026-11-27", ("date", "day"), kind="day"),
        Column("source", "Who publishes it.", "your bank", (), required=True),
        _CONFIDENCE,
        _NOTE,
    ),
    ("rate", "exchange rates", "fx"),
    ("currency",),
)

SHEETS: dict[str, SheetSpec] = {
    sheet.name: sheet
    for sheet in (_FIRM, _PARTIES, _OWNERS, _SITES, _GOODS, _MATERIALS, _SUPPLIERS, _SHIPMENTS, _STOCKS, _RATES)
}
"""Sheets of a portfolio by name, in the order in which they are filled."""


def columns_of(sheet: SheetSpec, facts: Mapping[str, Fact], control_facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """Columns that are understood, each with its other names."""
    found = {column.name: column.others for column in sheet.columns}
    if not sheet.facts:
        return found
    taken = {"exported_on", *found, *(name for names in found.values() for name in names)}
    if sheet.name == "goods":
        found["use"] = ("uses", "use claims")
    if sheet.name == "shipments":
        found["entry_time"] = ("entry_minute",)
    return found | {name: () for name in (*facts, *control_facts) if name not in taken and name != "entry_minute"}
