"""What is known of each occupation beside its people: how scarce candidates are, and where its family goes.

Scarcity goes from 0 (easy to recruit) to 1 (hardest), in three voices: firms (note / 4), employers of the
basin in the BMO survey (share of difficult projects), DARES (tension class, (class − 1) / 4). Two voices
contradict each other when they are half of the scale apart or more.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.forecast.national_forecast import HORIZON_YEARS
from eit_analysis.employment.workforce import occupations
from eit_analysis.reference import scales

VOICES = {"firms": "hiring_difficulty", "basin": "basin_difficult_share_percent", "dares": "tension_class"}
APART = 0.5
# The fourth character of a FAP-2021 code is the level of its posts; of 0 (heads, artisans) there is none.
LEVELS = {"6": "employee", "9": "manager"} | dict.fromkeys("234", "worker")
LEVELS |= dict.fromkeys("78", "technician")
SIGNALS = [
    "occupation", "headcount", "level", "fap_family", "rated_people", *VOICES.values(), *VOICES,
    "basin_difficult_level", "national_growth",
]  # fmt: skip


def signals(
    workforce: pd.DataFrame,
    rome_fap: pd.DataFrame,
    basin: Breakdown,
    dares: Breakdown,
    national: pd.DataFrame,
) -> pd.DataFrame:
    """One row for each occupation, in alphabetical order; what is not known is missing.

    Parameters
    ----------
    workforce : DataFrame
        Prepared rows.
    rome_fap : DataFrame
        ``reference/rome_fap.csv``: of several families of a ROME code the first gives level and family.
    basin, dares : Breakdown
        From ``basin_needs.tension`` and ``dares_tension.published_tension``.
    national : DataFrame
        From ``national_forecast.national_forecast``.

    Returns
    -------
    DataFrame
        `SIGNALS`: people, and those whose firm rated the difficulty; ``level`` of `LEVELS`, ``fap_family``
        (three characters); the voices as published, then from 0 to 1; growth per year of the families in
        France, ln(Σ forecast / Σ now) / 5.
    """
    table = occupations(workforce).frame.sort_values("occupation", ignore_index=True)
    rated = workforce[workforce["hiring_difficulty"].notna()].groupby("occupation")["headcount"].sum()
    table["rated_people"] = table["occupation"].map(rated).fillna(0.0).astype(float)
    coded = workforce[["occupation", "rome_code"]].dropna().drop_duplicates("occupation")
    codes = coded.merge(rome_fap.drop_duplicates("rome_code"), on="rome_code")
    family = table["occupation"].map(codes.set_index("occupation")["fap_code"]).astype(object)
    table["fap_family"], table["level"] = family.str[:3], family.str[3].map(LEVELS).astype(object)
    for voice, source in (("basin", basin), ("dares", dares)):
        known = source.frame.set_index("occupation")[VOICES[voice]]
        table[VOICES[voice]] = table["occupation"].map(known).astype(float)
    level = basin.frame.set_index("occupation")["basin_difficult_level"]
    table["basin_difficult_level"] = table["occupation"].map(level)
    table["firms"], table["basin"] = table["hiring_difficulty"] / 4, table[VOICES["basin"]] / 100
    table["dares"] = (table[VOICES["dares"]] - 1) / 4
    people = national.groupby("occupation")[["national_thousands", "national_forecast_thousands"]].sum()
    people["growth"] = np.log(people.iloc[:, 1].astype(float) / people.iloc[:, 0].astype(float))
    table["national_growth"] = table["occupation"].map(people["growth"]).astype(float) / HORIZON_YEARS
    return table[SIGNALS]


def contradictions(known: pd.DataFrame, workforce: pd.DataFrame) -> Breakdown:
    """Occupations of which two voices are `APART` or more of the scale, farthest first.

    The pair named is one of the firms' if there is one. How far the firms are is told from the ends at which
    their mean is printed (``reference.scales``).

    Returns
    -------
    Breakdown
        ``occupation, difficulty_of_4, basin_difficult_share_percent, tension_of_5, basin_difficult_level``
        (as published), ``contradiction`` (``firms_basin``: easier for the first), ``voices_apart`` (0 to 1).
    """
    rows, (low, high) = [], scales.ends("difficulty_of_4")
    for row in known.assign(firms=known["firms"].clip(low / 4, high / 4)).to_dict("records"):
        far = {pair: abs(row[pair[0]] - row[pair[1]]) for pair in combinations(VOICES, 2)}
        far = {pair: apart for pair, apart in far.items() if apart >= APART}
        heard = [pair for pair in far if "firms" in pair] or [*far]
        pair = max(heard, key=lambda pair: far[pair], default=())
        if pair:
            easier_first = "_".join(sorted(pair, key=lambda voice: row[voice]))
            published = (row[c] for c in (*VOICES.values(), "basin_difficult_level"))
            rows.append([row["occupation"], *published, easier_first, far[pair]])
    columns = [
        "occupation", "difficulty_of_4", VOICES["basin"], "tension_of_5", "basin_difficult_level",
        "contradiction", "voices_apart",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).sort_values(
        ["voices_apart", "occupation"], ascending=[False, True], ignore_index=True
    )
    return Breakdown(table, ["occupation"], workforce, "headcount", people=True)
