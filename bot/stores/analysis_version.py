"""The name under which results of an analysis are kept."""

from typing import Final

from analyzers.index import INDEX_VERSION
from bot.version import VERSION

ANALYSIS_VERSION: Final = f"{INDEX_VERSION}-{VERSION}"
"""Names what an analysis gives: another release may find other things, or say them otherwise."""
