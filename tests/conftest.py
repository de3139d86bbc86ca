"""Fixtures for all tests."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported; small matrices lose by two threads

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True)  # the same examples in every run
settings.load_profile("fixed")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of working material beside the checkout, or a skip that says why."""
    folder = Path(os.environ.get("COUNTERMEASURE_SHARED", ROOT.parent / "shared"))
    if not (folder / "facts").is_dir():
        pytest.skip(f"working material not found beside the checkout ({folder.name}/facts)")
    return folder
