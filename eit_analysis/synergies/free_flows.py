"""What is free of each flow: not what is done or committed, nor what its own firm could reuse.

    taken_k = T × w_k / Σ w     T: tonnes realised if done, promised if committed, or else brought so far;
                                where unknown, Σ w
    w_k     = d_k × min(1, S_i / Σ_{k from i} d_k, D_j / Σ_{k to j} n_k d_k)
    free    = mass × max(0, 1 − Σ taken / mass)      its two bounds likewise; none of a need that its own
                                                     firm's waste covers to 80 % or more, of one met in
                                                     part by what its own firm cuts off, nor of one that
                                                     the register serves but for a tenth

for the exchanges k that answer a line of the register (:mod:`register.links`), with d_k what each could
divert alone. Nothing says which of them carries what: they share the tonnes by what each could, Σ w never
exceeding a flow. What a structure is brought and passes on in one line goes through twice: T stands for each
of the two legs, and ``onward`` marks the second, which no total counts again. A firm that a line could have
both give and take does what the title names by more words: whoever is sold mended pallets is not taken to
bring as many. What is done is looked for first where today's route is the one it leads to, up to Σ w of
those.

A firm declares what leaves its site, and what it uses, today: an exchange that takes place is taken to be in
both. Should a firm have left it out, it is taken off twice, and less is left to propose: the prudent side. A
pooling takes nothing off, as it says nothing of where the tonnes go. A line that no exchange answers, for
its taker did not declare the need, takes T off the output that its title names, where one actor alone gives
such (:func:`led_away`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.reference.stages import OPEN, given
from eit_analysis.synergies.offers import TAKERS
from eit_analysis.synergies.register.links import POOLING, is_network, linked, words

# What takes place, and what is agreed: the first before the second, both before any plan.
HELD = ("done", "committed")
IN_PART = {stage: f"{stage}_in_part" for stage in HELD}  # of an exchange that some of its tonnes still await
BOUNDS = ["mass_low_t_per_year", "mass_t_per_year", "mass_high_t_per_year"]
TAKEN = "taken_t_per_year"
AWAY = ["synergy_id", "title", "status", "site_ids", "category", "out_flow_id", "taker_site_id", TAKEN]
# Share of a need from which own waste leaves no room for that of others: an assumption of ours.
OWN_COVERS = 0.8
# Share of a need that the register serves, under which the rest is within what both masses are known to: the
# same exchange would bring it, and it is no lead of its own. Ours too.
SERVED_BUT = 0.1
TO_AND_FRO = r"\b(?:europe|epal|europalettes?)\b"  # of pallets that carriers exchange on delivery
OFF_SIZE = r"\bhors (?:formats?|gabarits?|standards?|cotes?)\b"  # what its firm says not to fit its own need


def held(
    register: pd.DataFrame, pairs: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """The exchanges done or committed: ``pairs`` that answer such lines of the register, with their tonnes.

    Of the tidy register without what was done and has stopped (``stages.standing``), of the pairs
    ``passed`` of all that is declared (``substitution.candidates``), of these flows and their sites. The
    columns of ``pairs`` with ``synergy_id, title, status, onward`` and ``taken_t_per_year``, once for each
    line and exchange, done before committed; a line that no pair answers is one of :func:`led_away`.
    """
    lines = register[register["status"].isin(HELD) & (register["kind"] != POOLING)]
    structures = structures_of(sites)
    found = _meant(lines, pairs, flows, structures)
    about = lines.drop_duplicates("synergy_id").set_index("synergy_id")
    about = about.assign(tonnes=lines_tonnes(about)).reindex(found["synergy_id"]).set_index(found.index)
    found = found.assign(title=about["title"], status=about["status"])
    brought = pd.MultiIndex.from_frame(found[["synergy_id", "taker_site_id"]])
    again = pd.MultiIndex.from_frame(found[["synergy_id", "giver_site_id"]]).isin(brought)
    found["onward"] = again & found["giver_site_id"].isin(structures).to_numpy()
    leg = found["synergy_id"] + found["onward"].map({True: ">", False: ""})
    today = (found["old_route"] == found["new_route"]) & (found["status"] == "done")
    able = possible_together(found, leg)
    first, whole = (part.groupby(leg).transform("sum") for part in (able.where(today, 0.0), able))
    tonnes = about["tonnes"].fillna(whole)
    there = tonnes.clip(upper=first)
    amount, among = there.where(today, tonnes - there), first.where(today, whole - first)
    # Where every exchange goes that way today, they carry all.
    amount, among = amount.where(first < whole, tonnes), among.where(first < whole, whole)
    found[TAKEN] = able * (amount / among.where(among > 0)).fillna(0.0)
    order = found["status"].map(HELD.index)
    return found.iloc[np.lexsort([found["candidate_id"], found["synergy_id"], order])].reset_index(drop=True)


def led_away(
    register: pd.DataFrame, held: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """What lines done or committed lead to somebody who declared no such need: no row of :func:`held`.

    Columns ``AWAY``, with no ``in_flow_id``. Of its actors one alone gives what the title names, firms before
    structures, which take; shared out by mass. A line without tonnes, or that names what several give, takes
    nothing off. ``taker_site_id``: of the other actors the one structure, or the only one, or else who
    carries the line; missing where that tells nobody.
    """
    lines = register[register["status"].isin(HELD) & (register["kind"] != POOLING) & ~is_network(register)]
    lines = lines[~lines["synergy_id"].isin(held["synergy_id"])]
    known = lines_tonnes(lines).dropna()
    structures = structures_of(sites)
    leaves = flows[(flows["direction"] == "out") & (flows["mass_t_per_year"] > 0)]
    rows = []
    of_lines = lines.assign(carrier=given(lines, "carrier")).loc[known.index].itertuples(index=False)
    for line, tonnes in zip(of_lines, known.to_numpy(dtype=float), strict=True):
        own = leaves[
            leaves["site_id"].isin(str(line.site_ids).split()) & (leaves["category"] == line.category)
        ]
        said = [bool(words(line.title) & words(text)) for text in own["description"]]
        named = own[np.array(said, dtype=bool)]
        firms = named[~named["site_id"].isin(structures)]
        given_ = firms if len(firms) else named
        if given_["site_id"].nunique() == 1:
            mass = given_["mass_t_per_year"].astype(float)
            taken = mass * min(tonnes / mass.sum(), 1.0)
            about = line.synergy_id, line.title, line.status, line.site_ids, line.category
            others = sorted({*str(line.site_ids).split()} - {given_["site_id"].iloc[0]})
            among = [site for site in others if site in set(structures)] or others
            taker = among[0] if len(among) == 1 else line.carrier if line.carrier in among else None
            rows += [(*about, flow, taker, gone) for flow, gone in zip(given_["flow_id"], taken, strict=True)]
    return pd.DataFrame(rows, columns=AWAY).assign(in_flow_id=None, need_t_per_t=np.nan)


def led(
    register: pd.DataFrame, pairs: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame
) -> dict[str, float]:
    """Tonnes a year of each output that open lines of the register lead to somebody else.

    Lines are read as by :func:`held`; what a line promises, or what its exchanges could divert if that is
    more.
    """
    structures = structures_of(sites)
    found = _meant(register[register["status"].isin(OPEN)], pairs, flows, structures)
    promised = pd.to_numeric(given(register, "promised_t_per_year"), errors="coerce").fillna(0.0)
    by_line = found.groupby(["synergy_id", "out_flow_id"])["diverted_t_per_year"].sum()
    lines = by_line.index.get_level_values("synergy_id")
    tonnes = by_line.clip(lower=promised.groupby(register["synergy_id"]).max().reindex(lines).to_numpy())
    return {str(flow): float(t) for flow, t in tonnes.groupby("out_flow_id").sum().items()}


def unlike(own_uses: pd.DataFrame, flows: pd.DataFrame) -> set[str]:
    """Outputs that their own firm's need is not of: it asks for pallets that go to and fro (« palettes
    Europe »), and what it throws away is not so called, so broken or of another format; or it says of the
    output itself that it is off size."""
    about = flows.drop_duplicates("flow_id").set_index("flow_id")["description"]
    given, asked = (
        own_uses[flow].map(about).astype("str").fillna("").map(fold_words)
        for flow in ("out_flow_id", "in_flow_id")
    )
    another = asked.str.contains(TO_AND_FRO).astype(bool) & ~given.str.contains(TO_AND_FRO).astype(bool)
    return {*own_uses.loc[another | given.str.contains(OFF_SIZE).astype(bool), "out_flow_id"]}


def set_aside(
    own_uses: pd.DataFrame, register: pd.DataFrame, led: Mapping[str, float] = MappingProxyType({})
) -> pd.DataFrame:
    """What firms could reuse themselves (``substitution.own_uses``), ``site_id`` and ``taken_t_per_year``.

    Whether the object or the matter is of the right size and quality is for the firm to say. Where a line of
    the register that names it alone was dropped, of the same family, it has said no: nothing is set aside.
    Nor of the tonnes that an open line ``led`` to somebody else: its actors know of something better; what
    that leaves of an output, a tenth or less apart, is for its own firm.
    Of a need that what is recovered meets in part, none: what a firm cuts off its boards is what it could not
    cut from them.
    """
    refused = register[(register["status"] == "dropped") & (register["kind"] != POOLING)]
    no = set(zip(refused["site_ids"], refused["category"], strict=True))
    asked = zip(own_uses["giver_site_id"], own_uses["category"], strict=True)
    kept = own_uses[np.array([pair not in no for pair in asked], dtype=bool)]
    supply = kept["supply_t_per_year"].astype(float)
    left = supply - kept["out_flow_id"].map(dict(led)).astype(float).fillna(0.0)
    kept, left = kept[left > SERVED_BUT * supply], left[left > SERVED_BUT * supply]
    could = kept.assign(
        supply_t_per_year=left, diverted_t_per_year=kept["diverted_t_per_year"].clip(upper=left)
    )
    tonnes = possible_together(could, pd.Series(0, kept.index)).mask(_in_part(kept), 0.0)
    return kept.assign(site_id=kept["giver_site_id"], **{TAKEN: tonnes}).reset_index(drop=True)


def possible_together(pairs: pd.DataFrame, group: pd.Series) -> pd.Series:
    """w_k, t/year: what the pairs of each group could divert together, each flow shared out."""
    alone = pairs["diverted_t_per_year"].astype(float)
    supply, demand = pairs["supply_t_per_year"], pairs["demand_t_per_year"]
    taken_up, most = pairs["need_t_per_t"].astype(float), pairs["most_of_need"]
    kept = pd.Series(1.0, pairs.index)
    for flow, amount, rate in (
        ([pairs["out_flow_id"]], supply, 1.0),
        ([pairs["in_flow_id"]], demand, taken_up),
        ([pairs["in_flow_id"], most], most * demand, taken_up),
    ):
        wanted = (alone * rate).groupby([group, *flow]).transform("sum")
        kept = kept.clip(upper=(amount / wanted.where(wanted > 0)).fillna(1.0))
    return alone * kept


def free(flows: pd.DataFrame, held: pd.DataFrame, own_uses: pd.DataFrame | None = None) -> pd.DataFrame:
    """The flows without what is taken of them, masses and their bounds.

    ``held`` has the rows of :func:`held` and of :func:`led_away`, ``own_uses`` those of :func:`set_aside`.

    Of a need that what its own firm throws away covers but for ``OWN_COVERS``, nothing is left: one does not
    fetch elsewhere what one has, nor the offcuts of others where one throws away one's own. Nor of one that
    what is done or committed serves but for ``SERVED_BUT``.
    """
    mass = flows["mass_t_per_year"].astype(float)
    own, cut = pd.Series(0.0, flows.index), pd.Series(False, flows.index)
    if own_uses is not None:
        own = _taken(flows, own_uses)
        cut = flows["flow_id"].isin(own_uses.loc[_in_part(own_uses), "in_flow_id"])
    others = _taken(flows, held)
    gone = ((others + own) / mass.where(mass > 0)).fillna(0.0)
    at_home = (flows["direction"] == "in") & (own > 0) & (own >= OWN_COVERS * (mass - others))
    served = (flows["direction"] == "in") & (others > 0) & (mass - others < SERVED_BUT * mass)
    # What the order of sums leaves of a flow that is taken whole is none of it, and no exchange to propose.
    left = (1 - gone).where((gone < 1 - 1e-9) & ~(at_home | cut | served), 0.0)
    return flows.assign(**{bound: flows[bound] * left for bound in BOUNDS})


def _in_part(own_uses: pd.DataFrame) -> pd.Series:
    """Which needs are met in part at most: one tonne takes up more of them than it replaces."""
    return own_uses["need_t_per_t"] > own_uses["yield_central"]


def _taken(flows: pd.DataFrame, part: pd.DataFrame) -> pd.Series:
    """Tonnes of each flow that these exchanges take: of a need, what their tonnes take up."""
    tonnes = part[TAKEN].astype(float)
    sides = [
        tonnes.groupby(part["out_flow_id"]).sum(),
        (tonnes * part["need_t_per_t"]).groupby(part["in_flow_id"]).sum(),
    ]
    return flows["flow_id"].map(pd.concat(sides)).astype(float).fillna(0.0)


def _meant(
    lines: pd.DataFrame, pairs: pd.DataFrame, flows: pd.DataFrame, structures: pd.Series
) -> pd.DataFrame:
    """The pairs that answer these lines, but for exchanges that run the other way."""
    found = linked(lines, pairs, flows)
    return found[~_the_other_way(found, structures)].reset_index(drop=True)


def _the_other_way(found: pd.DataFrame, structures: pd.Series) -> np.ndarray:
    """Of :func:`links.linked`, exchanges of a firm in the role that the title of their line names less."""
    line, less = found["synergy_id"], np.zeros(len(found), dtype=bool)
    roles = ["giver_site_id", "taker_site_id"]
    named = {role: found["n_words"].groupby([line, found[role]]).max() for role in roles}
    for role, other in (roles, reversed(roles)):
        lead = pd.MultiIndex.from_arrays([line, found[role]])
        better = named[other].reindex(lead).to_numpy() > named[role].reindex(lead).to_numpy()
        less |= better & ~found[role].isin(structures).to_numpy()
    return less


def structures_of(sites: pd.DataFrame) -> pd.Series:
    """Who takes in what others bring."""
    return sites.loc[sites["actor_type"].isin(TAKERS), "site_id"]


def lines_tonnes(lines: pd.DataFrame) -> pd.Series:
    """What each line diverts: realised if done, else promised, else what it has brought; missing where nobody
    says."""
    realised, promised = (
        pd.to_numeric(given(lines, name), errors="coerce")
        for name in ("realised_t_per_year", "promised_t_per_year")
    )
    promised = promised.where((promised > 0) & (lines["status"] == "committed"))
    return promised.fillna(realised.where((realised > 0) & lines["status"].isin(HELD)))
