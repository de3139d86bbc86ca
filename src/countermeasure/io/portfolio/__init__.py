"""A firm's portfolio in a workbook or a folder of CSV: read, checked, written, and a template to fill."""

from countermeasure.io.limits import UPLOAD, Limits
from countermeasure.io.portfolio.read import PortfolioFile, read_portfolio, shipped_portfolio

__all__ = ["UPLOAD", "Limits", "PortfolioFile", "read_portfolio", "shipped_portfolio"]
