"""All that one *fiche synergie* says, as tables: who, what, how far, worth what, and what next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.config_synergies import Allocation
from eit_analysis.reference.compatibility import FOOD
from eit_analysis.reference.stages import OPEN, actors
from eit_analysis.reference.vocabulary import heading
from eit_analysis.sheet_content import Asked, Listed, Part, Said, SheetContent, Summed
from eit_analysis.synergies.allocation.joint_plan import PROGRAMME_COLUMNS, allocate
from eit_analysis.synergies.gates import GATES
from eit_analysis.synergies.impacts import INDICATORS, in_proportion
from eit_analysis.synergies.pooling.groups import with_km
from eit_analysis.synergies.register.links import (
    POOLING,
    Methods,
    is_network,
    names_need,
    outputs_named,
    words,
)
from eit_analysis.synergies.register.meeting import questions, settled, sheet_words
from eit_analysis.synergies.register.reasons import pooled_volumes
from eit_analysis.synergies.register.recall import PROMISED
from eit_analysis.synergies.register.steps import shortfalls
from eit_analysis.synergies.utilities.together import described

JOINED = ["out_flow_id", "in_flow_id"]
N_FACTS = 6  # of the tables below, those that the survey and the register say; the others are computed
# A group, or a network, tells its members' volumes a bound, and no audit sees it here; nor what disappoints.
TEAM = ("groups", "results", "networks", "promises")
BOTH = ["giver_site_id", "taker_site_id"]
ELSEWHERE = (
    "La meilleure combinaison n'en retient aucun\u00a0: ces tonnes y gagnent plus ailleurs, ou l'échange "
    "coûte plus qu'il ne rapporte."
)
PASSED = (
    "Conditions (tri, danger, activité du preneur, hiérarchie des déchets, distance, tonnes) toutes remplies "
    "par {n}."
)
UNANSWERED = (
    "Aucun échange ni groupe calculé ne répond à cette synergie\u00a0: {why}. À lever, ou à démentir, avant "
    "la prochaine étape."
)
# What it lists, in order: its columns, which of them name actors, how many rows at most.
LISTED: dict[str, tuple[list[str], list[str], int | None]] = {
    "steps": (
        ["carrier", "status", "months_at_stage", "counted_date", "realised_t_per_year", "next_step",
         "blocked_by", "site_ids"],
        ["site_ids", "carrier"], None,
    ),
    "promises": (
        ["realised_t_per_year", *PROMISED, "site_ids"], ["site_ids"], None,
    ),
    "results": (
        ["promised_t_per_year", "realised_t_per_year", "realised_eur_per_year", "ask_first", "site_ids"],
        ["site_ids"], None,
    ),
    "members": (["site_id", "actor_type", "commune_name", "carries"], ["site_id"], None),
    "flows": (
        ["site_id", "direction", "description", "mass_t_per_year", "mass_low_t_per_year",
         "mass_high_t_per_year", "evidence", "route", "source_file", "source_row"],
        ["site_id"], 5,
    ),
    "needs": (["site_id", "nature", "item", "side", "volume_per_year", "unit"], ["site_id"], 6),
    "exchanges": (
        ["giver_site_id", "taker_site_id", "use", "treatment", "legal_status", "months_in_common",
         "distance_km", "diverted_t_per_year", "score", "rank", "rank_low", "rank_high"],
        BOTH, 4,
    ),
    "networks": (
        [*BOTH, "lead_kind", "output_description", "need_description", "heat_pump", "distance_km",
         "delivered_mwh_per_year", "delivered_m3_per_year", "gains"],
        BOTH, 4,
    ),
    "impact": (
        ["site_ids", "mass_t_per_year", *INDICATORS["joint_surplus"], *INDICATORS["avoided"],
         *INDICATORS["jobs"]],
        ["site_ids"], None,
    ),
    "groups": (
        ["part_members", "label", "part_volume_per_year", "unit", "part_round_km", "saving_eur_per_year",
         "group_lacks"],
        ["part_members"], 4,
    ),
}  # fmt: skip


def fiches(recalled: pd.DataFrame, *tables: Any) -> list[SheetContent]:
    """The fiche of each synergy of the register; ``tables`` as for :func:`fiche`, in its order."""
    return [content(fiche(name, recalled, *tables)) for name in recalled["synergy_id"]]


def content(found: Mapping[str, pd.DataFrame]) -> SheetContent:
    """What the sheet of :func:`fiche` says: facts, conditions, results, and the questions of its meeting."""
    words, row, n = sheet_words(), found["lead"].iloc[0], len(found["exchanges"])
    listed = [
        Listed(words["title", name], found[name][columns], sites, most, team=name in TEAM)
        for name, (columns, sites, most) in LISTED.items()
    ]
    network = bool(is_network(found["lead"]).iloc[0])
    passed = [Said(PASSED, (n, "échange calculé", "échanges calculés"))] if n else []
    passed += [Said(ELSEWHERE)] * (n > 0 and not found["exchanges"]["allocated_t_per_year"].any())
    if row["status"] in OPEN and isinstance(row["miss_reason"], str) and not network:
        passed = [Said(UNANSWERED.format(why=heading("miss_reason").labels[row["miss_reason"]]))]
    closed, least = (Summed(words["title", name], found[name]) for name in ("closed", "threshold"))
    kinds = settled(row, found["exchanges"], network)
    asked = Asked(words["title", "meeting"], questions(words, *kinds))
    meeting = [asked] if row["status"] in OPEN else []  # else nothing is to be settled any more
    status = heading("status").labels.get(str(row["status"]), str(row["status"]))
    # What is done and brings nothing more is not counted among what lasts.
    over = found["steps"]["next_step"].astype(str).str.startswith("ended").any()
    status += ", terminée" * bool(over)
    parts: list[Part] = [*listed[:N_FACTS], *passed, closed, least, *listed[N_FACTS:], *meeting]
    return SheetContent(row["synergy_id"], f"{row['title']} ({status})", str(row["site_ids"]).split(), parts)


def fiche(
    synergy_id: str,
    recalled: pd.DataFrame,
    steps: pd.DataFrame,
    plan: pd.DataFrame,
    refused: pd.DataFrame,
    pools: pd.DataFrame,
    flows: pd.DataFrame,
    sharing: pd.DataFrame,
    sites: pd.DataFrame,
    held: pd.DataFrame,
    methods: Methods,
) -> dict[str, pd.DataFrame]:
    """Everything about one synergy of the register (tidy ``flows, sharing, sites``).

    ``recalled, steps`` are from ``recall.recall`` and ``steps.next_steps``, ``plan`` from
    ``joint_plan.allocate`` on ranked candidates that carry their impacts, ``refused`` from
    ``reasons.nearest``, ``pools`` from ``pooling.pooled``, ``held`` from ``free_flows.held``, ``methods``
    from ``Assessment.methods``.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``lead`` : its line of ``recall.recall``. ``members`` : its actors, ``carries`` added. ``flows`` : of
        these actors, what is done or committed and its exchanges join, or where none does those that only
        change the contractor, else what refused pairs would have joined and its title names, or its
        collection gathers, the heaviest first. ``needs`` : what its pooling shares, ``threshold`` : what it
        must fill. ``exchanges`` : rows of the plan, best first. ``networks`` : those of heat, water and gas
        that join two of its actors. ``closed`` : each gate that stopped the nearest refused
        pairs, with their number. ``impact`` : one row, the columns of ``impacts.INDICATORS`` and
        ``mass_t_per_year``, for all its exchanges sharing their tonnes, with the ``site_ids`` that these
        join; none without exchange. ``groups`` : rows of ``pooling.pooled`` that answer it, but those whose
        best part is of others. ``steps`` : its row of ``steps.next_steps``, with its
        realised tonnes. ``promises`` : what was promised and what it brings, where more than its tonnes is
        told. ``results`` : of a line that disappoints (``steps.shortfalls``), the same in words.

    Raises
    ------
    KeyError
        When the register has no such synergy.
    """
    lead = recalled[recalled["synergy_id"] == synergy_id].reset_index(drop=True)
    if lead.empty:
        raise KeyError(synergy_id)
    exchanges = plan[plan["candidate_id"].isin(_ids(lead, "candidate_ids"))].sort_values(
        ["rank", "candidate_id"]
    )
    closed, told = refused[refused["synergy_id"] == synergy_id], shortfalls(lead)
    status, wording = heading("status").labels["done"], sheet_words()["ask_first", "realised"]
    asked = [
        wording.format(title=title, status=status, told=less)
        for title, less in zip(lead["title"], told, strict=True)
    ]
    groups = _rows(pools, "pooling_id", _ids(lead, "pooling_ids"))
    ids = actors(lead)["site_id"]
    pairs = [held[held["synergy_id"] == synergy_id], exchanges]
    joined = {flow for rows in pairs for side in JOINED for flow in rows[side]}
    # Pairs that only change the contractor are in no plan.
    joined = joined or {flow for pair in _ids(lead, "candidate_ids") for flow in pair.split(">")}
    own = flows[flows["site_id"].isin(ids)].sort_values(
        ["mass_t_per_year", "flow_id"], ascending=[False, True]
    )
    joined = joined or {*closed[JOINED].to_numpy().ravel(), *_named(lead, own)}
    return {
        "lead": lead,
        "results": lead.assign(ask_first=asked)[told.notna()],
        "promises": lead[lead[PROMISED].notna().any(axis=1)],
        "members": _members(ids, lead["carrier"].iloc[0], sites),
        "flows": _rows(own, "flow_id", {*joined, *_collected(lead, groups, own)}),
        "needs": _needs(ids, lead, sharing),
        "threshold": _threshold(ids, lead, flows, sharing, methods),
        # Sites at the centre of one commune are not known to be at no distance.
        "exchanges": exchanges.assign(
            distance_km=exchanges["distance_km"].where(lambda km: km > 0)
        ).reset_index(drop=True),
        "networks": _networks(methods.networks, _ids(lead, "candidate_ids")),
        "closed": _counted(closed),
        "impact": _impact(exchanges),
        "groups": _of_members(groups, set(ids)),
        "steps": _rows(steps, "synergy_id", {synergy_id}).assign(
            realised_t_per_year=lead["realised_t_per_year"]
        ),
    }


def _ids(lead: pd.DataFrame, column: str) -> set[str]:
    return set(str(lead[column].astype(object).fillna("").iloc[0]).split())


def _networks(networks: pd.DataFrame | None, wanted: set[str]) -> pd.DataFrame:
    if networks is None:
        return pd.DataFrame(columns=LISTED["networks"][0])
    rows = described(_rows(networks, "candidate_id", wanted)).sort_values(["distance_km", "candidate_id"])
    return rows.assign(distance_km=rows["distance_km"].where(lambda km: km > 0))


def _rows(table: pd.DataFrame, key: str, wanted: set[str]) -> pd.DataFrame:
    return table[table[key].isin(wanted)].reset_index(drop=True)


def _members(ids: pd.Series, carrier: str, sites: pd.DataFrame) -> pd.DataFrame:
    known = sites[["site_id", "name", "actor_type", "commune_name"]]
    members = ids.to_frame().merge(known, on="site_id", how="left")
    return members.assign(carries=["yes" if site == carrier else "no" for site in ids])


def _named(lead: pd.DataFrame, flows: pd.DataFrame) -> set[str]:
    """The outputs of its family that share a word with the title of an exchange."""
    line = lead.iloc[0]
    families = FOOD if line["category"] in FOOD else (line["category"],)
    outputs = flows[(flows["direction"] == "out") & flows["category"].isin(families)]
    said = [bool(words(line["title"]) & words(text)) for text in outputs["description"]]
    matter = line["kind"] != POOLING and not is_network(lead).iloc[0]
    return set(outputs.loc[np.array(said, dtype=bool) & matter, "flow_id"])


def _collected(lead: pd.DataFrame, groups: pd.DataFrame, flows: pd.DataFrame) -> set[str]:
    if not groups["category"].notna().any():
        return set()
    outputs = flows[(flows["direction"] == "out") & (flows["category"] == lead["category"].iloc[0])]
    return set(outputs_named(lead["title"].iloc[0], outputs)["flow_id"])


def _of_members(groups: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    """Those whose best part has two of these actors, or that have none and tell what they save or lack."""
    parts = groups["part_members"].astype("str").fillna("").str.split()
    tell = groups["saving_eur_per_year"].notna() | groups["group_lacks"].notna()
    kept = [len(ids.intersection(part)) > 1 if part else said for part, said in zip(parts, tell, strict=True)]
    return with_km(groups[np.array(kept, dtype=bool)]).reset_index(drop=True)


def _needs(ids: pd.Series, lead: pd.DataFrame, sharing: pd.DataFrame) -> pd.DataFrame:
    own = sharing[sharing["site_id"].isin(ids) & (lead["kind"].iloc[0] == POOLING)]
    named = [names_need(lead["title"].iloc[0], item) for item in own["item"]]
    needs = own[pd.Series(named, index=own.index, dtype=bool)]
    return needs.sort_values(["site_id", "source_sheet", "source_row"], ignore_index=True)


def _threshold(
    ids: pd.Series, lead: pd.DataFrame, flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> pd.DataFrame:
    """What a pooling must fill together, and whoever has it alone need not: a public figure."""
    columns = ["common_operation", "threshold", "unit"]
    if lead["kind"].iloc[0] != POOLING:
        return pd.DataFrame(columns=columns)
    (line,) = lead.itertuples(index=False)
    _, _, row = pooled_volumes(line, list(ids), flows, sharing, methods)
    return row.rename(columns={"label_fr": "common_operation"})[columns].reset_index(drop=True)


def _counted(closed: pd.DataFrame) -> pd.DataFrame:
    stopped = closed["gate"].value_counts().reindex(list(GATES)).dropna().astype(int)
    return stopped.rename_axis("condition").reset_index(name="n_closed")


def _impact(exchanges: pd.DataFrame) -> pd.DataFrame:
    """The exchanges of the fiche alone, sharing the tonnes they compete for: without the rest of the plan."""
    columns = [c for names in INDICATORS.values() for c in names]
    if exchanges.empty:
        return pd.DataFrame(columns=["mass_t_per_year", *columns, "site_ids"])
    needed = [*PROGRAMME_COLUMNS, *columns]
    shared = allocate(exchanges[needed], Allocation(minimum_lot_t=0), "diverted_t_per_year").exchanges
    changes = in_proportion(shared, columns)
    row = changes.sum(skipna=False).to_frame().T
    joined = sorted({*shared.loc[shared["allocated_t_per_year"] > 0, BOTH].to_numpy().ravel()})
    return row.assign(mass_t_per_year=shared["allocated_t_per_year"].sum(), site_ids=" ".join(joined))
