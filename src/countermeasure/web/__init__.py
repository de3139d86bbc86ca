"""The page: one web server over the same functions as the command line, with the same answers."""

from __future__ import annotations

__all__: list[str] = []
