"""Build the shipped record of moves (``data/talks/timeline.csv``) from the table of facts.

    python -m countermeasure.io.build_timeline FACTS OUT

``FACTS`` is the folder that holds ``timeline.csv``; written is ``OUT/talks/timeline.csv``. Rows and columns stay as they
are; a head is put above, and names of working files in the words are replaced by what they stand for. The same input
gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from countermeasure.errors import InputError, NotFoundError
from countermeasure.talks.timeline import COLUMNS, parse_timeline

__all__ = ["WORDS", "build", "main", "reworded"]

WORDS = (
    ("rows of the list data; MOFCOM notices", "MOFCOM notices, by way of the project's table of listed parties"),
    ("i-Cable, 2 Jan 2025; list data", "i-Cable, 2 Jan 2025; the project's table of listed parties"),
    ("list data", "the project's table of listed parties"),
    ("us_tariff_actions.yaml", "the project's table of US tariff actions"),
    (" (address as in cn_measures.yaml)", ""),
    (" (seen only quoted inside a code repository)", " (seen only as a quotation)"),
    ("; outcome not seen in stored material", "; outcome not seen"),
)
"""Words of the facts and what stands in their place; the first that is found is taken."""

_HEAD = {
    "name": "timeline",
    "title": "Moves of the United States, China and third parties in their trade conflict, 2018 to 2027",
    "source": "as each row says",
    "licence": "facts in the project's own words; the table is under the licence of the project",
    "confidence": "per row, column verification: seen, the page cited was read and says it; secondary, another document does",
    "observed_until": "",
    "made_by": "python -m countermeasure.io.build_timeline FACTS OUT ; do not edit by hand",
    "notes": (
        "direction is 1 for an escalation, -1 for the opposite and 0 for neither, and response_to the row that a move answers:"
        " judgement of one coder. A second coder of 40 rows agreed with kappa 0.87 on direction and 0.58 on response_to, so"
        " reactions cannot be estimated from response_to. date_precision says how well the day is known. status scheduled is a"
        " clock whose outcome was not seen, and observed_until the last day of any other row. end_date is the last day as the"
        " source says it. Moves are those that were found: a quiet stretch may be one where nothing was looked up. Most"
        " rows fall in 2025 and 2026; years before cannot be counted."
    ),
}


def reworded(text: str) -> str:
    """A cell without names of working files."""
    for found, put in WORDS:
        if found in text:
            return text.replace(found, put)
    return text


def build(facts: Path) -> str:
    """Text of ``timeline.csv``.

    Raises:
        NotFoundError: If the facts are not there.
        InputError: If they have other columns, or a row cannot be read.
    """
    path = facts / "timeline.csv"
    if not path.is_file():
        raise NotFoundError("there is no timeline.csv", where=str(facts), cure="Give the folder of the facts.")
    with path.open(encoding="utf-8-sig", newline="") as held:
        reader = csv.DictReader(held)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"the columns must be {','.join(COLUMNS)}", code="bad_table", where=f"{path.name}:1")
        rows = [{column: reworded((row[column] or "").strip()) for column in COLUMNS} for row in reader]
    until = max((row["date"] for row in rows if row["status"] != "scheduled"), default="")
    out = io.StringIO()
    for key, words in _HEAD.items():
        out.write(f"# {key}: {until if key == 'observed_until' else words}\n")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    parse_timeline(out.getvalue(), path.name)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Command line: ``FACTS OUT``."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m countermeasure.io.build_timeline FACTS OUT\n")
        return 2
    out = Path(arguments[1]) / "talks"
    out.mkdir(parents=True, exist_ok=True)
    (out / "timeline.csv").write_text(build(Path(arguments[0])), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
