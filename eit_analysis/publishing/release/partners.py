"""The partners of a firm on its own page: by name where they agree, else in words that fit several actors.

A row about two actors has two sides. The firm that reads is one of them and reads its own in full. Of the
other it reads

- who it is: its name where that actor agreed to be named, else what it has in common with others (*activity
  and distance*, *section and distance* or *distance alone*, the first that fits), else « un acteur de
  l'étude ». Words fit when at least three actors have them in common, counted among those who would not be
  named either, whom no finer words describe and who, too, declare to take or to give that family: the row
  says which one it is, and the others could be told apart;
- whether it could take or give all that the reader declared, and whether some price lets both gain:
  inequalities about one amount of the other side. They are audited with all else that the reader is told
  (:mod:`audit`), and not said where anybody would then be bounded too closely.

Of one without a name neither the stage is said, nor what to ask first, nor that it is an operator. What the
other side declared, what it pays and what it gains are never read, nor is anything reckoned from them that
would give them back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.numbers import of_breakdown
from eit_analysis.publishing.release.rounding import Rounded
from eit_analysis.publishing.release.statements import Statements
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.publishing.wording import cell
from eit_analysis.reference.distance import haversine_km
from eit_analysis.reference.nomenclatures import section_of

ANYBODY = "un acteur de l'étude"
EDGES_KM = [10.0, 20.0]
BANDS = np.array(["à moins de 10 km", "de 10 à 20 km", "à plus de 20 km"], dtype=object)
LEVELS = (["division", "band"], ["section", "band"], ["band"])
# What follows from the amount of the other side.
AUDITED = ["passing", "passing_t_per_year", "own_gain_eur_per_year", "some_price"]


@dataclass(eq=False, repr=False)
class Exchanges(Aggregate):
    """The exchanges of the firm that reads."""

    #: What stands for each actor whose name it may not read.
    words: dict[str, str] = field(default_factory=dict)

    def called(self, who: object, column: str, viewer: Viewer) -> Any:
        return self.words.get(str(who)) or viewer.name(who)

    def brief(self, columns: list[str], title: str) -> Exchanges:
        """The same rows by so few columns that the body of a page has room for them."""
        assert self.rounded is not None
        return replace(self, title=title, frame=self.frame[columns], rounded=self.rounded[columns])

    @property
    def hidden(self) -> np.ndarray:
        return np.zeros(len(self.frame), dtype=bool)

    @property
    def shut(self) -> np.ndarray:
        return np.outer(super().hidden, self.frame.columns.isin(AUDITED))


def bounded(content: Breakdown, rules: Disclosure, reader: str | None) -> Statements:
    """What the rows tell of the amounts of the other side: each between ``told_low`` and ``told_high``."""
    judged = judge(content, rules, reader)
    nothing = np.zeros(len(judged.cells), dtype=bool)  # single firms: kept by their part alone
    judged = judged._replace(closed={content.measure: nothing})
    told = of_breakdown(content, judged, Rounded(content.frame, {}))
    # Twice the amount: a bound of it is not the number itself, which another table may have closed.
    low, high = (2 * content.records[side].to_numpy(dtype=float) for side in ("told_low", "told_high"))
    system = replace(told.system, forms=2 * told.system.forms, low=low, high=high)
    return replace(told, system=system, private=True)


def partner_words(
    viewer: Viewer, rows: pd.DataFrame, flows: pd.DataFrame, actors: pd.DataFrame, least: int
) -> dict[str, str]:
    """Words for each partner in these rows whose name a firm may not read (:func:`described`).

    ``actors`` from :func:`placed`. Of who would take, or give, a family as the partner does: an actor of whom
    two families would say different words is any actor of the study.
    """
    words: dict[str, str] = {}
    unnamed = actors[[not viewer.may_name(site) for site in actors["site_id"]]]
    for (role, family), part in rows.groupby(["exchange_role", "category"]):
        way = "in" if role == "gives" else "out"
        alike = flows.loc[(flows["direction"] == way) & (flows["category"] == family), "site_id"]
        able = unnamed["site_id"].isin({*alike, *part["partner_site_id"]})
        for site, text in described(unnamed[able], least).items():
            words[site] = text if words.get(site, text) == text else ANYBODY
    return words


def placed(sites: pd.DataFrame, firm: str, detour_factor: float) -> pd.DataFrame:
    """What may describe each actor to a firm: ``site_id, division, section`` and ``band``, by road to it."""
    places = sites.set_index("site_id")[["latitude", "longitude"]].astype(float)
    here = np.broadcast_to(places.loc[firm], places.shape)
    km = pd.Series(detour_factor * haversine_km(*here.T, *places.to_numpy().T))
    band = pd.Series(BANDS[np.searchsorted(EDGES_KM, km.fillna(0.0))]).where(km.notna(), None)
    division = sites["naf_code"].astype(object).str[:2].reset_index(drop=True)
    columns = {"division": division, "section": section_of(division), "band": band}
    return pd.DataFrame({"site_id": places.index, **columns})


def described(actors: pd.DataFrame, least: int) -> dict[str, str]:
    """Words for each of the actors that stay without a name, each fitting at least so many of them.

    Parameters
    ----------
    actors : pandas.DataFrame
        :func:`placed`, of these actors alone.
    least : int
        How many actors words must fit.

    Returns
    -------
    dict of str to str
        By site id. Where too few would be left over as « un acteur de l'étude », coarser words are tried for
        all; where they leave too few as well, the smallest group joins those left over.
    """
    tried = [_fitting(actors, LEVELS[finest:], least) for finest in range(len(LEVELS))]
    words = next((w for w in tried if len(actors) - len(w) not in range(1, least)), tried[0])
    if words and 0 < len(actors) - len(words) < least:
        sizes = Counter(words.values())
        smallest = min(sizes, key=lambda text: (sizes[text], text))
        words = {site: text for site, text in words.items() if text != smallest}
    return dict.fromkeys(actors["site_id"], ANYBODY) | words


def _fitting(actors: pd.DataFrame, levels: Sequence[list[str]], least: int) -> dict[str, str]:
    """The finest words that fit enough actors, for those for whom there are any."""
    words: dict[str, str] = {}
    for level in levels:
        left = actors[~actors["site_id"].isin(words)]
        alike = left.groupby(level)["site_id"].transform("count")
        for site, *parts in left.loc[alike >= least, ["site_id", *level]].to_numpy().tolist():
            words[site] = _words(*parts)
    return words


def _words(*parts: str) -> str:
    *activity, band = parts
    about = [f"({cell(code, 'naf_section' if code.isalpha() else 'naf_division')})" for code in activity]
    return french.bound(" ".join(["un acteur", band, *about]))
