"""The command line: one verb per question."""

from countermeasure.cli.app import main

__all__ = ["main"]
