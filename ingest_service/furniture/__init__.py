"""Site furniture, learned from the pages: the lines that a site repeats at their edges, and its suspect texts. Pure."""

from ingest_service.furniture.known import NO_LINES, NOTHING_LEARNED, Furniture, SiteLines
from ingest_service.furniture.page import RULE, Page, page_of

__all__ = ["NOTHING_LEARNED", "NO_LINES", "RULE", "Furniture", "Page", "SiteLines", "page_of"]
