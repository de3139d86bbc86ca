"""A reader that goes away ends a command quietly: a pipe to ``head`` is no fault."""

import os
import subprocess
import sys

import pytest

CALL = [sys.executable, "-c", "from countermeasure.cli import main; main()"]
"""The command line in a process of its own."""


def ended(arguments: list[str], read: int, buffered: bool) -> tuple[int, bytes]:
    """Exit code and errors of a command whose reader takes some bytes and goes."""
    env = os.environ | {"PYTHONUNBUFFERED": "" if buffered else "1"}
    ends, starts = os.pipe()
    with subprocess.Popen([*CALL, *arguments], stdout=starts, stderr=subprocess.PIPE, env=env) as run:
        os.close(starts)
        if read:
            os.read(ends, read)
        os.close(ends)
        return run.wait(60), run.stderr.read() if run.stderr is not None else b""


@pytest.mark.skipif(os.name == "nt", reason="pipes are those of POSIX")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize(
    ("arguments", "read"),
    [(["scenario", "list"], 0), (["scenario", "list", "--json"], 0), (["book", "list", "--csv"], 80), (["--help"], 0)],
)
def test_a_reader_that_goes_away_is_no_fault(arguments: list[str], read: int, buffered: bool) -> None:
    code, errors = ended(arguments, read, buffered)
    assert (code, errors.count(b"Traceback"), errors.count(b"BrokenPipe")) == (0, 0, 0)


@pytest.mark.skipif(os.name == "nt", reason="pipes are those of POSIX")
@pytest.mark.parametrize("buffered", [True, False])
def test_an_error_keeps_its_code_where_nobody_reads(buffered: bool) -> None:
    assert ended(["scenario", "show", "nobody", "--json"], 0, buffered)[0] == 4
