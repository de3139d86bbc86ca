"""``countermeasure read``: which measures does a text speak of, and what does the book say to it?"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

__all__ = ["read"]


def read(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="A text: .txt, .md or .html, or - for standard input.")],
    dated: Annotated[str | None, typer.Option("--dated", metavar="DAY", help="Day of the text, YYYY-MM-DD.")] = None,
    known_on: flags.KnownOn = None,
    book: flags.Book = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder for tables, JSON, the page, and drafts of a scenario and an instrument."
        ),
    ] = None,
    show: Annotated[
        str, typer.Option("--show", metavar="all|claims", help="Every sentence, or those with claims alone.")
    ] = "all",
    as_json: flags.JsonOut = False,
) -> None:
    """Which measures, rates and days does a text speak of, and does the book agree?

    countermeasure read article.txt --dated 2025-11-07 --out reading
    """
    if show not in ("all", "claims"):
        raise InputError(f"{show!r} is not a way to show a text", code="bad_option", cure="Use all or claims.")
    from dataclasses import replace

    from countermeasure.book.load import Book
    from countermeasure.codes.day import parse_day
    from countermeasure.io.press_files import press_json, read_source, write_press
    from countermeasure.press.drafts import drafts_of
    from countermeasure.press.read import read_text, sources_of

    day, known = (None if one is None else parse_day(one) for one in (dated, known_on))
    text, name = read_source(source)
    held = Book.shipped() if book is None else Book.load(book)
    account = read_text(text, sources_of(held), name=name, dated=day, known_on=known)
    account = replace(account, drafts=drafts_of(account, held))
    files = write_press(out, account) if out is not None else []
    if out is not None:
        from countermeasure.cli.talk import told_files

        told_files(len(files), out)
    if as_json:
        sys.stdout.write(json.dumps(press_json(account), ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.read_screen import screen
    from countermeasure.cli.talk import show_parts

    show_parts(screen(account, files, everything=show == "all"))
