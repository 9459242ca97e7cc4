"""The universes of a cleaned study: flows by every key, months, tax years, waves compared, people.

What is known of a record comes from the processed tables. The months, the tax rates, the reference costs and
the families of codes are public; the definitions are those that the reports state in their « Méthode ».
"""

from __future__ import annotations

import numpy as np
import pandas as pd

import eit_analysis as eit
from eit_analysis import reference
from eit_analysis.employment import workforce
from eit_analysis.employment.context import representation
from eit_analysis.flows import taxes
from eit_analysis.flows.balance import REFERENCES, outlet_balance
from eit_analysis.flows.balance.kin import own_waste
from eit_analysis.flows.balance.survey_network import is_taker, linked
from eit_analysis.flows.balance.territory_balance import recoverable as may_reach
from eit_analysis.flows.comparison import match
from eit_analysis.reference.dated import survey_year, today
from eit_analysis.reference.factors import factor_table

from .knowledge import Known, Terms
from .other_sheets import add_actions, add_extrapolation, add_pooling, add_skills
from .synergies import add_synergies

MASS, COST = "mass_t_per_year", "cost_eur_per_year"
RATES = ["landfill", "incineration"]


def flow_keys(study: eit.Study, refused: set[str]) -> pd.DataFrame:
    """The flows that any page counts, with their keys, without the actors who refused."""
    flows = study.flows("both")
    flows = flows[~flows["site_id"].isin(refused)].reset_index(drop=True)
    communes = reference.load("communes").set_index("commune_code")["epci_name"]
    sections = reference.load("naf_divisions").set_index("naf_division_code")["section"]
    year = survey_year(study.load("sites"), study.wave)
    return taxes.mark_tax(flows, year).assign(
        epci_name=flows["commune_code"].map(communes).astype(object).fillna("unknown"),
        naf_section=flows["naf_division"].map(sections).astype(object).fillna("unknown"),
        wave=study.wave,
    )


def _share_of_months(flows: pd.DataFrame) -> np.ndarray:
    shares = np.zeros((len(flows), 12))
    for row, text in enumerate(flows["months"]):
        months = [int(m) - 1 for m in str(text).split() if m.isdigit()] or list(range(12))
        shares[row, months] = 1 / len(months)
    return shares


def _reference_price(flows: pd.DataFrame, factors: pd.DataFrame) -> np.ndarray:
    """Central treatment cost of the family and route, else of the route; missing where there is none."""
    costs = factors[factors["factor"] == "treatment_cost"]
    exact = costs.dropna(subset="category").set_index(["category", "route"])["central"]
    general = costs[costs["category"].isna()].set_index("route")["central"]
    pairs = pd.MultiIndex.from_frame(flows[["category", "route"]])
    return exact.reindex(pairs).fillna(general.reindex(flows["route"]).set_axis(pairs)).to_numpy(float)


def _variables(known: Known, flows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    names = [(wave, flow) for wave, flow in zip(flows["wave"], flows["flow_id"], strict=True)]
    mass = known.variables(MASS, names, flows["site_id"], flows[MASS])
    # Who pays and who earns is known; a flow without a stated cost has none.
    sign = np.sign(flows["cost_eur_per_t"].fillna(0.0)).astype(int)
    return mass, known.variables(COST, names, flows["site_id"], flows[COST], sign)


def _one(ids: np.ndarray, factor: np.ndarray | float = 1.0) -> Terms:
    return [(ids, np.broadcast_to(np.asarray(factor, dtype=float), ids.shape).copy())]


def add_flows(known: Known, tag: str, flows: pd.DataFrame, study: eit.Study) -> None:
    """The universes of one wave."""
    mass, cost = _variables(known, flows)
    price = _reference_price(flows, factor_table(study.settings.factors))
    stated = (flows["cost_known"] == "yes").to_numpy()
    priced = ~stated & ~np.isnan(price)
    every = np.arange(len(flows))

    def measures(rows: np.ndarray) -> dict[str, Terms]:
        estimate = np.where(priced, np.nan_to_num(price), 0.0)[rows]
        return {
            MASS: _one(mass[rows]),
            "observed_t_per_year": _one(mass[rows]),
            COST: _one(cost[rows], stated[rows]),
            "estimated_cost_eur_per_year": _one(mass[rows], estimate),
            "bill_eur_per_year": _one(cost[rows], stated[rows]) + _one(mass[rows], estimate),
        }

    out = ((flows["direction"] == "out") & (flows["actor_type"] != "outlet")).to_numpy()
    taker = flows["actor_type"].isin(["outlet", "ess"]).to_numpy()
    left = out & (flows["valorised"] != "yes").to_numpy()
    parts = {
        "out": out,
        "in": (flows["direction"] == "in").to_numpy(),
        "reissued": (flows["direction"] == "out").to_numpy() & ~out,
        "left": left,
        "received": (flows["direction"] == "in").to_numpy() & taker,
        "stated": out & stated,
        "unstated": out & priced,
        "all": np.ones(len(flows), dtype=bool),
    }
    for name, part in parts.items():
        rows = every[part]
        known.add(f"{tag} {name}", flows.iloc[rows], measures(rows))
    _add_months(known, f"{tag} months", flows[out], mass[out])
    _add_years(known, f"{tag} years", flows[out], mass[out])
    _add_exchanges(known, tag, study, flows, mass)


def _add_months(known: Known, name: str, out: pd.DataFrame, mass: np.ndarray) -> None:
    shares = _share_of_months(out)
    row, month = np.nonzero(shares)
    keys = out.iloc[row].assign(month=(month + 1).astype(str), peak_month=(month + 1).astype(str))
    known.add(name, keys, {"mass_t_per_month": _one(mass[row], shares[row, month])})


def _add_years(known: Known, name: str, out: pd.DataFrame, mass: np.ndarray) -> None:
    """The tax and its rise at the middle of the public rates of each year."""
    placed = out.assign(place=range(len(out)))
    yearly = taxes.each_year(placed, taxes.steps(int(today()[:4])))
    ids = mass[yearly["place"].to_numpy(dtype=int)]
    middles = {
        f"{of}_eur_per_year": _one(
            ids, ((yearly[f"{rate}_low"] + yearly[f"{rate}_high"]) / 2).to_numpy(float)
        )
        for of, rate in (("tax", "tax"), ("tax_increase", "rise"))
    }
    known.add(name, yearly.assign(year=yearly["year"].astype(str)), middles)


def _add_exchanges(known: Known, tag: str, study: eit.Study, flows: pd.DataFrame, mass: np.ndarray) -> None:
    """What is sent beside what surveyed takers receive, and the gap between them."""
    takes = np.asarray(is_taker(flows["site_id"], study.load("sites")), dtype=bool)
    out = (flows["direction"] == "out").to_numpy()
    sent, received = out & ~takes, ~out & takes
    flows = flows.reset_index(drop=True)
    sites = study.load("sites")
    outlets = outlet_balance(flows, sites, *map(reference.load, REFERENCES))
    recoverable = sent & flows.index.isin(may_reach(flows[sent], flows[~out], sites, outlets).index)
    known.add(
        f"{tag} exchanged",
        flows,
        {
            "sent_t_per_year": _one(mass, sent),
            "recoverable_t_per_year": _one(mass, recoverable),
            "received_t_per_year": _one(mass, received),
            "remainder_t_per_year": _one(mass, received.astype(float) - recoverable),
        },
    )
    own = own_waste(flows, study.load("sites"), outlets).index
    known.add(f"{tag} own", flows.loc[own], {MASS: _one(mass[own])})
    outgoing = out & (flows["actor_type"] != "outlet").to_numpy()
    known.add(f"{tag} paths", flows[outgoing], {MASS: _one(mass[outgoing])})
    # What comes from elsewhere: of the families that receive more than they can have been sent, or that were
    # named.
    named = recoverable & linked(flows, study.load("sites"))
    bounds = []
    for bound, taken in (("at_least", recoverable), ("at_most", named)):
        sign = received.astype(float) - taken
        more = pd.Series(flows["mass_t_per_year"].to_numpy() * sign).groupby(flows["category"].to_numpy())
        kept = (received | taken) & (more.transform("sum") > 0).to_numpy()
        bounds.append((flows[kept].assign(bound=bound), mass[kept], sign[kept]))
    keys, ids, signs = zip(*bounds, strict=True)
    terms = _one(np.concatenate(ids), np.concatenate(signs))
    known.add(f"{tag} elsewhere", pd.concat(keys, ignore_index=True), {MASS: terms})


def add_comparison(known: Known, tag: str, now: pd.DataFrame, before: pd.DataFrame, sites: list[set]) -> None:
    """Both waves: who declared the same family twice, and who did not."""
    waves = match(*(eit.flows.outgoing(flows) for flows in (now, before)), *sites)
    later, mass = len(waves[0]), np.concatenate([_variables(known, wave)[0] for wave in waves])
    keys = pd.concat(waves, ignore_index=True)
    is_now = np.arange(len(keys)) < later
    known.add(
        f"{tag} compared",
        keys,
        {
            MASS: _one(mass, is_now),
            "mass_before_t_per_year": _one(mass, ~is_now),
            "change_t_per_year": _one(mass, np.where(is_now, 1.0, -1.0)),
        },
    )
    known.add(f"{tag} waves", keys, {MASS: _one(mass)})


def add_people(known: Known, tag: str, study: eit.Study, refused: set[str]) -> None:
    """People by site, occupation, age and contract."""
    rows = study.load("workforce")
    rows = rows[~rows["site_id"].isin(refused)].reset_index(drop=True)
    rules = study.settings.disclosure
    keys = workforce.prepare(rows, rules.minimum_people, rules.minimum_units)
    order = rows.groupby(["site_id", "source_file", "source_row"]).cumcount()
    names = [(study.wave, *name) for name in zip(rows["source_file"], rows["source_row"], order, strict=True)]
    measures: dict[str, Terms] = {}
    for measure in ("headcount", "fte", "planned_departures_3y", "planned_hires_3y"):
        measures[measure] = _one(known.variables(measure, names, rows["site_id"], rows[measure]))
    aged = keys["age_band"].isin(list(workforce.AGE_BANDS))
    senior = keys["age_band"].isin(workforce.SENIOR_BANDS).to_numpy(float)
    measures["senior"] = _one(measures["headcount"][0][0], senior)
    measures["aged"] = _one(measures["headcount"][0][0], aged.to_numpy(float))
    # The class of an occupation is that of its own code, before small ones are merged.
    table = reference.load("greening_occupations").drop_duplicates("rome_code").set_index("rome_code")
    greening = rows["rome_code"].map(table["greening"]).astype(object).fillna("unknown")
    classes, weights = _territory(study, rows, keys, refused)
    measures["represented_people"] = _one(measures["headcount"][0][0], weights)
    sites = study.load("sites").drop_duplicates("site_id").set_index("site_id")["headcount"]
    own = rows["site_id"].map(sites)
    sizes = known.variables("declared_headcount", zip(rows["site_id"]), rows["site_id"], own)
    measures["declared_headcount"] = _one(sizes, (~rows["site_id"].duplicated()).to_numpy(float))
    keys = keys.assign(wave=study.wave, greening=greening, job_size_class=classes)
    known.add(f"{tag} people", keys, measures, people=True)
    traits = [name for name in workforce.TRAITS if name in rows]
    told = pd.concat(
        [keys.assign(place=range(len(keys)), trait=name, trait_answer=rows[name]) for name in traits]
        or [keys]
    ).dropna(subset=["trait_answer"] if traits else [])
    if traits and len(told):
        ids = measures["headcount"][0][0][told["place"].to_numpy(dtype=int)]
        known.add(f"{tag} traits", told, {"headcount": _one(ids)}, people=True)


def _territory(
    study: eit.Study, rows: pd.DataFrame, keys: pd.DataFrame, refused: set[str]
) -> tuple[np.ndarray, np.ndarray]:
    """The class of size of every row and how many people of the territory each of its people stands for."""
    sites = study.load("sites")
    sites = sites[~sites["site_id"].isin(refused)]
    register = study.imported(study.establishments) if study.establishments else None
    covered = representation.coverage(keys, sites, register).records
    of_site = covered.drop_duplicates("site_id").set_index("site_id")["job_size_class"]
    weighed = representation.weighted_ages(keys, sites, register).records
    factor = (weighed["represented_people"] / weighed["headcount"]).groupby(weighed["site_id"]).first()
    aged = keys["age_group"].isin(workforce.AGES["age_group"]).to_numpy(float)
    weights = rows["site_id"].map(factor).fillna(0.0).to_numpy(float) * aged
    return rows["site_id"].map(of_site).to_numpy(object), weights


def add_study(known: Known, study: eit.Study, tag: str, waves: list[str]) -> None:
    """All universes of the waves of a study as it is now, under the name of a release."""
    refused = {w: _refused(study.at(w)) for w in waves}
    flows = {w: flow_keys(study.at(w), refused[w]) for w in waves}
    for wave in waves:
        add_flows(known, f"{tag} {wave}", flows[wave], study.at(wave))
        if study.at(wave).has("workforce"):
            add_people(known, f"{tag} {wave}", study.at(wave), refused[wave])
        _add_others(known, f"{tag} {wave}", study.at(wave), refused[wave], flows[wave])
        earlier = [w for w in study.waves if w < wave]
        if earlier:
            before = earlier[-1]
            then = flow_keys(study.at(before), refused.get(before, _refused(study.at(before))))
            sites = [set(study.at(w).load("sites")["site_id"]) for w in (wave, before)]
            add_comparison(known, f"{tag} {wave}", flows[wave], then, sites)


def _add_others(known: Known, tag: str, study: eit.Study, refused: set[str], flows: pd.DataFrame) -> None:
    out = flows[(flows["direction"] == "out") & (flows["actor_type"] != "outlet")].reset_index(drop=True)
    add_actions(known, tag, study, refused, out)
    if study.has("synergy_register"):
        add_synergies(known, tag, study, refused)
    add_extrapolation(known, tag, study, refused, out)
    if study.has("skills") and study.has("workforce"):
        add_skills(known, tag, study, refused)
    if study.has("sharing"):
        add_pooling(known, tag, study, refused, flows)


def _refused(study: eit.Study) -> set[str]:
    sites = study.load("sites")
    return set(sites.loc[sites["consent"] == "none", "site_id"])
