"""What a study says is decided, and by whom: an actor, or an organisation in the study's own words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from eit_analysis import french
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer


@dataclass(eq=False, repr=False)
class Decisions(Table):
    """Rows whose columns ``sites`` hold site ids or other words.

    A row leaves when every actor of these columns may be named; one of organisations alone is everybody's. It
    holds nothing that actors declared.
    """

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        secret = [site for site in viewer.names if not viewer.may_name(site)]
        kept = self.frame[~self.frame[list(self.sites)].isin(secret).any(axis=1)].reset_index(drop=True)
        left = len(self.frame) - len(kept)
        lines = french.counted(left, "ligne n'est pas diffusée", "lignes ne sont pas diffusées")
        note = self.noted(f"{lines} à ce public." if left else "")
        return super(Decisions, replace(self, frame=kept, note=note))._for(viewer, seen)

    def named(self, frame: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
        return frame.assign(
            **{
                column: [viewer.name(who) if who in viewer.names else who for who in frame[column]]
                for column in self.sites
            }
        )
