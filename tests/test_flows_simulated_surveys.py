"""Do the published intervals hold the truth? 2,000 surveys of 60 flows whose truth is known.

Twice: reports drawn around the truth, as a scale errs, and truths drawn around the report, as the sites that
were given one ratio differ from it. Errors are shared by the contractor or the site's scale.
"""

import numpy as np
import pandas as pd
import pytest

from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

HALF_WIDTHS = {"measured": 0.05, "declared": 0.20, "estimated": 0.50, "inferred": 1.00}
# exp(-sigma^2 / 2) sinh(1.96 sigma) = half-width, solved by hand.
SIGMA = {"measured": 0.025508, "declared": 0.101895, "estimated": 0.252912, "inferred": 0.495262}
SURVEYS, FLOWS = 2_000, 60


def surveys(rng: np.random.Generator, around: str, mix: tuple = (0.4, 0.3, 0.2, 0.1)) -> pd.DataFrame:
    """The flows of all surveys, told apart by ``survey``, with the ``truth`` of each."""
    rows = SURVEYS * FLOWS
    survey = np.repeat(np.arange(SURVEYS), FLOWS)
    evidence = pd.Series(rng.choice(list(SIGMA), rows, p=mix))
    sites, contractors = rng.integers(0, 20, rows), rng.integers(0, 7, rows)
    flows = pd.DataFrame(
        {
            "survey": survey,
            "category": rng.choice(["wood", "paper", "metal", "glass", "plastic"], rows),
            "evidence": evidence,
            "site_id": [f"{s}-E{site}" for s, site in zip(survey, sites, strict=True)],
            "contractor": [f"{s}-P{c}" for s, c in zip(survey, contractors, strict=True)],
        }
    )
    flows["contractor"] = flows["contractor"].where(rng.random(rows) < 0.8)
    # Written out anew: whose scale it was, and half of the log variance shared by what it weighed.
    named = flows["contractor"].notna() & evidence.isin(["measured", "declared"])
    alone = ~named & (evidence != "measured")
    source = flows["contractor"].where(named, flows["site_id"])
    codes, names = pd.factorize(source)
    sigma = evidence.map(SIGMA).to_numpy()
    common = np.where(alone, 0.0, np.sqrt(0.5)) * rng.standard_normal(len(names))[codes]
    own = np.where(alone, 1.0, np.sqrt(0.5)) * rng.standard_normal(rows)
    factor = np.exp(sigma * (common + own) - sigma**2 / 2)
    drawn_first = rng.lognormal(2.5, 1.5, rows)
    drawn_after = drawn_first * factor
    truth, report = (drawn_first, drawn_after) if around == "truth" else (drawn_after, drawn_first)
    width = evidence.map(HALF_WIDTHS).to_numpy()
    return flows.assign(truth=truth, **{MASS: report, LOW: report * (1 - width), HIGH: report * (1 + width)})


@pytest.mark.parametrize("around", ["truth", "report"])
def test_intervals_cover_the_truth(around):
    flows = propagation.prepare(surveys(np.random.default_rng(2018), around))
    for by in (["survey"], ["survey", "category"]):
        rows = propagation.propagate(flows, by)
        truth = flows.groupby(by)["truth"].sum().to_numpy()
        covered = np.mean((rows[LOW] <= truth) & (truth <= rows[HIGH]))
        assert 0.93 <= covered <= 0.97


def test_forgetting_that_errors_are_shared_would_not_cover():
    flows = surveys(np.random.default_rng(2018), "report", mix=(0.5, 0.5, 0.0, 0.0))
    truth = flows.groupby("survey")["truth"].sum().to_numpy()
    covered = {}
    for correlation in (0.0, 0.5):
        rows = propagation.propagate(propagation.prepare(flows, correlation), ["survey"])
        covered[correlation] = np.mean((rows[LOW] <= truth) & (truth <= rows[HIGH]))
    assert covered[0.0] < 0.90 and 0.93 <= covered[0.5] <= 0.97
