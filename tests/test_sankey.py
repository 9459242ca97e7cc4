"""The Sankey drawing: laws of its layout over random networks, and what a reader finds on it."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.publishing.figures import sankey
from eit_analysis.publishing.figures.sankey_diagram import MOST_LINKS
from eit_analysis.publishing.figures.sankey_layout import GAP, OTHERS, UNEXPLAINED, grouped, layout
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer

MASS = "mass_t_per_year"
STAGES = ["category", "naf_division", "route"]
VIEWER = Viewer("internal", True, {}, {})

path = st.tuples(
    st.sampled_from(["wood", "paper", "metal", "glass", "mixed"]),
    st.sampled_from([*(f"{i:02d}" for i in range(12)), UNEXPLAINED]),
    st.sampled_from(["recycling", "landfill", "energy", UNEXPLAINED]),
    st.floats(1e-3, 1e4),
)
networks = st.lists(path, min_size=1, max_size=40).map(
    lambda rows: pd.DataFrame(rows, columns=[*STAGES, "amount"])
)


def planned(paths: pd.DataFrame, stages: list[str], limit: int, label: float):
    small, _ = grouped(paths, stages, limit)
    labels = {(i, code): label for i, stage in enumerate(stages) for code in small[stage]}
    return small, layout(small, stages, "category", labels)


@given(networks, st.integers(1, 8), st.floats(1, 40))
@settings(max_examples=25)
def test_laws_of_the_layout(paths: pd.DataFrame, limit: int, label: float) -> None:
    small, plan = planned(paths, STAGES, limit, label)
    whole = paths["amount"].sum()
    assert small["amount"].sum() == pytest.approx(whole)
    nodes = {(n.stage, n.code): n for n in plan.nodes}
    for i in range(len(STAGES)):
        stage = sorted((n for n in plan.nodes if n.stage == i), key=lambda n: n.middle)
        # Every stage holds the same total, to the same scale.
        assert sum(n.amount for n in stage) == pytest.approx(whole)
        assert sum(n.size for n in stage) == pytest.approx(whole * plan.scale)
        # Labels, as high as their slots at most, never cover one another, and none leaves the drawing.
        centres = np.array([n.middle for n in stage])
        assert (np.diff(centres) >= label + GAP - 1e-6).all()
        assert centres[0] - label / 2 >= -1e-6
        assert centres[-1] + label / 2 <= plan.height + 1e-6
        assert all(b.top >= a.top + a.size + GAP - 1e-6 for a, b in pairwise(stage))
    for side, stage_of in (("source", 0), ("target", 1)):
        inside: dict[tuple[int, str], list[tuple[float, float]]] = {}
        for r in plan.ribbons:
            key = (r.stage + stage_of, getattr(r, side))
            top = r.start if side == "source" else r.end
            inside.setdefault(key, []).append((top, top + r.size))
        for key, spans in inside.items():
            node, spans = nodes[key], sorted(spans)
            # Ribbons fill their node from end to end, one below the other.
            assert spans[0][0] == pytest.approx(node.top, abs=1e-6)
            assert spans[-1][1] == pytest.approx(node.top + node.size, abs=1e-6)
            assert all(b[0] == pytest.approx(a[1], abs=1e-6) for a, b in pairwise(spans))
    # What leaves a family arrives: the colour of a ribbon tells the truth at every step.
    for step in (0, 1):
        by_family: dict[str, float] = {}
        for r in plan.ribbons:
            if r.stage == step:
                by_family[r.family] = by_family.get(r.family, 0.0) + r.amount
        assert by_family == pytest.approx(small.groupby("category")["amount"].sum().to_dict())


@given(networks, st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_the_order_of_the_rows_changes_nothing(paths: pd.DataFrame, random) -> None:
    order = list(range(len(paths)))
    random.shuffle(order)
    plans = [planned(p.reset_index(drop=True), STAGES, 20, 16.0)[1] for p in (paths, paths.iloc[order])]
    tops = [{(n.stage, n.code): n.top for n in plan.nodes} for plan in plans]
    assert tops[0] == pytest.approx(tops[1], abs=1e-6)


def test_grouping_keeps_the_largest_and_the_unexplained() -> None:
    codes = [f"E{i:03d}" for i in range(200)]
    paths = pd.DataFrame({"category": "wood", "site_id": codes, "amount": np.arange(200, 0, -1.0)})
    paths.loc[199, ["site_id", "amount"]] = [UNEXPLAINED, 0.5]
    small, hidden = grouped(paths, ["category", "site_id"], 20)
    assert hidden == {"site_id": 179}
    assert set(small["site_id"]) == {*codes[:20], OTHERS, UNEXPLAINED}
    # One alone is not grouped: « Autres (1) » would take the same room and say less.
    assert grouped(paths.head(21), ["category", "site_id"], 20)[1] == {}


def drawn(rows: list[tuple], stages: list[str]) -> str:
    frame = pd.DataFrame(rows, columns=[*stages, MASS])
    return sankey(Table(VIEWER, "Chemins", frame, stages), value=MASS, stages=stages)


def test_a_bar_of_which_a_part_is_withheld_is_no_total(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "hidden", property(lambda table: np.array([False, True, False])))
    rows = [("wood", "recycling", 60.0), ("wood", "energy", 30.0), ("paper", "recycling", 10.0)]
    told = texts(drawn(rows, ["category", "route"]))
    assert "bois au\u00a0moins\u00a060\u00a0t/an" in told
    assert "papier 10\u00a0t/an" in told and "recyclage 70\u00a0t/an" in told
    assert "Famille" in told


def test_letters_are_nine_points_high_on_paper() -> None:
    svg = drawn([("wood", "recycling", 60.0), ("wood", "energy", 30.0)], ["category", "route"])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]
    # 900 units on the 182 mm between the margins of A4.
    assert min(sizes) * 182 / 900 / 25.4 * 72 >= 9


def texts(svg: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text.*?</text>", svg, flags=re.S)]


def test_a_gap_is_dashed_named_and_at_the_foot() -> None:
    svg = drawn(
        [("wood", "recycling", 60.0), ("wood", UNEXPLAINED, 30.0), ("paper", "landfill", 10.0)],
        ["category", "route"],
    )
    assert "non expliqué 30\u00a0t/an" in texts(svg)
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="14" height="([\d.]+)" fill="([^"]+)"', svg)
    last = max(x for x, *_ in boxes)
    foot = max((b for b in boxes if b[0] == last), key=lambda b: float(b[1]))
    assert foot[3] == "#fff" and "url(#gap)" not in svg
    assert svg.count('stroke-dasharray="4 2"') == 2
    sides = {x: sum(float(b[2]) for b in boxes if b[0] == x) for x, *_ in boxes}
    assert len(sides) == 2
    assert max(sides.values()) == pytest.approx(min(sides.values()), abs=0.05)


def test_headings_totals_scale_and_numbers_are_written() -> None:
    told = texts(drawn([("wood", "recycling", 1240.4), ("paper", "landfill", 12.5)], ["category", "route"]))
    assert "bois 1\u202f240\u00a0t/an" in told
    assert "Famille 1\u202f253\u00a0t/an" in told
    assert any(text.startswith("Épaisseurs à l'échelle") and text.endswith("t/an") for text in told)


def test_two_hundred_firms_are_drawn_with_few_links() -> None:
    rng = np.random.default_rng(0)
    for firms in (20, 200):
        rows = [
            (family, f"Entreprise {i}", route, float(rng.lognormal(2, 1.5)))
            for i in range(firms)
            for family, route in [("wood", "energy"), ("paper", "recycling"), ("mixed", "landfill")]
        ]
        svg = drawn(rows, ["category", "site_id", "route"])
        height = float(re.search(r'viewBox="0 0 900 (\d+)"', svg)[1])
        # A4 with its margins and its caption is 182 mm wide and 165 mm are left to a drawing.
        assert height <= 765
        assert len(svg) < 50_000
        named = [text for text in texts(svg) if text.startswith("Entreprise")]
        assert len(named) == MOST_LINKS // 3 - 1
        assert any(text.startswith(f"Autres ({firms - len(named)})") for text in texts(svg))


def test_hostile_names_and_empty_tables() -> None:
    svg = drawn([("wood", "<b>&co" * 30, 5.0), ("wood", "E2", 0.0)], ["category", "site_id"])
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg
    assert len(texts(svg)) == 5
    assert "Aucune donnée" in drawn([("wood", "recycling", 0.0)], ["category", "route"])
    assert "Aucune donnée" in drawn([], ["category", "route"])
