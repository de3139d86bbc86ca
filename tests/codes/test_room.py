import subprocess
import sys
from pathlib import Path

import countermeasure.codes
import countermeasure.io

SRC = Path(countermeasure.codes.__file__).parents[2]


def test_public_names_are_sorted_and_there():
    for room in (countermeasure.codes, countermeasure.io):
        assert len(set(room.__all__)) == len(room.__all__)
        for name in room.__all__:
            assert getattr(room, name) is not None


HEAVY = ("pyarrow", "pandas", "rapidfuzz", "pydantic", "xlsxwriter", "python_calamine", "duckdb")


def test_import_is_light():
    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); import countermeasure.codes, countermeasure.io; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
