"""Tables of the user, in and out: CSV, Excel, Parquet, JSON. Heavy parts load on first use."""

from countermeasure.io.columns import match_columns, plain_name
from countermeasure.io.faults import Fault, Severity
from countermeasure.io.tables import FORMATS, RawTable, read_table
from countermeasure.io.write import WRITABLE, render, write_table

__all__ = [
    "FORMATS",
    "WRITABLE",
    "Fault",
    "RawTable",
    "Severity",
    "match_columns",
    "plain_name",
    "read_table",
    "render",
    "write_table",
]
