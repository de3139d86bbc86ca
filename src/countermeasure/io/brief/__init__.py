"""A brief as one HTML file, Markdown, Excel or PDF; all hold the same words and numbers."""

from countermeasure.io.brief.files import WRITABLE, brief_bytes, write_brief

__all__ = ["WRITABLE", "brief_bytes", "write_brief"]
