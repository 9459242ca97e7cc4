"""Universes beyond flows and people: pooled volumes, skills to train, recommended actions, surcharges.

Who is in a group, which skill is below its level, which flow an action is about: who contributes to what, as
the study's own analysis finds it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

import eit_analysis as eit
from eit_analysis import reference
from eit_analysis.employment import workforce
from eit_analysis.employment.skills import skill_gaps
from eit_analysis.flows import extrapolation, recommendations, sorting, taxes
from eit_analysis.reference.dated import today
from eit_analysis.reference.factors import factor_table
from eit_analysis.synergies.pooling import groups

from .knowledge import Known, Terms

MASS = "mass_t_per_year"
RADIUS_KM = 15.0  # the reports' own
FREE = 2  # of either sign


def _kept(frame: pd.DataFrame, refused: set[str]) -> pd.DataFrame:
    return frame[~frame["site_id"].isin(refused)].reset_index(drop=True)


def add_pooling(known: Known, tag: str, study: eit.Study, refused: set[str], flows: pd.DataFrame) -> None:
    """Volumes of groups by member: tonnes that leave, or what a firm needs."""
    frames = (study.load("sites"), study.readiness(), study.sharing())
    sites, readiness, sharing = (_kept(frame, refused) for frame in frames)
    found = eit.synergies.Assessment(flows, sites, readiness, study.settings, study.synergy_register())
    pools, shares = found.pooled(sharing, RADIUS_KM)
    together = groups.numbered(pools)
    together = together[["pooling_id", "group_number", "nature", "label", "category"]]
    members = together.merge(shares, on="pooling_id").reset_index(drop=True)
    if members.empty:
        return
    out = flows[flows["direction"] == "out"]
    ids, rows = [], []
    for row, member in members.iterrows():
        own = out[(out["site_id"] == member["site_id"]) & (out["category"] == member["category"])]
        kept = own[own["route"] != "reuse"]
        linked = next(
            (f for f in (own, kept) if np.isclose(f[MASS].sum(), member["volume_per_year"])), own[:0]
        )
        if len(linked):  # the tonnes of the flows themselves
            names = [(study.wave, flow) for flow in linked["flow_id"]]
            found_ids = known.variables(MASS, names, linked["site_id"], linked[MASS])
        else:
            name = (study.wave, member["label"])
            found_ids = known.variables("pooled", [name], [member["site_id"]], [member["volume_per_year"]])
        ids.append(found_ids)
        rows += [row] * len(found_ids)
    keys = members.iloc[rows].astype({"group_number": int}).astype({"group_number": str})
    variables = np.concatenate(ids)
    known.add(f"{tag} pools", keys, {"pooled_volume_per_year": [(variables, np.ones(len(variables)))]})


def add_extrapolation(known: Known, tag: str, study: eit.Study, refused: set[str], out: pd.DataFrame) -> None:
    """The whole territory: each firm's tonnes times the staff that it stands for, over its own.

    The size of a firm is known (a register gives its class), so that the coefficient is: it is what the
    estimator makes of one tonne of that firm.
    """
    register = study.establishments
    if not register or out.empty:
        return
    sites = _kept(study.load("sites"), refused)
    respondents, silent = extrapolation.split(out, sites, study.load(register))
    branches = extrapolation.branches(reference.load("naf_divisions"), reference.load("waste_per_employee"))
    planned = extrapolation.plan(respondents, silent, branches)
    factors, name = {}, "extrapolated_t_per_year"
    for site in out["site_id"].unique():
        alone = np.where(out["site_id"] == site, out[MASS], 0.0)
        one = out.assign(category="other", **{MASS: alone})  # the estimator is the same for every family
        mass = one[MASS].sum()
        rows = extrapolation.by_category(one, planned).frame.set_index("category")
        factors[site] = float(rows.loc["Total", name]) / mass if mass else 0.0
    ids = known.variables(MASS, [(study.wave, f) for f in out["flow_id"]], out["site_id"], out[MASS])
    outgoing = next(u for u in known.universes if u.name == f"{tag} out")
    outgoing.measures[name] = [(ids, out["site_id"].map(factors).to_numpy(float))]


def add_skills(known: Known, tag: str, study: eit.Study, refused: set[str]) -> None:
    """People to train, and the levels that they lack together."""
    asked, jobs = _kept(study.load("skills"), refused), _kept(study.load("workforce"), refused)
    rows = skill_gaps.prepare(asked, workforce.occupation_labels(jobs)).reset_index(drop=True)
    names = [
        (study.wave, *name) for name in zip(rows["site_id"], rows["skill"], rows["source_row"], strict=True)
    ]
    measures: dict[str, Terms] = {}
    for measure in ("to_train", "gap_people_levels"):
        ids = known.variables(measure, names, rows["site_id"], rows[measure])
        measures[measure] = [(ids, (rows["to_train"] > 0).to_numpy(float))]
    known.add(f"{tag} skills", rows, measures, people=True)


def add_actions(known: Known, tag: str, study: eit.Study, refused: set[str], out: pd.DataFrame) -> None:
    """Tonnes of each recommended action, those to confirm included, and the surcharge of bad sorting."""
    rules, factors = reference.load("compatibility"), factor_table(study.settings.factors)
    years = taxes.steps(int(today()[:4]))
    aside = _kept(eit.flows.set_aside(study.flows("all")), refused)
    candidates = recommendations.actions(out, years, rules, factors, aside).reset_index(drop=True)
    if len(candidates):
        names = [(study.wave, flow) for flow in candidates["flow_id"]]
        mass = known.variables(MASS, names, candidates["site_id"], candidates[MASS])
        known.add(f"{tag} actions", candidates, {MASS: [(mass, np.ones(len(mass)))]})
    bad = sorting.badly_sorted(sorting.mark_sorting(out)).reset_index(drop=True)
    if len(bad):
        names = [(study.wave, flow) for flow in bad["flow_id"]]
        compared = (bad["clean_reference"] != "none").to_numpy(float)
        amounts = (bad[MASS] * bad["surcharge_eur_per_t"]).fillna(0.0)
        extra = known.variables("surcharge", names, bad["site_id"], amounts, FREE)
        mass = known.variables(MASS, names, bad["site_id"], bad[MASS])
        measures: dict[str, Terms] = {
            MASS: [(mass, compared)],
            "surcharge_eur_per_year": [(extra, compared)],
        }
        known.add(f"{tag} sorted", bad, measures)
