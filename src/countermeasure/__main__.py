"""``python -m countermeasure``."""

from countermeasure.cli import main

main()
