"""What other territories sent, as an audience may read it: no text of theirs names an actor of this study.

A neighbour may name whoever it likes, be it an actor that refuses to be named here. Such a text is left out;
a territory that is called so is left out whole.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from eit_analysis.intake.territories import Territories
from eit_analysis.publishing.consents import rosters
from eit_analysis.publishing.page_words import ordinary
from eit_analysis.publishing.release.names import Names, allowed
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.study import Study


def readable(received: Territories, study: Study, viewer: Viewer) -> Territories:
    """The same tables, texts that this audience may not read missing; all of them for the team."""
    if viewer.internal or received.tables["territory"].empty:
        return received
    now = rosters(study)
    names = Names(now, [record.actors for record in ReleaseLog(study).records()], ordinary(study))
    may_name = allowed(study, viewer.audience, now)

    def shut(text: object) -> bool:
        return isinstance(text, str) and bool(names.found(text) - may_name)

    def hushed(table: pd.DataFrame) -> pd.DataFrame:
        kept = table[~table["territory"].map(shut).to_numpy(dtype=bool)].reset_index(drop=True)
        for name in kept.select_dtypes(exclude="number"):
            kept[name] = kept[name].mask(kept[name].map(shut), None)
        return kept

    tables = {name: hushed(table) for name, table in received.tables.items()}
    return replace(received, tables=tables, converted=hushed(received.converted))
