"""An open, offline engine for trade controls.

Give it a good, its origin and a day, and it says which duty applies, under which provisions, and why.
"""

from countermeasure._version import __version__

__all__ = ["__version__"]
