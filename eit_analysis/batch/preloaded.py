"""What every study imports and reads, once: the server that studies are forked from imports this."""

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
