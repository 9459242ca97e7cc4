"""Lookups over the factors: one factor for a category and a route."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

import pandas as pd

from eit_analysis import reference
from eit_analysis.errors import EitError, InputError
from eit_analysis.french import exact
from eit_analysis.reference.job_units import tonnes_per_unit
from eit_analysis.tables import CATEGORIES, ROUTES

# What is declared of each factor: its unit, what it depends on, between which values it lies.
KINDS = reference.load("factor_kinds").set_index("factor")
# What every computation over the table assumes.
FACTOR_UNITS = reference.pairs("factor_kinds", "factor", "unit")
WITHOUT_ROUTE = frozenset(KINDS.index[KINDS["of_route"] == "no"])
# Beyond so many times the highest reference value, a job coefficient is not in the unit it says.
MOST_TIMES_REFERENCE = 4.0
KEY = ["factor", "category", "route"]
VALUES = ["low", "central", "high"]
# Waste of buildings, concrete of its makers and what is sorted of the two, beside minerals of a quarry.
DEMOLISHED = ("17", "101314", "191209")
QUARRY_MINERAL = "quarry_mineral"  # their rows among the factors of emissions, recycled


class MissingFactorError(EitError, LookupError):
    """No factor answers, neither for the category nor for all."""


class Override(Protocol):
    """What a study says of one factor (``config.FactorOverride``)."""

    factor: str
    category: str
    route: str
    low: float
    central: float
    high: float
    unit: str
    source: str


def factor_table(overrides: Iterable[Override] = ()) -> pd.DataFrame:
    """The reference factors, each overridden row replaced by the study's own values and source.

    Parameters
    ----------
    overrides : iterable of Override
        ``[[factors]]`` of ``study.toml``. An override takes the boundary of its factor and its unit, which it
        may repeat; jobs must say theirs and are converted (:mod:`job_units`). Avoided emissions are negative,
        a share lies between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        Columns ``factor, category, route, low, central, high, unit, boundary, source, year``; ``category``
        and ``route`` are missing where the row answers for all, ``year`` on an overridden row.

    Raises
    ------
    InputError
        When an override names no known factor, category or route, or cannot be in the unit of its factor.
    """
    table = reference.load("factors")
    table["year"] = table["year"].astype("Int64")
    check_units(table)
    own = [_checked(override, table) for override in overrides]
    if not own:
        return table
    study = pd.DataFrame(own, columns=[*KEY, *VALUES, "source"])
    keys, own_keys = (pd.MultiIndex.from_frame(t[KEY].fillna("")) for t in (table, study))
    if own_keys.has_duplicates:
        twice = "/".join(str(part) for part in own_keys[own_keys.duplicated()][0])
        raise _wrong(twice, "cette valeur est donnée deux fois, gardez-en une")
    like = table.drop_duplicates("factor").set_index("factor")
    study["unit"] = study["factor"].map(like["unit"])
    study["boundary"] = study["factor"].map(like["boundary"])
    study["year"] = pd.array([pd.NA] * len(study), dtype="Int64")
    return pd.concat([table[~keys.isin(own_keys)], study[table.columns]], ignore_index=True)


def check_units(table: pd.DataFrame) -> None:
    """Refuse a factor that is not in its declared unit: a job per 10,000 t read as per 1,000 t is ten jobs.

    Raises
    ------
    InputError
        At the first row in another unit.
    """
    expected = table["factor"].map(FACTOR_UNITS)
    wrong = table[table["unit"] != expected]
    if len(wrong):
        row = wrong.iloc[0]
        wanted = FACTOR_UNITS.get(row["factor"])
        if pd.isna(row["unit"]):
            problem = f"l'unité manque, indiquez {wanted}"
        elif wanted is None:
            problem = "ce facteur est inconnu, retirez la ligne ou corrigez son nom"
        elif row["factor"] == "jobs":
            problem = f"l'unité {row['unit']} n'est pas admise, donnez des ETP pour 1\u00a0000 t ({wanted})"
        else:
            problem = f"l'unité {row['unit']} n'est pas admise, convertissez en {wanted}"
        raise InputError(problem, file="factors.csv", row=int(wrong.index[0]) + 2, column=str(row["factor"]))


def _wrong(name: str, problem: str) -> InputError:
    return InputError(problem, file="study.toml", column=f"factors, {name}")


def _checked(
    override: Override, table: pd.DataFrame
) -> tuple[str, str | None, str | None, float, float, float, str]:
    """The override as a row of the table, or one French sentence on what is wrong with it."""
    factor, category, route = override.factor, override.category, override.route
    low, central, high = override.low, override.central, override.high
    name = "/".join((factor, category, route))
    if factor not in FACTOR_UNITS:
        raise _wrong(name, f"ce facteur est inconnu, choisissez parmi {', '.join(FACTOR_UNITS)}")
    known = dict.fromkeys([*CATEGORIES, *table.loc[table["factor"] == factor, "category"].dropna()])
    if category and category not in known:
        raise _wrong(name, f"cette catégorie est inconnue, choisissez parmi {', '.join(known)}")
    kind = KINDS.loc[factor]
    if factor in WITHOUT_ROUTE:
        if route or (category and kind["of_family"] == "no"):
            unused = "ne dépend pas de l'exutoire, laissez-le vide"
            if kind["of_family"] == "no":
                unused = "ne dépend ni de la catégorie ni de l'exutoire, laissez-les vides"
            raise _wrong(name, f"ce facteur {unused}")
    elif route not in ROUTES:
        raise _wrong(name, f"indiquez l'exutoire, à choisir parmi {', '.join(ROUTES)}")
    if not (math.isfinite(low) and math.isfinite(high) and low <= central <= high):
        raise _wrong(name, "les valeurs doivent être croissantes (low, central, high), corrigez-les")
    if low < kind["at_least"] or low <= kind["more_than"] or high > kind["at_most"]:
        raise _wrong(name, str(kind["problem_fr"]))
    source = override.source.strip()
    if not source:
        raise _wrong(name, "la source est vide, indiquez d'où vient la valeur")
    if factor == "jobs":
        low, central, high = _fte_per_1000_t(name, override, table)
        source += f" ({exact(override.central)} {override.unit})"
    elif override.unit not in ("", FACTOR_UNITS[factor]):
        raise _wrong(
            name, f"l'unité {override.unit} n'est pas admise, convertissez en {FACTOR_UNITS[factor]}"
        )
    return factor, category or None, route or None, low, central, high, source


def _fte_per_1000_t(name: str, override: Override, table: pd.DataFrame) -> tuple[float, float, float]:
    """The three values of a job coefficient per 1,000 t, from the unit it declares."""
    try:
        scale = 1000 / tonnes_per_unit(override.unit)
    except ValueError as error:
        raise _wrong(name, str(error)) from None
    most = MOST_TIMES_REFERENCE * lookup(table, "jobs", override.category, override.route)["high"]
    if override.low < 0 or scale * override.high > most:
        raise _wrong(
            name,
            f"la valeur n'est pas entre 0 et {exact(most)} ETP pour 1\u00a0000 t, quatre fois la plus haute "
            "de référence, vérifiez l'unité dans la source",
        )
    return scale * override.low, scale * override.central, scale * override.high


def lookup(table: pd.DataFrame, factor: str, category: str = "", route: str = "") -> pd.Series:
    """The row of a :func:`factor_table` for a category and a route: the exact one, else of every category.

    The factors of ``WITHOUT_ROUTE`` ignore the route.

    Raises
    ------
    MissingFactorError
        When no row answers.
    """
    rows = table[table["factor"] == factor]
    rows = rows[rows["route"].isna() if factor in WITHOUT_ROUTE else rows["route"] == route]
    for found in (rows[rows["category"] == category], rows[rows["category"].isna()]):
        if len(found):
            return found.iloc[0]
    family = f" de la famille «\u00a0{CATEGORIES.get(category, category)}\u00a0»" if category else ""
    towards = f" vers l'exutoire «\u00a0{ROUTES.get(route, route)}\u00a0»" if route else ""
    said = reference.sentence("factor_missing", factor=factor, family=family, towards=towards)
    raise MissingFactorError(said)


def for_flows(flows: pd.DataFrame, table: pd.DataFrame, factor: str) -> pd.DataFrame:
    """Low, central and high of a factor for the code and route of each flow, else its family, else its route.

    As :func:`lookup`, for all flows at once, after the few codes whose factor is not that of a family
    (``factors_by_code.csv``: healthcare waste, portable batteries, mill scale).

    Parameters
    ----------
    flows : pandas.DataFrame
        ``category``, ``route`` and, where it is known, ``waste_code``.
    table : pandas.DataFrame
        :func:`factor_table`.

    Returns
    -------
    pandas.DataFrame
        ``low``, ``central``, ``high`` on the index of ``flows``; missing where no row answers.
    """
    rows = table[table["factor"] == factor]
    keys, of_route = ["category", "route"], rows[rows["category"].isna()]
    exact = flows[keys].merge(rows.dropna(subset="category")[[*keys, *VALUES]], how="left")
    general = flows[["route"]].merge(of_route[["route", *VALUES]], how="left")
    found = exact[VALUES].fillna(general[VALUES]).set_axis(flows.index)
    if "waste_code" not in flows:
        return found
    own = reference.load("factors_by_code").query("factor == @factor")
    for prefix, route, *values in own[["waste_code_prefix", "route", *VALUES]].itertuples(index=False):
        coded = flows["waste_code"].astype("str").str.startswith(prefix) & (flows["route"] == route)
        found.loc[coded.fillna(False), VALUES] = values
    return found


def is_quarry_mineral(flows: pd.DataFrame) -> pd.Series:
    """Which flows (``category``, ``waste_code``) are minerals known to be of no demolition.

    Recycled, they replace sand, stones or limestone of a quarry. The family has the figure of demolished
    concrete, and of the steel in it, which stands for what has no code too.
    """
    code = flows["waste_code"].astype("str").fillna("")
    demolished = code.str.startswith(DEMOLISHED) | code.isin(["", "unknown"])
    return (flows["category"] == "mineral") & ~demolished
