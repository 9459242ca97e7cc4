"""Simulated territories, many at once: skewed sizes, lognormal tonnes per employee, chosen response."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eit_analysis.flows.extrapolation import bases
from eit_analysis.flows.extrapolation.frame import CLASSES
from eit_analysis.flows.extrapolation.ratio_estimator import bounds, predict
from eit_analysis.flows.uncertainty.lognormal import moment_interval
from eit_analysis.reference.sizes import size_class

DIVISIONS, BRANCHES = 14, 4
DENSITY_SD = 0.4  # log standard deviation of a density that all who count in skips or pallets share
EVIDENCE = ([0.05, 0.2, 0.5, 1.0], [0.3, 0.4, 0.25, 0.05])  # 95 % half-widths of what is reported, and odds


@dataclass(frozen=True)
class Territory:
    """One territory: what everyone sends out, who answered, and what was reported."""

    planned: bases.Plan
    truth: float
    reported: np.ndarray
    error_variance: np.ndarray
    establishments: pd.DataFrame
    by_density: np.ndarray

    def total(self, densities_known: bool = True) -> tuple[float, float, float]:
        """Extrapolated total and its bounds, errors of reporting independent but for that of the density,
        unless it is not known that there is one."""
        people = self.planned.respondents
        division, x = people["naf_division"].to_numpy(object), people["headcount"].to_numpy()
        part = np.ones((1, len(self.planned.cells)), dtype=bool)
        silent = predict(self.reported, x, division, self.planned.members, self.planned.silent, part)
        observed, of_errors = self.reported.sum(keepdims=True), self.error_variance.sum(keepdims=True)
        common = densities_known * np.expm1(DENSITY_SD**2)
        one, whole = (((scale * self.reported)[..., self.by_density].sum(axis=-1)) ** 2 * common
                      for scale in (1.0, 1 + silent.weight))  # fmt: skip
        low, high = bounds(
            (observed, *moment_interval(observed, of_errors + one)),
            silent.mass,
            silent.variance + silent.weight @ self.error_variance + whole - one,
            silent.doubt,
        )
        return float(observed[0] + silent.mass[0]), float(low[0]), float(high[0])


def territories(
    count: int,
    seed: int,
    driver: str = "",
    strength: float = 1.0,
    *,
    sigma: tuple[float, float] = (0.5, 0.9),
    answer: tuple[float, float] = (0.2, 0.6),
    no_waste: float = 0.0,
    by_density: float = 0.0,
) -> Iterator[Territory]:
    """Territories of which the response is driven by nothing, or by ``size``, ``mass`` or ``ratio``.

    Fourteen divisions of four branches, 3 to 15 respondents in four out of five of them, fewer than 3 in the
    others; a share of ``answer`` answers. ln headcount has the standard deviation 1.1, ln tonnes per employee
    ``sigma`` inside a division, 0.5 between the divisions of a branch, 0.5 between branches. A share
    ``no_waste`` has no waste and says so; a share ``by_density`` of the respondents reports through one
    density, wrong for all alike. Among the establishments of a division the odds of answering grow with
    exp(strength x driver), the driver in standard deviations. The truth is that of the divisions that
    somebody stands for.
    """
    random = np.random.default_rng(seed)
    cells = count * DIVISIONS
    answers = np.where(
        random.random(cells) < 0.8, random.integers(3, 16, cells), random.integers(0, 3, cells)
    )
    size = np.maximum(np.round(np.maximum(answers, 1) / random.uniform(*answer, cells)), answers + 1)
    cell = np.repeat(np.arange(cells), size.astype(int))
    branch = np.arange(cells) // DIVISIONS * BRANCHES + random.integers(0, BRANCHES, cells)
    sd = random.uniform(*sigma, cells)[cell]
    centre = random.normal(0.8, 0.5, cells) + random.normal(0, 0.5, count * BRANCHES)[branch]
    x = np.clip(np.round(np.exp(random.normal(3.3, 1.1, len(cell)))), 3, 1500)
    log_ratio = sd * random.normal(size=len(cell))
    y = x * np.exp(centre[cell] + log_ratio)
    if no_waste:
        y = y * (random.random(len(cell)) >= no_waste)
    z_size = (np.log(x) - 3.3) / 1.1
    drivers = {
        "": 0.0,
        "size": z_size,
        "mass": (1.1 * z_size + log_ratio) / np.hypot(1.1, sd),
        "ratio": log_ratio / sd,
    }
    score = strength * drivers[driver] + random.gumbel(size=len(cell))
    order = np.lexsort((-score, cell))
    rank = np.empty(len(cell), dtype=int)
    rank[order] = np.arange(len(cell)) - np.repeat(np.cumsum(size) - size, size.astype(int)).astype(int)
    low = np.array(CLASSES, dtype=float)[np.searchsorted(CLASSES[1:], x, side="right")]
    everyone = pd.DataFrame(
        {
            "site_id": np.arange(len(cell)),
            "territory": cell // DIVISIONS,
            "naf_division": np.char.mod("%06d", cell),
            "size_class": size_class(x),
            "headcount": x,
            "headcount_low": low,
            "y": y,
            "answered": rank < answers[cell],
        }
    )
    names = np.char.mod("%06d", np.arange(cells))
    groups = pd.DataFrame(
        {"branch": branch.astype(str), "sector": np.char.mod("t%d", np.arange(cells) // DIVISIONS)},
        index=pd.Index(names, name="naf_division"),
    )
    yield from _separated(everyone, groups, random, by_density)


def _separated(
    everyone: pd.DataFrame, groups: pd.DataFrame, random: np.random.Generator, by_density: float
) -> Iterator[Territory]:
    """One plan for all, which is faster, cut into that of each; nobody stands for another territory."""
    respondents = everyone[everyone["answered"]].reset_index(drop=True)
    silent = everyone[~everyone["answered"]]
    above = np.append(np.array(CLASSES[1:], dtype=float), 20_000.0)
    low, high = silent["headcount_low"], above[np.searchsorted(CLASSES, silent["headcount_low"])]
    inverse = 1 / low - 1 / high
    mean = np.log(high / low) / inverse
    silent = silent.assign(headcount=mean, headcount_variance=(high - low) / inverse - mean**2)
    planned = bases.plan(respondents, silent, groups)
    lost = set(planned.cells.loc[planned.cells["row"] < 0, "naf_division"])
    everyone = everyone[everyone["naf_division"].isin(set(everyone["naf_division"]) - lost)]
    planned = replace(planned, cells=planned.cells[planned.cells["row"] >= 0].reset_index(drop=True))
    sd = np.arcsinh(random.choice(EVIDENCE[0], len(respondents), p=EVIDENCE[1])) / 1.96
    reported = respondents["y"].to_numpy() * np.exp(sd * random.normal(size=len(sd)) - sd**2 / 2)
    variance = reported**2 * np.expm1(sd**2)
    through = random.random(len(reported)) < by_density if by_density else np.zeros(len(reported), dtype=bool)
    wrong = (
        random.normal(size=everyone["territory"].max() + 1)[respondents["territory"]] if by_density else 0.0
    )
    reported = np.where(through, reported * np.exp(DENSITY_SD * wrong - DENSITY_SD**2 / 2), reported)
    truth = everyone.groupby("territory")["y"].sum().to_numpy()
    of_cell = planned.cells["naf_division"].astype(int).to_numpy() // DIVISIONS
    of_member = respondents["territory"].to_numpy()[planned.member]
    by_member = np.argsort(of_member, kind="stable")
    starts = np.searchsorted(of_member[by_member], np.arange(len(truth) + 1))
    for number, true in enumerate(truth):
        here = slice(*np.searchsorted(respondents["territory"], [number, number + 1]))
        cells = planned.cells.iloc[slice(*np.searchsorted(of_cell, [number, number + 1]))]
        used, row = np.unique(cells["row"], return_inverse=True)
        pairs = by_member[starts[number] : starts[number + 1]]
        own = replace(
            planned,
            respondents=planned.respondents.iloc[here],
            cells=cells.assign(row=row),
            member_row=np.searchsorted(used, planned.member_row[pairs]),
            member=planned.member[pairs] - here.start,
        )
        limits = np.searchsorted(everyone["territory"], [number, number + 1])
        yield Territory(
            own, true, reported[here], variance[here], everyone.iloc[slice(*limits)], through[here]
        )
