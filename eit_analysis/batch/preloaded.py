"""What every study imports and reads, once: the server that studies are forked from begins by importing this.

The texts of all of it are of one kind, and so are those of the studies: pandera keeps the first that it meets.
"""

import pandas as pd

pd.set_option("mode.string_storage", "python")  # as a run keeps them to make its pages

from eit_analysis import settings_checks  # noqa: E402, F401
from eit_analysis.intake import results  # noqa: E402, F401
from eit_analysis.publishing import press  # noqa: E402, F401
from eit_analysis.publishing.report import preload  # noqa: E402
from eit_analysis.publishing.version import program_digest  # noqa: E402

preload(texts=True)
program_digest()
