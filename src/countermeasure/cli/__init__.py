"""The command line: one verb per question."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported; small matrices lose by two threads

from countermeasure.cli.app import main

__all__ = ["main"]
