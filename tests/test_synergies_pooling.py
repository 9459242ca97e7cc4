"""Pooling: groups cross together a threshold that no member crosses alone."""

import pandas as pd
import pytest

from eit_analysis.synergies.pooling import POOL_COLUMNS, pooled, unseen

SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C", "D"],
        # About 0, 11, 22 and 111 km along a meridian.
        "latitude": [47.0, 47.1, 47.2, 48.0],
        "longitude": [7.0] * 4,
    }
)
THRESHOLDS = pd.DataFrame(
    [
        ("training", "secour", "personne", 8.0, "une session de secourisme"),
        ("training", None, "personne", 10.0, "une session"),
        ("purchase", "papier", "t", 1.0, "une palette de papier"),
        ("collection", "wood", "t", 20.0, "une benne de bois"),
    ],
    columns=["nature", "item_keyword", "unit", "threshold", "label_fr"],
)


def needs(rows):
    frame = pd.DataFrame(rows, columns=["site_id", "nature", "item", "volume_per_year", "unit"])
    return frame.assign(side="need")


def outputs(rows):
    return pd.DataFrame(rows, columns=["site_id", "category", "mass_t_per_year"]).assign(direction="out")


def run(sharing_rows, flow_rows=(), radius_km=15.0):
    return pooled(needs(sharing_rows), outputs(flow_rows), SITES, THRESHOLDS, radius_km, 1.0)


def test_two_needs_fill_a_session_whatever_the_accents():
    groups, shares = run(
        [
            ("A", "training", "Sécouriste du travail", 5.0, "places"),
            ("B", "training", "SECOURISTE", 4.0, "personnes"),
        ]
    )
    (group,) = groups.to_dict("records")
    assert group["members"] == "A B" and group["n_sites"] == 2
    assert group["volume_per_year"] == pytest.approx(9) and group["threshold"] == 8
    assert dict(zip(shares["site_id"], shares["volume_per_year"], strict=True)) == {"A": 5, "B": 4}


def test_who_crosses_alone_needs_no_group_and_offers_are_no_need():
    alone = [
        ("A", "training", "secourisme", 9.0, "personne"),
        ("B", "training", "secourisme", 4.0, "personne"),
    ]
    assert run(alone)[0].empty
    sharing = needs(
        [("A", "training", "secourisme", 5.0, "personne"), ("B", "training", "secourisme", 4.0, "personne")]
    )
    offered = sharing.assign(side=["need", "offer"])
    assert pooled(offered, outputs([]), SITES, THRESHOLDS, 15.0, 1.0)[0].empty


def test_out_of_reach_is_out_and_overlapping_groups_both_stand():
    rows = [(s, "wood", t) for s, t in (("A", 12.0), ("B", 9.0), ("C", 13.0), ("D", 15.0))]
    groups, _ = run([], rows, radius_km=12.0)
    # B is within reach of both A and C: its neighbourhood holds the two others and absorbs theirs.
    assert list(groups["members"]) == ["A B C"]
    assert list(groups["category"]) == ["wood"]
    groups, _ = run([], [*rows[:2], rows[3]], radius_km=12.0)
    assert list(groups["members"]) == ["A B"]


def test_units_are_converted_and_other_units_left_out():
    groups, _ = run([("A", "purchase", "Papier recyclé", 600.0, "kg"), ("B", "purchase", "papier", 0.7, "t")])
    assert list(groups["volume_per_year"]) == pytest.approx([1.3])
    sharing = needs([("A", "purchase", "papier", 600.0, "€"), ("B", "purchase", "Papier", 0.7, "t")])
    assert list(unseen(sharing, THRESHOLDS)["unit"]) == ["€"]


def test_a_general_threshold_keeps_items_apart():
    rows = [("A", "training", "CACES", 6.0, "personne"), ("B", "training", "anglais", 6.0, "personne")]
    assert run(rows)[0].empty
    groups, _ = run([*rows, ("B", "training", "Caces", 5.0, "personne")])
    assert list(groups["label"]) == ["une session (CACES)"]


def test_order_of_rows_is_irrelevant():
    rows = [(s, "training", "secourisme", 4.0, "personne") for s in "ABC"]
    one, other = run(rows), run(rows[::-1])
    pd.testing.assert_frame_equal(one[0], other[0])


def test_nothing_in_nothing_out():
    groups, shares = run([])
    assert groups.empty and list(groups.columns) == POOL_COLUMNS and shares.empty
