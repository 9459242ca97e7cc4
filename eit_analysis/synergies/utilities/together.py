"""The exchanges of heat, water or gas that bring most together, where several ask for the same source.

    maximise    sum_j  v_j f_j - c_j b_j
    such that   sum_{j from i} f_j t_j <= Q_i,   sum_{j to k} f_j d_j <= N_k,   0 <= f_j <= b_j,   b_j 0 or 1

with f_j the part of exchange j that takes place, b_j whether its pipe is laid, v_j what the whole exchange
saves in a year less all it costs but the pipe, c_j the year's share of the pipe (:mod:`surplus`), t_j and d_j
what it takes and delivers at most, Q_i the amount of source i and N_k that of need k. A pipe is paid whole,
however little flows in it. Who shares an amount is taken to share the power too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from eit_analysis.config import StudyConfig
from eit_analysis.french import fold_words
from eit_analysis.records import TOTAL
from eit_analysis.remembered import remembered
from eit_analysis.synergies.checklist import FUMES
from eit_analysis.synergies.impacts import DIVERTED, INDICATORS
from eit_analysis.synergies.listings import AGREED, at_worst, largest_first, surest_first
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words
from eit_analysis.synergies.utilities.answered import kept_apart, with_answers
from eit_analysis.synergies.utilities.at_home import left_for_others, reused
from eit_analysis.synergies.utilities.at_home import listed as own_listed
from eit_analysis.synergies.utilities.covered import with_covered
from eit_analysis.synergies.utilities.factors import factor_table
from eit_analysis.synergies.utilities.matching import pairs
from eit_analysis.synergies.utilities.surplus import EMISSIONS, PIPE, SURPLUS, with_surplus

# Amounts of an exchange, all in proportion to the part of it that takes place.
IN_PROPORTION = [
    "delivered_per_year", "delivered_low_per_year", "delivered_high_per_year", "delivered_mw",
    "taken_per_year", "electricity_mwh_per_year",
]  # fmt: skip
LISTED = [
    "exchange_site_ids", "utility", "out_description", "in_description", "distance_km", "heat_pump",
    "delivered_mwh_per_year", "delivered_m3_per_year", *SURPLUS, "gains", "planned_share_percent",
    "energy_emissions_tco2e_per_year",
]  # fmt: skip
ANSWERED = ["status", "answer_date"]
DELIVERED = ["delivered_mwh_per_year", "delivered_m3_per_year", "energy_emissions_tco2e_per_year"]
BESIDE = ["lead_kind", "exchange_site_ids", "output_description", "need_description", *SURPLUS, "rank"]
# What an exchange changes where no tonne leaves its route (`impacts`, with t = 0).
NO_TONNE = [
    "supply_t_per_year", *DIVERTED,
    *(name for what in ("avoided", "jobs", "insertion") for name in INDICATORS[what]),
]  # fmt: skip
SIDES = {"out": "taken_per_year", "in": "delivered_per_year"}


def exchanges(
    utilities: pd.DataFrame, sites: pd.DataFrame, settings: StudyConfig, answers: pd.DataFrame, team: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The exchanges of a study that pass the gates, best first, and those taken together.

    As :func:`possible` and :func:`together` give them; what was answered to each is the ``team``'s.
    """
    found = possible(utilities, sites, settings, answers)
    taken = together(found, factor_table(settings.utility_factors))
    if team:
        names = sites.set_index("site_id")["name"]
        return with_covered(found, taken, names), with_covered(taken, taken, names)
    unsaid = dict.fromkeys([*ANSWERED, "awaited_site_id", "thought"])
    return found.assign(**unsaid), taken.assign(**unsaid)


@remembered
def possible(
    utilities: pd.DataFrame, sites: pd.DataFrame, settings: StudyConfig, answers: pd.DataFrame
) -> pd.DataFrame:
    """:func:`surplus.with_surplus` of the pairs within the reach of ``[scoring]`` that no actor refused last.

    An answer (tidy ``exchange_answers``) to such an exchange is of the family ``other``.
    """
    still, _ = answered(utilities, sites, settings, answers)
    return with_surplus(still, factor_table(settings.utility_factors))


def answered(
    utilities: pd.DataFrame, sites: pd.DataFrame, settings: StudyConfig, answers: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The pairs within reach that nobody refused (``answered.with_answers``), and what stops the others.

    Of what their own sites could not use again (:mod:`at_home`).
    """
    factors, scoring = factor_table(settings.utility_factors), settings.scoring
    reach = scoring.radius_km, scoring.detour_factor
    free = left_for_others(utilities, reused(utilities, sites, factors, answers))
    passed, rejected = pairs(free, sites, factors, *reach, settings.evidence_half_width)
    still = with_answers(passed, utilities, answers, sites)
    return still, kept_apart(passed, rejected, still)


def at_home(
    utilities: pd.DataFrame, sites: pd.DataFrame, settings: StudyConfig, answers: pd.DataFrame
) -> pd.DataFrame:
    """What sites could use again themselves, to ask them first (``at_home.listed``)."""
    return own_listed(reused(utilities, sites, factor_table(settings.utility_factors), answers))


def together(found: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The exchanges of the best combination at central costs, each with the part of it that takes place.

    ``found`` with these ``factors`` and returned as :func:`surplus.with_surplus` gives them: amounts, money
    and emissions are those of the part. What has no known price stays out. Those that an actor accepted are
    served first, by the parts with which they bring most; the others share what is left.
    """
    worth = found[found[SURPLUS[0]] > 0].reset_index(drop=True)
    if not len(worth):
        return worth
    part, agreed = np.zeros(len(worth)), (worth["status"] == "accepted").to_numpy()
    for open_ in [agreed] * bool(agreed.any()) + [np.ones(len(worth))]:
        part = _parts(worth, part, open_.astype(float))
    taking = worth.assign(**{name: worth[name] * part for name in IN_PROPORTION})[part > 1e-9]
    return with_surplus(taking, factors)


def _parts(worth: pd.DataFrame, least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Shape (exchanges,): the part of each in the best combination that has so much of it."""
    n, pipe = len(worth), worth[PIPE].to_numpy()
    shared = vstack([_shares(worth, side) for side in SIDES])
    laid = hstack([eye_array(n), -eye_array(n)])
    rows = vstack([hstack([shared, csr_array(shared.shape)]), laid], format="csr")
    solved = milp(
        np.concatenate([-(worth[SURPLUS[0]] + pipe), pipe]),
        constraints=LinearConstraint(rows, ub=np.repeat([1.0, 0.0], [shared.shape[0], n])),
        bounds=Bounds(np.concatenate([least, np.zeros(n)]), np.concatenate([most, np.ones(n)])),
        integrality=np.repeat([0, 1], n),
        options={"mip_rel_gap": 1e-9},
    )
    return np.where(solved.x[n:] > 0.5, solved.x[:n], 0.0).clip(0, 1)


def _shares(worth: pd.DataFrame, side: str) -> csr_array:
    """Shape (sources or needs, exchanges): which share of it each exchange takes."""
    of, names = pd.factorize(worth[f"{side}_flow_id"])
    share = worth[SIDES[side]] / worth[f"{side}_amount_per_year"]
    return csr_array((share, (of, np.arange(len(of)))), shape=(len(names), len(of)))


def listed(found: pd.DataFrame, taken: pd.DataFrame, you: str | None = None) -> pd.DataFrame:
    """The exchanges in which somebody may gain, and which part of each is ``taken`` together: ``LISTED``.

    Those of ``you`` are told apart (:mod:`own_leads`).

    The nearest first: an order by gain would tell it to whoever may not read it. Of heat, ``ask_first``
    asks of each month and of the giver's own use, of water who treats it; without either there is no such
    column. Nor is there what was answered where nobody said yes.
    """
    found = found[(found[["giver_site_id", "taker_site_id"]] != you).all(axis=1)]
    found = found.sort_values(["distance_km", "candidate_id"])
    parts = taken.set_index("candidate_id")["delivered_per_year"].reindex(found["candidate_id"])
    share = 100 * parts.fillna(0).to_numpy() / found["delivered_per_year"]
    apart = found["distance_km"].where(found["distance_km"] > 0)  # 0: both where a commune has its centre
    told = described(found).assign(
        planned_share_percent=share, distance_km=apart, ask_first=asked_first(found)
    )
    shown = told[found["gains"] != "no"]
    also = [name for name in (*ANSWERED, "ask_first") if shown[name].notna().any()]
    return shown[[*LISTED, *also]]


def asked_first(found: pd.DataFrame) -> pd.Series:
    """What to ask first: what was written; what is covered already; of heat, its own use by its giver, what
    its fumes carry and its curve; of water, whether its giver could use it again, and who treats it; whom to
    recall."""
    said = sheet_words()["ask_first"]
    heat, water = found["serves"] == "heat", found["utility"] == "water"
    fumes = found["out_description"].astype("str").fillna("").map(fold_words).str.contains(FUMES)
    any_use = {kind: said["own_heat_any" if kind == "heat" else "own_gas"] for kind in found["utility"]}
    own = found["own_heat_need"].map(lambda needs: said["own_heat"].format(told=needs), "ignore")
    asked = {
        "wrote_of_out": found.get("wrote_of_out"),
        "wrote_of_in": found.get("wrote_of_in"),
        "covered": found.get("covered"),
        "own": own.astype("object").fillna(found["utility"].map(any_use)).where(heat),
        "fumes": pd.Series(said["fumes"], found.index).where(heat & fumes.astype(bool)),
        "curve": pd.Series(said["heat_curve"], found.index).where(heat),
        "own_water": pd.Series(said["own_water"], found.index).where(water),
        "treated": pd.Series(said["water_treated"], found.index).where(water),
        "thought": found["thought"],
    }
    each = pd.DataFrame(asked).astype("object")
    texts = [BETWEEN.join(text for text in row if isinstance(text, str)) for row in each.to_numpy()]
    return pd.Series(texts, found.index, dtype="str").replace("", None)


def as_leads(found: pd.DataFrame) -> pd.DataFrame:
    """Exchanges in the columns by which leads of matter are ranked (``scoring.ranking.rank``).

    Each counted alone, as theirs are. No tonne leaves its route, and what today's supply emits is caused
    where it burns, not avoided elsewhere. Maturity and the ease of the law, which nobody judged, stay out:
    they count in the middle of their scales, and over the whole of them in the intervals.
    """
    loses = found[SURPLUS[0]] <= 0
    return described(found).assign(
        **dict.fromkeys(NO_TONNE, 0.0),
        coverage_percent=100 * found["taken_per_year"] / found["out_amount_per_year"],
        choice=np.where(loses, "nobody_gains", "first_choice"),
    )


def beside(retained: pd.DataFrame, taken: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """All that the two plans keep, matter, heat, water and gas: ``BESIDE``.

    First what gains even at its worst (:func:`listings.surest_first`), then the best ranked of each use, or
    utility, before the second of any.

    ``retained`` as :func:`listings.retained` gives the exchanges of matter, ``ranks`` those of them all
    (``Assessment.ranking``).
    """
    parts = retained.assign(lead_kind=retained["category"]), laid(taken, ranks)
    columns = ["candidate_id", "use", *BESIDE, "uncounted"]
    kept = pd.concat([part.reindex(columns=columns) for part in parts])
    kept = kept.assign(unsure=at_worst(kept) == 0).sort_values(["rank", "candidate_id"])
    turn = kept.groupby(["unsure", "use"]).cumcount()
    return surest_first(kept.assign(turn=turn).sort_values(["turn", "rank", "candidate_id"]))[BESIDE]


def laid(taken: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """The exchanges taken together: ``BESIDE``, what to ask first and what was answered.

    Those that an actor accepted come first, then the surest, then by gain.
    """
    rank = taken["candidate_id"].map(ranks.set_index("candidate_id")["rank"])
    told = described(taken).assign(rank=rank, use=taken["utility"], ask_first=asked_first(taken))
    told = largest_first(told.sort_values(["rank", "candidate_id"]))
    told = told.sort_values("status", key=pd.Series.isna, kind="stable")
    return told[["candidate_id", "use", *BESIDE, "ask_first", *ANSWERED]]


def agreed(found: pd.DataFrame, taken: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """What an actor accepted, as ``listings.agreed``: no tonne, its gain in the plan, else alone.

    ``found`` and ``taken`` of :func:`exchanges`, ``ranks`` of them all (``Assessment.ranking``).
    """
    both = pd.concat([taken, found]).drop_duplicates("candidate_id")
    both = both[both["status"] == "accepted"]
    rank = both["candidate_id"].map(ranks.set_index("candidate_id")["rank"])
    told = described(both).assign(rank=rank, use=both["in_description"])
    return told.reindex(columns=AGREED).sort_values("rank")


def in_all(retained: pd.DataFrame, changes: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """What the two plans bring, matter (:func:`portfolio.portfolio`) then each utility, and their sum.

    ``lead_kind, n_exchanges``, what is delivered, ``SURPLUS``, the emissions of networks, and of the one that
    changes these most its share, ``top_share_percent``, and what it ``gains``. No flow is in
    both plans: they take place together. Whether their errors go together is not known: the bounds of the sum
    are the sums of the bounds.
    """
    matter = changes.loc[changes["category"] == TOTAL, list(SURPLUS)].astype(float)
    matter = matter.assign(lead_kind="matter", n_exchanges=len(retained))
    told = pd.concat([matter, described(taken).assign(n_exchanges=1)])
    told = told.groupby("lead_kind", sort=False)[["n_exchanges", *DELIVERED, *SURPLUS]].sum(min_count=1)
    sums = told.sum(min_count=1)
    sums[list(SURPLUS)] = told[list(SURPLUS)].sum(skipna=False)
    table = pd.concat([told, sums.to_frame(TOTAL).T])
    main = {kind: _main(rows) for kind, rows in [*described(taken).groupby("lead_kind"), (TOTAL, taken)]}
    shares = pd.DataFrame.from_dict(main, orient="index", columns=["top_share_percent", "gains"])
    return table.join(shares).rename_axis("lead_kind").reset_index()


def _main(taken: pd.DataFrame) -> tuple[float, str | None]:
    """Of what exchanges change in emissions, in percent, what the one does that does most, and its gain."""
    change = taken[EMISSIONS[0]].abs()
    if not change.sum() > 0:
        return np.nan, None
    return float(100 * change.max() / change.sum()), str(taken["gains"].iloc[int(change.argmax())])


def described(taken: pd.DataFrame) -> pd.DataFrame:
    """Exchanges in the words of those of matter (:func:`listings.described`), with MWh and m3 apart."""
    water = taken["utility"] == "water"
    return taken.assign(
        delivered_mwh_per_year=taken["delivered_per_year"].mask(water),
        delivered_m3_per_year=taken["delivered_per_year"].where(water),
        energy_emissions_tco2e_per_year=taken[EMISSIONS[0]],
        lead_kind=taken["utility"].astype("str"),
        exchange_site_ids=taken["giver_site_id"] + " " + taken["taker_site_id"],
        output_description=taken["out_description"],
        need_description=taken["in_description"],
        uncounted=None,  # pipe, exchanger and heat pump are counted
        giver_evidence=taken["out_evidence"],
        taker_evidence=taken["in_evidence"],
    )


def unsure(told: pd.DataFrame) -> bool:
    """Whether an interval that is quoted of :func:`in_all`, of matter or of all, holds zero."""
    quoted = told[told["lead_kind"].isin(["matter", TOTAL])]
    return bool(((quoted[SURPLUS[1]] <= 0) & (quoted[SURPLUS[2]] >= 0)).any())


def n_sure(retained: pd.DataFrame, taken: pd.DataFrame) -> tuple[int, int]:
    """How many leads of both plans gain even at the worst end of their own interval: nothing uncounted, or
    but for what no cost counts.
    """
    leads = pd.concat([retained, taken.assign(uncounted=None)])
    sure, but_for = (int((at_worst(of) > 0).sum()) for of in (leads, leads.assign(uncounted=None)))
    return sure, but_for
