"""The network that a survey's tables describe: what is measured once, twice, or not at all.

Every row of ``flows`` is a measured arc at its actor, of standard deviation (high - low) / (2 x 1.96); even
an answer given as exact keeps one, so that it can be doubted. Its other end is the environment, unless the
contractor it names is itself a surveyed actor:

- when each of two actors names the other for a family, their rows meet at a node: the same tonnes are
  measured twice, and check one another;
- when only the sender names the taker, its rows come into the taker's declared total beside an unmeasured
  arrival from outside the survey, which cannot be negative: the total must hold what they declare to send.

An actor that takes in what others give up (outlet, ESS) conserves the mass of each family (of all of them
where a known process mixes them) but for one unmeasured arc, what is not explained; its own waste
(:mod:`kin`) has an unmeasured origin. A firm also buys materials and sells products that the survey does not
ask: two unmeasured arcs, so that nothing can be verified, which the graph of the unmeasured flows says by
itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.balance.reconciliation import SD
from eit_analysis.flows.uncertainty.lognormal import Z
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.reference.place_names import normalise_names

LEAST_SD = 0.001  # t/year
OUTSIDE = "outside"
TAKERS = ("outlet", "ess")
OWN, EVERY = "own", "every"  # of :mod:`kin`: own waste; made of all inputs
ARCS = ["flow", "source", "target", MASS, SD]


def is_taker(site_ids: pd.Series, sites: pd.DataFrame) -> np.ndarray:
    """Whether each actor is there to take in what others give up: an outlet or a social-economy structure."""
    takers = sites.loc[sites["actor_type"].isin(TAKERS), "site_id"]
    return site_ids.isin(takers).to_numpy()


def named_actor(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """The surveyed actor that the contractor of each flow is, missing when it is none or the actor itself.

    Names are compared without case, accents or punctuation; a name that two actors share points to neither.
    """
    names = pd.Series(_plain(sites["name"]), index=sites["site_id"].to_numpy())
    names = names[(names != "") & ~names.duplicated(keep=False)]
    known = pd.Series(names.index, index=names.to_numpy(), dtype=object)
    found = pd.Series(_plain(flows["contractor"]), index=flows.index).map(known).astype("str")
    return found.where(found != flows["site_id"])


def linked(flows: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    """Whether each flow is sent, by another than a taker, to a surveyed taker that it names."""
    out = (flows["direction"] == "out").to_numpy()
    return out & ~is_taker(flows["site_id"], sites) & is_taker(named_actor(flows, sites), sites)


def placed(out: pd.DataFrame, incoming: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    """Whether each outflow names a surveyed actor that is no taker and declares that it takes in the family.

    Those tonnes reach no taker and stay in the survey. One that takes in nothing of the family may be a
    carrier: where its load goes is not known.
    """
    named = named_actor(out, sites)
    taken = incoming["site_id"].astype("str") + "|" + incoming["category"].astype("str")
    takes_in = (named + "|" + out["category"].astype("str")).isin(set(taken)).to_numpy()
    return takes_in & ~is_taker(named, sites)


def survey_arcs(flows: pd.DataFrame, sites: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Arcs of the network for :func:`reconciliation.reconcile`, from the tidy tables of one wave (t/year).

    ``group`` is what each row of a taker balances with (:func:`kin.balanced_with`), missing for others. The
    environment is the node ``outside``.

    Returns
    -------
    pandas.DataFrame
        ``flow`` (the ``flow_id`` of a row; ``unexplained|site|group``, ``bought|site``, ``sold|site``,
        ``own|site``,
        ``arrivals|site|family`` where nothing is measured), ``source``, ``target``, ``mass_t_per_year``,
        ``sd_t_per_year``.
    """
    flows = flows.astype({"site_id": "str", "category": "str"})
    out = (flows["direction"] == "out").to_numpy()
    other = named_actor(flows, sites)
    giver, taker = flows["site_id"].where(out, other), other.where(out, flows["site_id"])
    pair = giver + "|" + taker + "|" + flows["category"]  # missing where no actor is named
    node = "site|" + flows["site_id"] + ("|" + group).fillna("")
    twice = (pair.isin(pair[out]) & pair.isin(pair[~out]) & pair.notna()).to_numpy()
    reception = taker + "|" + flows["category"]
    declared, sent = reception[~out & ~twice], reception[out & ~twice]
    once = (reception.isin(declared) & reception.isin(sent) & reception.notna()).to_numpy() & ~twice
    meeting = np.select([twice, once], ["same|" + pair.fillna(""), "total|" + reception.fillna("")], OUTSIDE)
    measured = pd.DataFrame(
        {
            "flow": flows["flow_id"],
            "source": np.where(out, node, meeting),
            "target": np.where(out, meeting, node),
            MASS: flows[MASS].astype(float),
            SD: stated_sd(flows),
        }
    )
    takers = group.notna().to_numpy()
    own = (group == OWN).to_numpy()
    firms = pd.Series(node[~takers].unique(), dtype="str")
    totals = pd.Series(reception[once].unique(), dtype="str")
    unmeasured = [
        _unmeasured("unexplained", pd.Series(node[takers & ~own].unique(), dtype="str"), OUTSIDE),
        _unmeasured("own", OUTSIDE, pd.Series(node[own].unique(), dtype="str")),
        _unmeasured("bought", OUTSIDE, firms),
        _unmeasured("sold", firms, OUTSIDE),
        _unmeasured("arrivals", OUTSIDE, "total|" + totals),
    ]
    return pd.concat([measured, *unmeasured], ignore_index=True)[ARCS]


def stated_sd(flows: pd.DataFrame) -> pd.Series:
    """Standard deviation of each mass, from its interval (t/year)."""
    return ((flows[HIGH] - flows[LOW]).astype(float) / (2 * Z)).clip(lower=LEAST_SD)


def _unmeasured(kind: str, source: pd.Series | str, target: pd.Series | str) -> pd.DataFrame:
    node = source if isinstance(source, pd.Series) else target
    names = kind + "|" + pd.Series(node).str.split("|", n=1).str[1]
    return pd.DataFrame({"flow": names, "source": source, "target": target, MASS: np.nan, SD: np.nan})


def _plain(names: pd.Series) -> list[str]:
    texts = [" ".join(name.split()) for name in names.fillna("").astype("str")]
    return normalise_names(texts) if texts else []
