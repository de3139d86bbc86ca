"""Flags that several commands share, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Book", "Chapter98", "Chapter98Value", "CsvOut", "Explain", "Facts", "FaultsFile", "Into", "JsonOut", "KnownOn",
    "Mode", "On", "Origin", "Output", "Quantities", "ReadingName", "Scenarios", "Sheet", "Strict", "Use", "Value",
    "Xlsx",
]  # fmt: skip

Origin = Annotated[str, typer.Option("--origin", help="Country of origin, code or name; in a table for lines that name none.")]
On = Annotated[str, typer.Option("--on", metavar="DAY", help="Day of entry, YYYY-MM-DD; today for a single number.")]
Value = Annotated[str, typer.Option("--value", metavar="USD", help="Customs value; without it rates only.")]
Into = Annotated[str, typer.Option("--into", metavar="US|CN", help="Customs territory of import.")]
Facts = Annotated[
    list[str],
    typer.Option("--fact", metavar="NAME=VALUE", help="A known fact, as car_part=yes or steel_value_share=0.3."),
]
Use = Annotated[str, typer.Option("--use", help="Uses claimed, split by semicolons; none: no use at all.")]
Quantities = Annotated[list[str], typer.Option("--quantity", metavar="N UNIT", help="As 120kg or '30 doz'; may be repeated.")]
Mode = Annotated[str, typer.Option("--mode", help="sea, air, rail, road, mail or other; sea adds a fee.")]
Chapter98 = Annotated[str, typer.Option("--chapter-98", metavar="NUMBER", help="Number of chapter 98 that is claimed.")]
Chapter98Value = Annotated[
    str, typer.Option("--chapter-98-value", metavar="USD", help="Value of the repair, or of the US parts.")
]
KnownOn = Annotated[str | None, typer.Option("--known-on", metavar="DAY", help="Use only what was published by then.")]
ReadingName = Annotated[
    str,
    typer.Option("--reading", metavar="text|announced|both", help="Law alone, statements honoured, or both where they differ."),
]
Scenarios = Annotated[
    list[str],
    typer.Option("--scenario", metavar="FILE", help="More instruments: a file or a shipped name; may be repeated."),
]
Book = Annotated[Path | None, typer.Option("--book", metavar="FOLDER", help="A book of your own.")]
Explain = Annotated[bool, typer.Option("--explain", help="Show citations, and what does not apply and why.")]
JsonOut = Annotated[bool, typer.Option("--json", help="JSON to standard output.")]
CsvOut = Annotated[bool, typer.Option("--csv", help="CSV to standard output, one row per line and reading.")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Excel: lines, components, open facts, sources.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="File; its suffix decides: .csv .json .jsonl .xlsx .parquet."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a table that has any fault.")]
FaultsFile = Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Write every fault to this CSV.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of an Excel file; the first if absent.")]
