"""The brief: what a firm has and does, and what the engines say of it."""

from countermeasure.brief.model import Action, Brief, FirstPage, Run, Section
from countermeasure.brief.portfolio import (
    PARTY_COLUMNS,
    Good,
    Holding,
    LeftOut,
    Material,
    Party,
    Place,
    Portfolio,
    Rate,
    Shipment,
    Site,
    Stock,
    Supplier,
)

__all__ = [
    "PARTY_COLUMNS",
    "Action",
    "Brief",
    "FirstPage",
    "Good",
    "Holding",
    "LeftOut",
    "Material",
    "Party",
    "Place",
    "Portfolio",
    "Rate",
    "Run",
    "Section",
    "Shipment",
    "Site",
    "Stock",
    "Supplier",
]
