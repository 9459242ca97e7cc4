"""Who represents whom: the respondents from which each group of silent establishments takes its ratio.

An establishment that did not answer is stood for by the respondents of its own division and size class when
five answered there; else by those of the narrowest of its division, branch and sector where three did. Nobody
stands for a division of which nobody answered, nor where fewer than three did in the whole sector: what the
survey says of other activities is no evidence of this one. It is left out, and :mod:`left_out` says of whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.flows.extrapolation.ratio_estimator import Silent

FEWEST, FEWEST_IN_SIZE = 3, 5  # respondents without which a basis is too small
FEW = 5  # respondents below which the interval of a division is fragile
# Where the tonnes per employee come from, the narrowest first.
BASES = ("division_size", "division", "branch", "sector")
BORROWED = BASES[2:]
NO_BASIS, COMPLETE = "none", "complete"
COUNTS = ["n_sites", "n_establishments", "headcount", "headcount_covered_percent"]


@dataclass(frozen=True)
class Plan:
    """Which respondents represent which establishments that did not answer.

    Attributes
    ----------
    respondents : pandas.DataFrame
        Shape (n, ...): ``site_id``, ``naf_division``, ``size_class``, ``headcount``.
    cells : pandas.DataFrame
        Division and size class of the silent ones: ``naf_division``, ``size_class``, ``n_silent``,
        ``people``, ``squares``, ``spread`` (X, Q and B of the ratio estimator), ``basis``, ``row`` of
        ``members`` (-1 without one).
    member_row, member : numpy.ndarray of int
        Row and respondent of each membership.
    """

    respondents: pd.DataFrame
    cells: pd.DataFrame
    member_row: np.ndarray
    member: np.ndarray

    @property
    def members(self) -> np.ndarray:
        """The respondents of each basis; bool, shape (bases, n)."""
        shape = (int(self.cells["row"].max()) + 1 if len(self.cells) else 0, len(self.respondents))
        members = np.zeros(shape, dtype=bool)
        members[self.member_row, self.member] = True
        return members

    @property
    def divisions(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Names of the divisions; bool, their respondents (divisions, n) and cells (divisions, cells)."""
        tables = [table["naf_division"].to_numpy(object) for table in (self.respondents, self.cells)]
        names = sorted({*tables[0], *tables[1]})
        own, part = (table == np.array(names, dtype=object)[:, None] for table in tables)
        return names, own, part

    @property
    def silent(self) -> Silent:
        cells = self.cells
        numbers = (cells[name].to_numpy(dtype=float) for name in ("people", "squares", "spread"))
        borrowed = cells["basis"].isin(BORROWED).to_numpy()
        return Silent(cells["naf_division"].to_numpy(object), cells["row"].to_numpy(), borrowed, *numbers)


def branches(divisions: pd.DataFrame, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    """What is wider than a NAF division: Eurostat's group of divisions and the section, the narrower first.

    From the reference tables ``naf_divisions`` and ``waste_per_employee``.

    Returns
    -------
    pandas.DataFrame
        Index ``naf_division``; ``branch``, ``sector``: labels of the groups.
    """
    groups = waste_per_employee.assign(division=waste_per_employee["naf_division_codes"].str.split())
    section = divisions.set_index("naf_division_code")["section"]
    group = groups.explode("division").set_index("division")["nace_group"].reindex(section.index)
    group = group.fillna(section)
    narrower = group.map(group.value_counts()) < section.map(section.value_counts())
    return pd.DataFrame(
        {"branch": group.where(narrower, section), "sector": section.where(narrower, group)}
    ).rename_axis("naf_division")


def plan(respondents: pd.DataFrame, silent: pd.DataFrame, groups: pd.DataFrame) -> Plan:
    """The basis of every cell of silent establishments, from the tables of :mod:`frame` and :func:`branches`.

    A respondent without a headcount counts as itself and represents nobody.
    """
    respondents = respondents.sort_values("site_id").reset_index(drop=True)
    cells = (
        silent.assign(squares=silent["headcount"] ** 2 + silent["headcount_variance"])
        .groupby(["naf_division", "size_class"])
        .agg(
            n_silent=("headcount", "size"),
            people=("headcount", "sum"),
            squares=("squares", "sum"),
            spread=("headcount_variance", "sum"),
        )
        .reset_index()
    )
    known, needed = _labels(respondents, groups), _labels(cells, groups)
    counted = respondents["headcount"].to_numpy(dtype=float) > 0
    seen = cells["naf_division"].isin(respondents["naf_division"]).to_numpy()
    basis = np.full(len(cells), NO_BASIS, dtype=object)
    label = np.full(len(cells), None, dtype=object)
    for level in reversed(BASES):
        sizes = known.loc[counted, level].value_counts()
        fewest = FEWEST_IN_SIZE if level == "division_size" else FEWEST
        enough = seen & (needed[level].map(sizes).fillna(0) >= fewest).to_numpy()
        basis[enough], label[enough] = level, needed[level].to_numpy(object)[enough]
    row, names = pd.factorize(pd.Series(label, dtype=object))
    rows = pd.Series(np.arange(len(names)), index=names)
    pairs = []
    for level in BASES:
        of_site = known[level].map(rows).to_numpy(dtype=float)
        site = np.flatnonzero(counted & ~np.isnan(of_site))
        pairs.append(np.stack([of_site[site].astype(int), site]))
    return Plan(respondents, cells.assign(basis=basis, row=row), *np.concatenate(pairs, axis=1))


def describe(planned: Plan, own: np.ndarray, part: np.ndarray) -> pd.DataFrame:
    """How many answered in each group, on what their silent ones lean, and what to know before quoting it.

    Parameters
    ----------
    planned : Plan
        Of all groups.
    own, part : numpy.ndarray of bool, shapes (groups, n) and (groups, cells)
        The respondents and the cells of each group.

    Returns
    -------
    pandas.DataFrame
        ``n_sites`` that answered, of ``n_establishments``; ``headcount`` of all of these,
        ``headcount_covered_percent``; ``basis``, the widest one used (``complete`` when nobody is missing,
        ``none`` when nobody can represent some); ``warning``, the gravest of ``partial`` (a basis is
        missing), ``borrowed`` (over half of the missing people take the ratio of other divisions),
        ``sizes`` (over half are in size classes of which no respondent of their basis is), ``few`` (fewer
        than five respondents) and ``clear``.
    """
    cells, people = planned.cells, planned.respondents
    answered = own @ people["headcount"].fillna(0).to_numpy(dtype=float)
    missing = part @ cells["people"].to_numpy(dtype=float)
    n_sites, headcount = own.sum(axis=1), answered + missing
    covered = 100 * np.divide(answered, headcount, out=np.full(len(own), np.nan), where=headcount > 0)
    counts = [n_sites, n_sites + part @ cells["n_silent"].to_numpy(dtype=int), headcount, covered]
    order = {name: rank for rank, name in enumerate((COMPLETE, *BASES, NO_BASIS))}
    rank = np.where(part, cells["basis"].map(order).to_numpy(dtype=int), 0).max(axis=1, initial=0)
    sizes = pd.DataFrame({"row": planned.member_row, "size": people["size_class"].to_numpy()[planned.member]})
    unseen = ~pd.MultiIndex.from_frame(cells[["row", "size_class"]]).isin(pd.MultiIndex.from_frame(sizes))
    borrowed = cells["basis"].isin(BORROWED).to_numpy()
    mostly = [
        part @ (cells["people"].to_numpy(dtype=float) * flag) > missing / 2 for flag in (borrowed, unseen)
    ]
    warning = np.select(
        [rank == order[NO_BASIS], *mostly, (n_sites < FEW) & (missing > 0)],
        ["partial", "borrowed", "sizes", "few"],
        "clear",
    )
    table = pd.DataFrame(dict(zip(COUNTS, counts, strict=True)))
    return table.assign(basis=np.array(list(order), dtype=object)[rank], warning=warning)


def _labels(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """The group of each row at every level of ``BASES``; an unknown division has no wider one."""
    division = table["naf_division"].astype("str")
    wider = groups.reindex(division).set_index(table.index)
    return pd.DataFrame(
        {
            "division_size": "division_size " + division + " " + table["size_class"].astype("str").fillna(""),
            "division": "division " + division,
            "branch": "branch " + wider["branch"].astype("str").fillna(division),
            "sector": "sector " + wider["sector"].astype("str").fillna(division),
        }
    )
