"""Lookups over the factors: one factor for a category and a route, and quantities of the form into tonnes."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Protocol

import pandas as pd

from eit_analysis import reference
from eit_analysis.errors import EitError, InputError
from eit_analysis.tables import CATEGORIES, ROUTES

# The one unit of each factor: what every computation over the table assumes.
FACTOR_UNITS = {
    "treatment_cost": "eur/t",
    "emissions_impact": "kgCO2e/t",
    "emissions_avoided": "kgCO2e/t",
    "jobs": "fte_per_1000_t",
    "transport_emissions": "kgCO2e/t.km",
    "transport_cost": "eur/t.km",
}
WITHOUT_ROUTE = ("transport_emissions", "transport_cost")
# One full-time job for ten tonnes: above it, the value was given for 10,000 t.
MOST_FTE_PER_1000_T = 100.0
KEY = ["factor", "category", "route"]
VALUES = ["low", "central", "high"]

# Spellings that neither case, accents nor a plural explain.
ALIASES = {
    "metre cube": "m3", "m cube": "m3", "m 3": "m3", "m^3": "m3", "mc": "m3", "to": "t", "tn": "t",
    "tonne metrique": "t", "kilog": "kg", "quintaux": "quintal", "qx": "quintal", "qtx": "quintal",
    "lt": "l", "u": "unite", "pce": "piece", "pc": "piece", "pal": "palette", "bigbag": "big bag",
    "palette eur": "palette europe", "palette epal": "palette europe", "europalette": "palette europe",
    "europe palette": "palette europe", "cubitainer 1000 l": "cuve 1000 l", "gr": "g",
    "ordinateur portable": "ordinateur", "pc portable": "ordinateur", "unite centrale": "ordinateur",
    "moniteur": "ecran", "ampoule": "lampe", "neon": "tube", "tube neon": "tube", "frigo": "refrigerateur",
}  # fmt: skip
NOT_PLURAL = ("repas",)


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
    source: str


def factor_table(overrides: Iterable[Override] = ()) -> pd.DataFrame:
    """The reference factors, each overridden row replaced by the study's own values and source.

    Parameters
    ----------
    overrides : iterable of Override
        ``[[factors]]`` of ``study.toml``. An override takes the unit and the boundary of its factor, so its
        values must be in them; jobs are full-time equivalents per 1,000 t, avoided emissions are negative.

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
    own = [_checked(override) for override in overrides]
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
        if wanted is None:
            problem = "ce facteur est inconnu, retirez la ligne ou corrigez son nom"
        elif row["factor"] == "jobs":
            problem = f"l'unité {row['unit']} n'est pas admise, donnez des ETP pour 1\u00a0000 t ({wanted})"
        else:
            problem = f"l'unité {row['unit']} n'est pas admise, convertissez en {wanted}"
        raise InputError(problem, file="factors.csv", row=int(wrong.index[0]) + 2, column=str(row["factor"]))


def _wrong(name: str, problem: str) -> InputError:
    return InputError(problem, file="study.toml", column=f"factors, {name}")


def _checked(
    override: Override,
) -> tuple[str, str | None, str | None, float, float, float, str]:
    """The override as a row of the table, or one French sentence on what is wrong with it."""
    factor, category, route = override.factor, override.category, override.route
    low, central, high = override.low, override.central, override.high
    name = "/".join((factor, category, route))
    if factor not in FACTOR_UNITS:
        raise _wrong(name, f"ce facteur est inconnu, choisissez parmi {', '.join(FACTOR_UNITS)}")
    if category and category not in CATEGORIES:
        raise _wrong(name, f"cette catégorie est inconnue, choisissez parmi {', '.join(CATEGORIES)}")
    if factor in WITHOUT_ROUTE:
        if route or category:
            raise _wrong(name, "ce facteur ne dépend ni de la catégorie ni de l'exutoire, laissez-les vides")
    elif route not in ROUTES:
        raise _wrong(name, f"indiquez l'exutoire, à choisir parmi {', '.join(ROUTES)}")
    if not (math.isfinite(low) and math.isfinite(high) and low <= central <= high):
        raise _wrong(name, "les valeurs doivent être croissantes (low, central, high), corrigez-les")
    if factor == "emissions_avoided" and high > 0:
        raise _wrong(name, "une émission évitée s'écrit en négatif, changez le signe")
    if factor == "jobs" and (high > MOST_FTE_PER_1000_T or low < 0):
        raise _wrong(
            name,
            "les emplois se donnent en ETP pour 1\u00a0000 t, de 0 à 100\u00a0: divisez par 10 une valeur "
            "donnée pour 10\u00a0000 t",
        )
    if not override.source.strip():
        raise _wrong(name, "la source est vide, indiquez d'où vient la valeur")
    return factor, category or None, route or None, low, central, high, override.source


def lookup(table: pd.DataFrame, factor: str, category: str = "", route: str = "") -> pd.Series:
    """The row that answers for a category and a route: the exact one, else the one for every category.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`factor_table`.
    factor, category, route : str
        Codes; the two transport factors depend on neither category nor route and ignore them.

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
    raise MissingFactorError(
        f"Aucun facteur «\u00a0{factor}\u00a0» n'est connu pour un flux{family}{towards}\u00a0: ajoutez-le "
        "avec sa source dans la partie [[factors]] de study.toml."
    )


def normalise_unit(text: object) -> str:
    """A unit as ``units.csv`` spells it: lower case, no accents, singular, without articles (``''`` if none).

    ``"Bennes de 30 m³"`` gives ``"benne 30 m3"``.
    """
    if not isinstance(text, str):
        return ""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("³", "3"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'").replace("-", " ")
    plain = plain.replace("(s)", "")
    plain = re.sub(r"(\d)\s+(\d{3})(?!\d)", r"\1\2", plain)  # 1 000 l
    plain = re.sub(r"(\d)(m3|m\^3|l\b|litre)", r"\1 \2", plain)  # 30m3
    plain = re.sub(r"\bd'|\b(de|du|des)\b|[.()]", " ", plain)
    words = [w[:-1] if len(w) > 2 and w.endswith("s") and w not in NOT_PLURAL else w for w in plain.split()]
    unit = re.sub(r"(\d) litre\b", r"\1 l", " ".join(words))
    unit = re.sub(r"^(?:conteneur|container|poubelle|bac roulant) (?=\d+ l$)", "bac ", unit)
    unit = re.sub(r"^(bac \d{3,4})$", r"\1 l", unit)  # nobody says "bac 660" of anything but litres
    unit = re.sub(r"^(benne \d{1,2})$", r"\1 m3", unit)  # nor "benne 30" of anything but cubic metres
    return ALIASES.get(unit, unit)


@cache
def _units() -> dict[tuple[str, str], tuple[float, float, float, str, str]]:
    table = reference.load("units")
    rows = table[["unit", "category", "t_per_unit", "t_low", "t_high", "kind", "source"]]
    return {
        (unit, "" if pd.isna(category) else category): (float(central), float(low), float(high), kind, source)
        for unit, category, central, low, high, kind, source in rows.itertuples(index=False)
    }


def known_unit(text: str) -> bool:
    """Whether ``units.csv`` knows the unit of a text, whatever period follows (``t/an``, ``kg par mois``)."""
    unit = re.split(r" ?/| par ", text, maxsplit=1)[0]
    return normalise_unit(unit) in {name for name, _ in _units()}


def to_tonnes(quantity: float, unit: object, category: str) -> tuple[float, float, float, str] | None:
    """t = quantity × t_per_unit(unit, category): a quantity of the form in tonnes, its range and its rule.

    Parameters
    ----------
    quantity : float
        In ``unit``, per whatever period.
    unit : str
        As the respondent wrote it.
    category : str
        Code of the family of flow: a volume or a count has no mass without it.

    Returns
    -------
    (central, low, high, rule) or None
        Tonnes, their range from the density or the mass of the piece alone (equal to the central value for a
        unit of mass), and a French sentence for the log of corrections. None when no row of ``units.csv``
        speaks of this unit for this category: nothing is guessed.
    """
    name = normalise_unit(unit)
    found = _units().get((name, category)) or _units().get((name, ""))
    if found is None or pd.isna(quantity):
        return None
    central, low, high, kind, source = found
    if kind == "mass":
        rule = f"unité de masse convertie\u00a0: 1 {name} = {_french(central)} t"
    else:
        family = CATEGORIES.get(category, category)
        rule = (
            f"converti en tonnes\u00a0: 1 {name} ({family}) = {_french(central)} t "
            f"({_french(low)} à {_french(high)}), {source}"
        )
    return quantity * central, quantity * low, quantity * high, rule


def _french(value: float) -> str:
    return f"{value:.8f}".rstrip("0").rstrip(".").replace(".", ",")
