"""Several studies matched together: those that agreed to share with each other, and the actors who did."""

import numpy as np
import pandas as pd
from command import eit, refused
from small_pages import CONFIG

from eit_analysis import reference
from eit_analysis.study import open_study
from eit_analysis.synergies import nationwide
from eit_analysis.synergies.across import circles, exchanges_across, stacked

FLOWS = ["out_flow_id", "in_flow_id"]


def crowd(name, n, random):
    """Sites of one study at random, a third of which do not agree to be named, and one flow each way."""
    sites = pd.DataFrame(
        {
            "site_id": [f"E{i}" for i in range(n)],
            "siret": ["1" * 14, *(f"{name}{i}" for i in range(1, n))],
            "consent": ["named", *random.choice(["named", "named", "aggregated"], n - 1)],
            "naf_code": "2562B",
            "actor_type": random.choice(["firm", "outlet"], n),
            "latitude": random.uniform(47.6, 48.0, n),
            "longitude": random.uniform(7.0, 7.4, n),
        }
    )
    kinds = np.array([["cardboard", "150101"], ["wood", "150103"], ["plastic", "150102"]])
    flows = [
        pd.DataFrame(kinds[random.integers(0, 3, n)], columns=["category", "waste_code"]).assign(
            flow_id=[f"{way}{i}" for i in range(n)],
            site_id=sites["site_id"],
            direction=way,
            mass_t_per_year=random.choice([1.0, 2.0, 5.0], n),
        )
        for way in ("out", "in")
    ]
    return completed(pd.concat(flows, ignore_index=True)), sites


def completed(flows):
    masses = {f"mass_{end}_t_per_year": flows["mass_t_per_year"] for end in ("low", "high")}
    flows = flows.assign(evidence="declared", quality="clean", route=None, months=None, **masses)
    return flows.assign(cost_eur_per_t=float("nan"), description="", contractor=None)


def made_up_study(root, name, latitude, settings):
    """Two firms side by side and what each gives and needs: cardboard and pallets, not all weighed."""
    raw = root / "data" / "raw" / name
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text(CONFIG + settings, encoding="utf-8")
    processed = open_study(name, root=root).processed
    processed.mkdir(parents=True)
    places = {"site_id": ["A", "B"], "name": ["Atelier A", "Atelier B"], "siret": None, "consent": "named"}
    places |= {"naf_code": "2562B", "actor_type": "firm", "latitude": latitude}
    places |= {"commune_code": "68334", "commune_name": "Thann"}
    pd.DataFrame(places | {"longitude": 7.1}).to_parquet(processed / "sites.parquet")
    rows = [
        ("A-1", "A", "out", "cardboard", "150101", 4.0), ("B-1", "B", "in", "cardboard", "150101", 3.0),
        ("B-2", "B", "out", "wood", "150103", 5.0), ("A-2", "A", "in", "wood", "150103", 9.0),
        ("A-3", "A", "out", "wood", "150103", None),
    ]  # fmt: skip
    flows = pd.DataFrame(
        rows, columns=["flow_id", "site_id", "direction", "category", "waste_code", "mass_t_per_year"]
    )
    completed(flows).to_parquet(processed / "flows.parquet")


def test_studies_that_share_with_each_other_are_matched_and_no_others(tmp_path):
    for name, latitude, shares in (
        ("vallee-a", 47.8, '["vallee-b"]'),
        ("vallee-b", 47.9, '["toutes"]'),
        ("vallee-c", 47.85, '["vallee-a"]'),
    ):
        made_up_study(tmp_path, name, latitude, f"[exchange]\nshares_with = {shares}\n")
    done = eit(tmp_path, "match", "vallee-a", "vallee-b", "vallee-c")
    assert done.returncode == 0, done.stderr
    assert "vallee-c" in done.stderr
    found = pd.read_parquet(tmp_path / "data" / "batch" / "exchanges.parquet")
    pairs = found.set_index(found[FLOWS].agg(">".join, axis=1))["distance_km"].round().astype(int).to_dict()
    a, b = "vallee-a/", "vallee-b/"
    near = {f"{v}{pair}": 0 for v in (a, b) for pair in (f"A-1>{v}B-1", f"B-2>{v}A-2")}
    far = {
        f"{v}{out}>{w}{need}": 14
        for v, w in ((a, b), (b, a))
        for out, need in (("A-1", "B-1"), ("B-2", "A-2"), ("A-3", "A-2"))
    }
    assert pairs == near | far
    page = (tmp_path / "reports" / "echanges.html").read_text(encoding="utf-8")
    assert "6 échanges possibles entre deux études" in page.replace("\u00a0", " ")
    assert page.count("Atelier A (vallee-b)") == 4  # the unknown mass too, once each way
    refused(eit(tmp_path, "match", "vallee-a", "vallee-c"), "shares_with")


def test_circles_are_studies_with_the_same_partners():
    shares = {"a": ["b"], "b": ["toutes"], "c": ["a"], "d": ["toutes"], "e": ["toutes"]}
    assert circles(shares) == [
        (["a"], ["a", "b"]),
        (["b"], ["a", "b", "d", "e"]),
        (["d", "e"], ["b", "d", "e"]),
    ]
    assert circles({"a": ["b"], "b": []}) == []


def test_part_by_part_is_the_whole_and_an_establishment_is_one(monkeypatch):
    random = np.random.default_rng(21)
    tables = {name: crowd(name, 60, random) for name in ("a", "b", "c")}
    flows, sites, repeated = stacked(tables)
    assert repeated == 2  # the first site of every study is the same
    assert set(sites["consent"]) == {"named"}
    assert set(flows["site_id"]) <= set(sites["site_id"])
    rules = reference.load("compatibility")
    shares = {name: ["toutes"] for name in tables}
    monkeypatch.setattr(nationwide, "PART_ROWS", 40)
    parts, between = zip(*exchanges_across(flows, sites, rules, shares, 40.0, 1.3, 3), strict=True)
    assert len(parts) > 2
    together = pd.concat(parts, ignore_index=True)
    study = sites["study"].astype("str").to_numpy()
    ends = (study[together[side]] for side in ("giver_site_id", "taker_site_id"))
    assert (np.concatenate(between) == np.not_equal(*ends)).all()
    monkeypatch.setattr(nationwide, "PART_ROWS", 10**6)
    (whole,) = nationwide.best_candidates(flows, sites, rules, 40.0, 1.3, 3)
    together, whole = (table.sort_values(FLOWS, ignore_index=True) for table in (together, whole))
    pd.testing.assert_frame_equal(together, whole)
