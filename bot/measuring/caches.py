"""What a machine keeps between two audits, wired once: by the settings alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from analyzers.facts import FACTS_VERSION
from bot.measuring.measure import Caches
from bot.reading.facts_reader import Reader
from bot.reading.reader_pool import ReaderPool
from bot.settings.settings import LocalSettings
from bot.stores.analysis_version import ANALYSIS_VERSION
from bot.stores.facts_store import FactsStore
from bot.stores.index_store import IndexStore
from bot.stores.past_store import PastStore


@contextmanager
def opened_caches(settings: LocalSettings, *, pruned: bool = False) -> Iterator[Caches]:
    """What this machine knows of the files it has read, and the processes that read others; `pruned` first, if due."""
    with ExitStack() as stack:
        store = stack.enter_context(closing(FactsStore(settings.data_dir / "facts.sqlite3", FACTS_VERSION)))
        indexes = stack.enter_context(closing(IndexStore(settings.data_dir / "index.sqlite3", ANALYSIS_VERSION)))
        past = stack.enter_context(closing(PastStore(settings.data_dir / "past.sqlite3", ANALYSIS_VERSION)))
        for cache in (store, indexes, past) if pruned else ():
            cache.prune_if_due()
        pool = stack.enter_context(
            ReaderPool(settings.reader_processes, settings.reader_file_seconds, settings.reader_memory_bytes)
        )
        yield Caches(Reader(store, pool, settings.max_file_bytes), indexes, past)
