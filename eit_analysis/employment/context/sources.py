"""What public sources say of some people's occupations: the same for a territory's and for one firm's."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.context import basin_needs, dares_tension, signals
from eit_analysis.employment.forecast.national_forecast import national_forecast
from eit_analysis.employment.workforce import families


@dataclass(frozen=True)
class Heard:
    """Families of the occupations, where these go in France, how hard both surveys find them, and all of it.

    ``linked`` is from ``workforce.families``, ``coming`` from ``national_forecast``, ``basin`` from
    ``basin_needs.tension``, ``dares`` from ``dares_tension.published_tension``, ``known`` from
    ``signals.signals``.
    """

    linked: pd.DataFrame
    coming: pd.DataFrame
    basin: Breakdown
    dares: Breakdown
    known: pd.DataFrame


@dataclass(frozen=True)
class Sources:
    """The tables of the sources: ``rome_fap`` of the project, the others as far as they were imported.

    ``fap_rome`` is DARES' correspondence or None, ``history`` from ``panel.of_occupations``, ``needs`` from
    ``basin_needs.basin_needs``, ``tensions`` from ``dares_tension.local_tension``.
    """

    rome_fap: pd.DataFrame
    fap_rome: pd.DataFrame | None
    history: pd.DataFrame
    needs: pd.DataFrame
    tensions: pd.DataFrame

    def of(self, people: pd.DataFrame) -> Heard:
        """What they say of these prepared rows of ``workforce``, whose own answers are the firms' voice."""
        linked = families(people, self.fap_rome)
        coming = national_forecast(self.history, linked)
        basin = basin_needs.tension(people, self.rome_fap, self.needs)
        dares = dares_tension.published_tension(people, linked, self.tensions)
        known = signals.signals(people, self.rome_fap, basin, dares, coming)
        return Heard(linked, coming, basin, dares, known)
