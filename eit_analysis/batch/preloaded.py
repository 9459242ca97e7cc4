"""What every study imports and reads, once: the server that studies are forked from imports this."""

import gc
import os

# One thread a study for its small matrices: as many studies as there are cores are made at once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import pandas as pd

from eit_analysis import settings_checks  # noqa: F401
from eit_analysis.batch import standing  # noqa: F401
from eit_analysis.intake import results  # noqa: F401
from eit_analysis.publishing import publish  # noqa: F401
from eit_analysis.publishing.version import program_digest
from eit_analysis.publishing.workers import preload

with pd.option_context("mode.string_storage", "python"):  # as a run keeps the texts that it makes pages with
    preload()
program_digest()
gc.set_threshold(20_000, 20, 50)  # as that of a command
gc.collect()
gc.freeze()  # what all studies share is neither looked at again by each, nor copied by being looked at
