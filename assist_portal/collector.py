"""Python's garbage collector, in processes that are loaded once and then answer for days."""

import gc

# How many more objects than before call for a look at the young ones. A page makes some thousands and drops them all by itself;
# Python's 700 had each of them looked at several times while it was being made.
YOUNG = 10_000


def share_what_is_loaded() -> None:
    """Keep the collector's hands off it: it would write into every page, and each process have its own."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
