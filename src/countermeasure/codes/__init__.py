"""Codes of the field: days, tariff numbers, countries and their groups, money."""

from countermeasure.codes.country import (
    COUNTRIES,
    ORIGINS,
    Country,
    country,
    country_or_none,
    encode_countries,
    origin_index,
)
from countermeasure.codes.day import (
    NO_DAY,
    format_day,
    format_instant,
    from_date,
    parse_day,
    parse_days,
    parse_instant,
    to_date,
)
from countermeasure.codes.groups import Group, Groups, Membership
from countermeasure.codes.hts import (
    HTS_FAULT_TEXT,
    HtsCode,
    HtsFault,
    dotted_int10,
    encode_codes,
    near,
    parse_hts,
)
from countermeasure.codes.money import CURRENCIES, PRICED, Money, parse_money
from countermeasure.codes.yamltext import Loaded, Place, load_text, parse_text

__all__ = [
    "COUNTRIES",
    "CURRENCIES",
    "HTS_FAULT_TEXT",
    "NO_DAY",
    "ORIGINS",
    "PRICED",
    "Country",
    "Group",
    "Groups",
    "HtsCode",
    "HtsFault",
    "Loaded",
    "Membership",
    "Money",
    "Place",
    "country",
    "country_or_none",
    "dotted_int10",
    "encode_codes",
    "encode_countries",
    "format_day",
    "format_instant",
    "from_date",
    "load_text",
    "near",
    "origin_index",
    "parse_day",
    "parse_days",
    "parse_hts",
    "parse_instant",
    "parse_money",
    "parse_text",
    "to_date",
]
