"""Run the command line in this process."""

import pytest

from countermeasure.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    """A function from arguments to exit code, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["countermeasure", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = 0 if stop.code is None else int(stop.code)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
