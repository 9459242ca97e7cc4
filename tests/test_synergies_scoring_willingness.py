"""Partner willingness and regulatory ease: declared scales, the less willing partner, unknown as unknown."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.codes import CONSENTS
from eit_analysis.synergies.scoring.willingness import (
    site_willingness,
    with_regulatory_ease,
    with_willingness,
)

SCALES = pd.DataFrame(
    [
        ("willingness_ceiling", "named", 5, 5, 5),
        ("willingness_ceiling", "aggregated", 3, 4, 5),
        ("willingness_ceiling", "none", 1, 2, 3),
        ("regulatory_ease", "waste", 0.2, 0.5, 0.7),
    ],
    columns=["scale", "code", "low", "central", "high"],
)
SITES = pd.DataFrame({"site_id": ["A", "B", "C", "D"], "consent": ["named", "aggregated", "none", "named"]})


def answers(**by_site: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"site_id": site, "answer": answer} for site, given in by_site.items() for answer in given]
    )


def test_median_and_quartiles_under_the_ceiling_of_the_consent():
    found = site_willingness(answers(A=[1, 2, 4, 5, 5], B=[5, 5, 5], C=[4, 4, None]), SITES, SCALES)
    assert found.loc["A"].to_dict() == {"low": 2, "central": 4, "high": 5}
    assert found.loc["B"].to_dict() == {"low": 3, "central": 4, "high": 5}
    assert found.loc["C"].to_dict() == {"low": 1, "central": 2, "high": 3}
    assert "D" not in found.index


def test_a_site_without_known_consent_has_no_ceiling():
    assert site_willingness(answers(Z=[5, 5]), SITES, SCALES).loc["Z", "central"] == 5


def test_the_less_willing_partner_decides_and_silence_is_unknown():
    willingness = site_willingness(answers(A=[5, 5], B=[3, 3]), SITES, SCALES)
    pairs = pd.DataFrame({"giver_site_id": ["A", "B", "A", "A"], "taker_site_id": ["B", "A", "A", "D"]})
    found = with_willingness(pairs, willingness)
    assert list(found["partner_willingness"][:3]) == [3, 3, 5] and pd.isna(found["partner_willingness"][3])
    assert list(found["partner_willingness_low"][:3]) == [3, 3, 5]


def test_nobody_answered():
    nothing = pd.DataFrame({"site_id": pd.Series(dtype="str"), "answer": pd.Series(dtype=float)})
    pairs = pd.DataFrame({"giver_site_id": ["A"], "taker_site_id": ["B"]})
    assert (
        with_willingness(pairs, site_willingness(nothing, SITES, SCALES))["partner_willingness"].isna().all()
    )


def test_regulatory_ease_is_read_off_its_scale_and_an_unknown_status_is_unknown():
    found = with_regulatory_ease(pd.DataFrame({"legal_status": ["waste", "moonshine", None]}), SCALES)
    assert found.loc[0, ["regulatory_ease_low", "regulatory_ease", "regulatory_ease_high"]].tolist() == [
        0.2, 0.5, 0.7,
    ]  # fmt: skip
    assert found["regulatory_ease"].isna().tolist() == [False, True, True]


def test_every_legal_status_and_consent_has_its_scale_its_reason_and_its_source():
    scales = reference.load("scoring_scales")
    codes = {scale: set(rows["code"]) for scale, rows in scales.groupby("scale")}
    assert set(reference.load("compatibility")["legal_status"]) <= codes["regulatory_ease"]
    assert codes["willingness_ceiling"] == set(CONSENTS)
    assert (scales["low"] <= scales["central"]).all() and (scales["central"] <= scales["high"]).all()
    assert scales["reason"].notna().all() and set(scales["source"]) == {"hypothèse du projet"}
    ends = {"regulatory_ease": (0, 1), "willingness_ceiling": (1, 5)}
    for scale, (low, high) in ends.items():
        rows = scales[scales["scale"] == scale]
        assert rows["low"].min() >= low and rows["high"].max() <= high


@pytest.mark.parametrize("label", ["donation", "by_product", "waste", "end_of_waste", "hazardous_authorised"])
def test_law_ranks_every_status_above_the_hardest_and_below_the_freest(label):
    scale = reference.load("scoring_scales").set_index("code").loc[label]
    assert 0 < scale["central"] < 1 and scale["high"] - scale["low"] >= 0.4
