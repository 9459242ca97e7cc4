"""A waste register against the answers: the tonnes of one code of one establishment, side by side.

An establishment is matched by SIRET, its outgoing flows by waste code. The register's year is the site's own
reference year, or else the nearest that the register has. Several flows of one code have

    S = Σ m,        [S − √Σ (m − l)²,  S + √Σ (u − m)²]

as their sum and its 95 % interval (flows are independent), and agree with the register's R when R is within
it. Where the register is preferred, each flow becomes m R / S (R shared equally where S is zero), its
evidence ``measured`` and its interval

    [m exp(−asinh h),  m exp(asinh h)]

with h the relative half-width of a measurement, the lognormal convention of the project's totals.

Source of the interval of a sum: Zou & Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.intake.registers.canonical import WASTE_REGISTERS
from eit_analysis.intake.sheets.ledger import CORRECTIONS, SOURCE, no_lines, typed
from eit_analysis.reference.dated import usual_year
from eit_analysis.tables import header

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"
PAIR = ["site_id", "waste_code"]
YEARS_APART = 1  # a register of another time is listed but replaces nothing: waves must stay comparable
SAME = 1e-9  # relative gap of two sums of the same masses
CONFLICTS = {
    "site_id": "str", "waste_code": "str", "survey_t_per_year": "float64", "survey_low_t_per_year": "float64",
    "survey_high_t_per_year": "float64", "register_t_per_year": "float64", "ratio": "float64",
    "register": "str", "year": "Int64", "agreement": "str", "kept": "str",
}  # fmt: skip


@dataclass(frozen=True)
class Reconciled:
    """What comes out of a reconciliation."""

    flows: pd.DataFrame  #: in the same order; changed only where the register is kept
    #: ``site_id, waste_code``, ``survey_t_per_year`` with its bounds, ``register_t_per_year``, ``ratio``
    #: (register over survey), ``register``, ``year`` (of the register), ``agreement`` (``yes``, ``no``,
    #: ``survey_only``, ``register_only``, ``masked``) and ``kept`` (``register``, ``survey``, ``none``).
    conflicts: pd.DataFrame
    corrections: pd.DataFrame  #: one line per changed flow, tonnes per year before and after


def reconcile(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    waste_register: pd.DataFrame,
    prefer_register: bool,
    half_width: float = 0.05,
) -> Reconciled:
    """Compare, and where asked replace, the answers by the register (equations of this module).

    Left as it is and out of the comparison: a site without SIRET, or that shares it with another, or that no
    register knows; a flow without waste code; an incoming flow. A code that only the register has is listed,
    never added. A code of which the register hides a part (``masked``) is listed, never used.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tidy tables of the wave.
    waste_register : pandas.DataFrame
        ``siret, waste_code, mass_t_per_year, year, direction, register, masked``; several rows of one code
        are added up within a register, never across registers.
    prefer_register : bool
        Whether the register's tonnes replace those of the survey.
    half_width : float
        Relative 95 % half-width of a measured mass.

    Returns
    -------
    Reconciled
        Applying it twice gives the same flows as once, whatever the order of the rows.
    """
    if waste_register.empty:
        nothing = pd.DataFrame(columns=list(CONFLICTS)).astype(CONFLICTS)
        return Reconciled(flows, nothing, no_lines(CORRECTIONS))
    registered = _registered(sites, waste_register)
    compared = (flows["direction"] == "out") & flows["waste_code"].notna()
    compared &= flows["site_id"].isin(registered["site_id"])
    conflicts = _side_by_side(_declared(flows[compared]), registered, prefer_register)
    chosen = conflicts[conflicts["kept"] == "register"].set_index(PAIR)
    pairs = pd.MultiIndex.from_frame(flows[PAIR])
    replaced = compared.to_numpy() & pairs.isin(chosen.index)
    new, changed = _replace(flows, replaced, chosen.reindex(pairs[replaced]), half_width)
    return Reconciled(new, conflicts[list(CONFLICTS)], _corrections(flows[changed], new[changed]))


def _declared(flows: pd.DataFrame) -> pd.DataFrame:
    """Sum and interval by site and code; sorted first, so that the order of the rows changes no bit."""
    rows = flows.sort_values([MASS, LOW, HIGH])
    rows = rows.assign(below=(rows[MASS] - rows[LOW]) ** 2, above=(rows[HIGH] - rows[MASS]) ** 2, flows=1)
    sums = rows.groupby(PAIR)[[MASS, "below", "above", "flows"]].sum().reset_index()
    sums["survey_low_t_per_year"] = sums[MASS] - np.sqrt(sums["below"])
    sums["survey_high_t_per_year"] = sums[MASS] + np.sqrt(sums["above"])
    return sums.rename(columns={MASS: "survey_t_per_year"})


def _registered(sites: pd.DataFrame, waste_register: pd.DataFrame) -> pd.DataFrame:
    """Produced tonnes by site and code in one register and year, with ``gap``, years from the survey's."""
    own = sites.dropna(subset=["siret"]).drop_duplicates("siret", keep=False)
    rows = waste_register[waste_register["direction"] == "out"].dropna(subset=["year"])
    rows = rows.merge(own[["siret", "site_id", "reference_year"]], on="siret")
    wanted = rows["reference_year"].fillna(usual_year(sites)).fillna(rows["year"].max())
    rows["gap"] = (rows["year"].astype(float) - wanted).abs()
    rows = rows.sort_values(["gap", "year", MASS], ascending=[True, False, True])
    rows = rows[rows["year"] == rows.groupby(["site_id", "register"])["year"].transform("first")]
    sums = rows.groupby([*PAIR, "register", "year", "gap"]).agg({MASS: "sum", "masked": "any"}).reset_index()
    sums["rank"] = (
        sums["register"].map({name: rank for rank, name in enumerate(WASTE_REGISTERS)}).astype(float)
    )
    sums = sums.sort_values([*PAIR, "masked", "rank", "register"]).drop_duplicates(PAIR)
    return sums.rename(columns={MASS: "register_t_per_year"})


def _side_by_side(declared: pd.DataFrame, registered: pd.DataFrame, prefer_register: bool) -> pd.DataFrame:
    both = declared.merge(registered, on=PAIR, how="outer", indicator=True)
    both = both.sort_values(PAIR, ignore_index=True)
    masked = both["masked"].eq(True)
    survey, register = both["survey_t_per_year"], both["register_t_per_year"].mask(masked)
    within = (register >= both["survey_low_t_per_year"] * (1 - SAME)) & (
        register <= both["survey_high_t_per_year"] * (1 + SAME)
    )
    both["agreement"] = np.select(
        [both["_merge"] == "left_only", masked, both["_merge"] == "right_only", within],
        ["survey_only", "masked", "register_only", "yes"],
        "no",
    )
    usable = both["agreement"].isin(["yes", "no"]) & (both["gap"] <= YEARS_APART)
    both["kept"] = np.select([usable & prefer_register, survey.notna()], ["register", "survey"], "none")
    return both.assign(
        register_t_per_year=register,
        ratio=register / survey.where(survey > 0),
        year=both["year"].astype("Int64"),
    )


def _replace(
    flows: pd.DataFrame, replaced: np.ndarray, chosen: pd.DataFrame, half_width: float
) -> tuple[pd.DataFrame, np.ndarray]:
    """The flows with the register's tonnes, and which of them it changed; ``chosen`` has a row per flow."""
    survey, register = (chosen[f"{name}_t_per_year"].to_numpy(float) for name in ("survey", "register"))
    same = np.isclose(survey, register, rtol=SAME, atol=0)
    # Scaled to itself a mass must keep every bit, or a second application would correct it again.
    factor = np.where(same, 1.0, register / np.where(survey > 0, survey, 1.0))
    old = flows.loc[replaced, MASS].to_numpy(float)
    mass = np.where((survey > 0) | same, old * factor, register / chosen["flows"].to_numpy(float))
    spread = np.exp(np.arcsinh(half_width))
    new = flows.copy()
    for name, value in ((MASS, mass), (LOW, mass / spread), (HIGH, mass * spread)):
        new.loc[replaced, name] = value
    new.loc[replaced, "evidence"], new.loc[replaced, "density_unit"] = "measured", None
    columns = [MASS, LOW, HIGH, "evidence"]
    return new, (new[columns] != flows[columns]).any(axis=1).to_numpy()


def _corrections(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    frame = before[SOURCE].assign(
        column=header("flows", "quantity"),
        raw_value=before[MASS].map("{:.12g}".format),
        clean_value=after[MASS].map("{:.12g}".format),
        rule="register_preferred",
    )
    return typed(frame[CORRECTIONS]).sort_values(CORRECTIONS, ignore_index=True)
