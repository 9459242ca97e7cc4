"""The indicators of an index of studies, in the words of its tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from eit_analysis.batch.standing import Standing, percent, pooled_done, pooled_per_employee
from eit_analysis.french import whole
from eit_analysis.publishing.wording import number

PER_EMPLOYEE, DONE = "Tonnes sortantes par salarié et par an", "Part des pistes réalisées"
LOST = "Tonnes incinérées sans valorisation ou stockées, par salarié et par an"
OF_WHOM = {
    PER_EMPLOYEE: "Calculé sur les acteurs qui déclarent des sortants, à la dernière vague, hors traitement "
    "des déchets et masses invraisemblables.",
    LOST: "Calculé sur les mêmes acteurs. Les tonnes de destination inconnue n’y sont pas, ni dans "
    "l’intervalle\u00a0: là où il y en a, les tonnes perdues peuvent être plus nombreuses, et l’écart "
    "entre deux études disparaître.",
    DONE: "Calculé sur les pistes du registre, à la dernière vague.",
}


def measures(standings: dict[str, Standing], called: dict[str, str]) -> list[tuple[Any, ...]]:
    """Of each indicator: its title, whom it is of, its rows, what is behind each, and who is left out."""
    tonnes = {PER_EMPLOYEE: "per_employee", LOST: "lost_per_employee"}
    behind = {
        name: (whole(one.n_actors), whole(round(one.n_employees)), percent(one.unknown_share))
        for name, one in standings.items()
    }
    ratios = {title: {name: getattr(one, field) for name, one in standings.items()}
              for title, field in tonnes.items()}  # fmt: skip
    found = []
    for title, known in ratios.items():
        left = [
            f"{called[name]}, {behind[name][2]}"
            for name in known
            if ratios[PER_EMPLOYEE][name] and not known[name]
        ]
        found.append((title, OF_WHOM[title], printed(pooled_per_employee(known), 2, "t"), behind, left))
    return [*found, (DONE, OF_WHOM[DONE], printed(pooled_done(standings), 0, "%"), {}, [])]


def printed(table: pd.DataFrame, decimals: int, unit: str) -> list[tuple[Any, ...]]:
    """Rows of an indicator, the highest first: study, raw value, pooled value and its interval, in words."""
    ordered = table.sort_values("pooled", ascending=False, kind="stable")
    rows = [(n, *(number(v, decimals) for v in values)) for n, *values in ordered.itertuples(name=None)]
    unit = f"\u00a0{unit}"
    return [(name, raw + unit, near + unit, f"{low} à {high}{unit}") for name, raw, near, low, high in rows]
