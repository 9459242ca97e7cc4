"""The pictures of the reports: what is drawn, what is not, and that every reader can tell it apart."""

from __future__ import annotations

import itertools
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.breakdown import Breakdown
from eit_analysis.codes import CATEGORIES
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import figures
from eit_analysis.publishing.figures import ground
from eit_analysis.publishing.figures.drawing import empty
from eit_analysis.publishing.figures.label_places import overlap, round_below, spread
from eit_analysis.publishing.figures.palette import FAMILIES, RECOVERIES
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.row_keys import row_name
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.study import Study

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"
INTERNAL = Viewer("internal", True, {}, {})
# Linear RGB seen by a dichromat: Machado, Oliveira & Fernandes (2009), IEEE TVCG 15, 1291-1298, severity 1.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip


def lab(colours: list[str], sight: str = "normal") -> np.ndarray:
    """CIELAB (D65) of sRGB colours as one kind of sight receives them, shape (colours, 3)."""
    coded = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(SIGHTS[sight]).T, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def table(frame: pd.DataFrame, keys: list[str], total: str | None = None) -> Table:
    return Table(INTERNAL, "Essai", frame, keys, total=total)


class Closed(Table):
    """A table with some rows closed, as disclosure control leaves it."""

    rows: tuple[int, ...] = ()

    @property
    def hidden(self) -> np.ndarray:
        return np.isin(np.arange(len(self.frame)), self.rows)


def withheld(item: Table, *rows: int) -> Table:
    closed = Closed(INTERNAL, item.title, item.frame, item.keys, total=item.total)
    closed.rows = rows
    return closed


def words(svg: str) -> list[str]:
    """The text elements of a drawing, which stay text."""
    return [
        unescape(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r"<text.*?</text>", svg, flags=re.S)
    ]


def test_known_lightness_and_the_simulation_of_grey() -> None:
    # sRGB red: L* 53.24, a* 80.09, b* 67.20; a grey stays the same grey for every reader.
    assert lab(["#FF0000"])[0] == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    for sight in SIGHTS:
        assert lab(["#808080"], sight)[0] == pytest.approx([53.59, 0, 0], abs=0.1)


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_families_differ_for_every_reader(sight: str) -> None:
    assert set(FAMILIES) == set(CATEGORIES)
    seen = lab(list(FAMILIES.values()), sight)
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 20
    recovered = lab(list(RECOVERIES.values()), sight)
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(recovered, 2)) > 15


def test_families_differ_in_a_grey_print() -> None:
    lightness = dict(zip(FAMILIES, lab(list(FAMILIES.values()))[:, 0], strict=True))
    gaps = np.diff(sorted(lightness.values()))
    assert gaps.min() > 3
    steps = lab(list(RECOVERIES.values()))[:, 0]
    assert np.abs(np.diff(sorted(steps))).min() > 8


def test_a_drawing_of_words_only_leaves_its_finding_alone(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    flows = release.load("flows")
    item = release.table(Breakdown(totals(flows), ["category"], flows, MASS, "Total"), "Par famille")
    figure = release.figure(lambda table: empty(), item, "Mois")
    shown = str(figure.seen_by(release.viewer, {}).html("f"))
    assert shown == ""


labels = st.lists(st.tuples(st.floats(0, 100), st.floats(0.5, 12)), max_size=8)


@given(labels)
@settings(max_examples=100)
def test_spread_labels_never_overlap_and_stay_when_there_is_room(drawn: list[tuple[float, float]]) -> None:
    wanted, sizes = [np.array(v) for v in zip(*sorted(drawn), strict=True)] if drawn else ([], [])
    got = spread(wanted, sizes, 0, 100)
    room = np.asarray(sizes)
    assert (np.diff(got) >= (room[1:] + room[:-1]) / 2 - 1e-9).all()
    if len(got):
        assert got[0] - room[0] / 2 >= -1e-9
        assert got[-1] + room[-1] / 2 <= 100 + 1e-9
    apart = np.diff(wanted) >= (room[1:] + room[:-1]) / 2
    if apart.all() and len(got) and wanted[0] >= room[0] / 2 and wanted[-1] <= 100 - room[-1] / 2:
        assert got == pytest.approx(wanted)


def test_spread_moves_two_labels_at_one_place_by_half_each() -> None:
    assert spread([50, 50], [10, 10], 0, 100) == pytest.approx([45, 55])
    assert spread([1, 2], [10, 10], 0, 100) == pytest.approx([5, 15])
    assert overlap((0, 0, 2, 2), (1, 1, 3, 3))
    assert not overlap((0, 0, 1, 1), (1, 0, 2, 1))
    assert [round_below(x) for x in (1, 4.99, 5, 730, 0.03)] == pytest.approx([1, 2, 5, 500, 0.02])


def families(count: int = 3) -> pd.DataFrame:
    codes = list(CATEGORIES)[:count]
    masses = np.arange(count, 0, -1) * 100.0
    return pd.DataFrame({"category": codes, MASS: masses, LOW: masses * 0.9, HIGH: masses * 1.1})


def pairs() -> pd.DataFrame:
    rows = [
        ("wood", "material", 70.0), ("wood", "disposal", 30.0), ("wood", "Total", 100.0),
        ("textile", "material", 20.0), ("textile", "energy", 30.0), ("textile", "Total", 50.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["category", "recovery", MASS])
    return frame.assign(**{LOW: frame[MASS] * 0.8, HIGH: frame[MASS] * 1.2})


DRAWINGS = {
    "bars": (figures.bars, families(), ["category"], {"value": MASS, "low": LOW, "high": HIGH}),
    "sankey": (
        figures.sankey,
        pairs(),
        ["category", "recovery"],
        {"value": MASS, "stages": ["category", "recovery"]},
    ),
    "pareto": (figures.pareto, families(), ["category"], {"value": MASS}),
    "monthly": (
        figures.monthly,
        pd.DataFrame({"category": "wood", "month": range(1, 13), MASS: np.arange(12.0)}),
        ["category", "month"],
        {"value": MASS, "by": "category"},
    ),
    "commune_map": (
        figures.commune_map,
        pd.DataFrame({"commune_code": ["68334", "68063", "68348"], MASS: [400.0, 100.0, 25.0]}),
        ["commune_code"],
        {"value": MASS},
    ),
    "slope": (
        figures.slope,
        pd.concat([families().assign(wave="2015"), families().assign(wave="2018")], ignore_index=True),
        ["category", "wave"],
        {"value": MASS, "by": "category", "low": LOW, "high": HIGH},
    ),
    "survival": (
        figures.survival,
        pd.DataFrame(
            {
                "kind": "exchange",
                "months": [0.0, 6.0, 20.0],
                MASS: [100.0, 60.0, 0.0],
                LOW: [np.nan, 30.0, np.nan],
                HIGH: [np.nan, 80.0, np.nan],
            }
        ),
        ["kind", "months"],
        {"value": MASS, "low": LOW, "high": HIGH, "x": "months", "by": "kind"},
    ),
    "waterfall": (
        figures.waterfall,
        families(),
        ["category"],
        {"value": MASS, "levels": [next(iter(CATEGORIES))], "low": LOW, "high": HIGH},
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_a_small_svg_whose_text_is_text(name: str) -> None:
    draw, frame, keys, options = DRAWINGS[name]
    svg = draw(table(frame, keys, "Total"), **options)
    assert svg.startswith("<svg")
    assert len(svg) < 60_000
    assert words(svg)
    assert "<script" not in svg
    assert "…" not in svg


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_one_row_and_zero_masses_draw_without_a_crash(name: str) -> None:
    draw, frame, keys, options = DRAWINGS[name]
    assert "Aucune donnée" in draw(table(frame.head(0), keys), **options)
    assert "Aucune donnée" in draw(table(frame.assign(**{MASS: np.nan}), keys), **options)
    zero = frame.assign(**{column: 0.0 for column in (MASS, LOW, HIGH) if column in frame})
    for some in (frame.head(1), zero):
        assert draw(table(some, keys), **options).startswith("<svg")


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_withheld_amount_is_not_drawn(name: str) -> None:
    draw, frame, keys, options = DRAWINGS[name]
    amounts = [c for c in (MASS, LOW, HIGH) if c in frame]
    drawn = []
    for secret in (71.234, 12.5):
        frame = frame.astype(dict.fromkeys(amounts, float))
        frame.loc[1, amounts] = secret
        drawn.append(draw(withheld(table(frame, keys), 1), **options))
    assert drawn[0] == drawn[1]


def test_bars_end_with_their_number_and_unit_in_french() -> None:
    frame = pd.DataFrame({"category": ["wood", "textile"], MASS: [1240.4, 12.5]})
    told = words(figures.bars(table(frame, ["category"]), value=MASS))
    assert "1\u202f240\u00a0t/an" in told
    assert "12,5\u00a0t/an" in told


@pytest.mark.parametrize("most", [19.0, 24.0, 1.9, 0.024, 210.0])
def test_marks_of_an_axis_are_the_numbers_they_say(most: float) -> None:
    frame = pd.DataFrame({"category": ["wood", "paper"], MASS: [most, most / 3]})
    said = [text for text in words(figures.bars(table(frame, ["category"]), value=MASS)) if "/an" not in text]
    marks = [float(text.replace(",", ".")) for text in said if re.fullmatch(r"[\d,]+", text)]
    assert len(marks) > 3
    assert np.diff(marks) == pytest.approx(np.full(len(marks) - 1, marks[1] - marks[0]))


def test_ranks_and_counts_have_whole_marks() -> None:
    frame = pd.DataFrame({"category": ["wood", "paper"], "n_flows": [1, 2]})
    said = words(figures.bars(table(frame, ["category"]), value="n_flows"))
    assert {text for text in said if text[0].isdigit()} == {"0", "1", "2"}


def test_people_and_years_are_whole_on_their_axes() -> None:
    people = pd.DataFrame({"age_band": ["15-24", "25-29"], "headcount": [1.0, 2.0]})
    said = words(figures.pyramid(table(people, ["age_band"]), left="headcount"))
    assert [text for text in said if text.isdigit()] == ["0", "1", "2"]
    taxes = pd.DataFrame({"year": range(2026, 2031), "route": "landfill", MASS: 1.0})
    said = words(figures.lines(table(taxes, ["year", "route"]), x="year", value=MASS, by="route"))
    assert [text for text in said if text.startswith("20")] == ["2026", "2027", "2028", "2029", "2030"]


def test_long_names_are_wrapped_whole() -> None:
    name = "Régie intercommunale de collecte et de tri des encombrants de la vallée haute"
    frame = pd.DataFrame({"site_id": [name, "E2"], MASS: [5.0, 4.0]})
    for draw in (figures.bars, figures.pareto):
        svg = draw(table(frame, ["site_id"]), value=MASS)
        told = " ".join(words(svg))
        assert all(word in told for word in name.split())
        assert "…" not in told


def test_of_many_projects_those_with_most_members_are_drawn_and_the_figure_says_so() -> None:
    def places(sizes: list[int]) -> Table:
        rows = [(f"P{i}", f"A{j}", "firm") for i, size in enumerate(sizes) for j in range(size)]
        frame = pd.DataFrame(rows, columns=["title", "site_id", "actor_type"]).assign(seat="member")
        return table(frame, ["title", "site_id"])

    def field(sizes: list[int]) -> str:
        notes = Figure(INTERNAL, figures.seats, places(sizes), "Sièges", {}).notes
        return dict(notes).get("Champ", "")

    assert field([2] * 25) == "" and field([40, 2]) == ""
    every = "le plus de membres, synergies à plusieurs comprises, sur"
    assert field([2] * 30 + [3]) == f"les 25 micro-projets qui ont {every} 31."
    assert field([2, 60, 50]) == f"le micro-projet qui a {every} 3."
    told = words(figures.seats(places([2] * 30 + [3])))
    assert {"P30", "P23"} <= set(told) and "P24" not in told


def test_pareto_counts_those_who_hold_80_percent_and_groups_the_small() -> None:
    amounts = [800.0, *[200 / 39] * 39]
    frame = pd.DataFrame({"site_id": [f"E{i}" for i in range(40)], MASS: amounts})
    told = words(figures.pareto(table(frame, ["site_id"]), value=MASS))
    assert "80\u00a0% du total\u00a0: 1 sur 40" in told
    assert "Autres (20)" in told
    assert "E30" not in told
    equal = pd.DataFrame({"site_id": [f"E{i}" for i in range(10)], MASS: 1.0})
    assert "80\u00a0% du total\u00a0: 8 sur 10" in words(
        figures.pareto(table(equal, ["site_id"]), value=MASS)
    )


def test_monthly_profile_leaves_out_the_months_without_a_row() -> None:
    frame = pd.DataFrame({"category": "wood", "month": [1, 2, 6], MASS: [5.0, 10.0, 2.5]})
    svg = figures.monthly(table(frame, ["category", "month"]), value=MASS, by="category")
    heights = [float(h) for h in re.findall(r'<rect[^>]* height="([\d.]+)"', svg)]
    assert heights == pytest.approx([43, 86, 21.5])
    assert words(svg).count("J") == 3
    steady = pd.DataFrame({"category": "paper", "month": range(1, 13), MASS: 2.0})
    both = pd.concat([frame, steady], ignore_index=True)
    told = words(figures.monthly(table(both, ["category", "month"]), value=MASS, by="category"))
    assert "Réguliers toute l'année\u00a0: papier" in told
    assert told.count("J") == 3
    crossed = withheld(table(frame, ["category", "month"]), 1)
    assert "l8 8m0" in figures.monthly(crossed, value=MASS, by="category")


def test_commune_map_has_north_up_true_proportions_and_says_what_it_cannot_place() -> None:
    # Thann (47.81 N, 7.10 E) and Cernay (47.81 N, 7.17 E): 5.5 km apart; Oderen is north-west of both.
    frame = pd.DataFrame(
        {"commune_code": ["68334", "68063", "68247", "unknown"], MASS: [400.0, 100.0, 25.0, 10.0]}
    )
    svg = figures.commune_map(table(frame, ["commune_code"]), value=MASS)
    told = words(svg)
    assert {"Thann", "Cernay", "Oderen", "N"} <= set(told)
    assert any(text.endswith("\u00a0km") for text in told)
    assert any(text.startswith("Sans emplacement connu") for text in told)
    assert svg.count("<path") > 30  # the outlines of two intercommunalités
    # Two shades of green had no legend.
    alone = figures.commune_map(table(frame.head(1), ["commune_code"]), value=MASS)
    assert "Teintes\u00a0: intercommunalités" in told and "Teintes" not in alone
    # In print the decision page gives it more room than it has: nothing is drawn beyond its frame.
    left, top, width, _ = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', svg).groups()
    framed = re.search(r'<clipPath id="(\w+)"><path d="M(\S+) (\S+?)h(\S+?)v', svg)
    assert (framed[2], float(framed[3]), framed[4]) == (left, float(top), width)
    assert svg.index(f'<g clip-path="url(#{framed[1]})">') < svg.index('stroke="#B4BDB0"')
    assert "Aucune donnée" in figures.commune_map(table(frame.tail(1), ["commune_code"]), value=MASS)


def test_slope_chart_names_both_ends_and_the_verdict() -> None:
    now, before = families().assign(wave="2018"), families(2).assign(wave="2015")
    frame = pd.concat([before, now], ignore_index=True)
    frame["change"] = frame["category"].map(
        {"textile": "increase", "wood": "within", "cardboard": "not_comparable"}
    )
    svg = figures.slope(table(frame, ["category", "wave"]), value=MASS, by="category", verdict="change")
    told = words(svg)
    assert "textile 200\u00a0t/an" in told
    assert "300\u00a0t/an textile ▲" in told
    assert "100\u00a0t/an carton" in told
    assert {"2015", "2018", "non comparable", "écart dans l'incertitude"} <= set(told)


def totals(flows: pd.DataFrame) -> pd.DataFrame:
    frame = flows.groupby("category", as_index=False)[MASS].sum()
    total = pd.DataFrame({"category": ["Total"], MASS: [frame[MASS].sum()]})
    return pd.concat([frame, total], ignore_index=True)


def test_a_finding_heads_the_figure_of_those_who_may_read_its_values(small_study: Study) -> None:
    shown = {}
    for audience in ("internal", "public"):
        release = Release(small_study, audience, "essai")
        flows = release.load("flows")
        item = release.table(Breakdown(totals(flows), ["category"], flows, MASS, "Total"), "Par famille")
        finding = release.text("Le bois fait {x}.", x=item.value("wood", MASS))
        figure = release.figure(
            figures.bars,
            item,
            "Masses par famille",
            finding=finding,
            source="enquête 2018",
            n=release.count(flows["site_id"].nunique(), "acteur", "acteurs"),
            value=MASS,
        )
        shown[audience] = str(figure.seen_by(release.viewer, {}).html("f"))
    internal = shown["internal"]
    assert "<figcaption>Le bois fait 105\u00a0t/an</figcaption>" in internal
    assert '<title id="f-t">Le bois fait 105\u00a0t/an</title>' in internal
    assert '<p class="subtitle">Masses par famille, en t/an</p>' in internal
    caption = re.search(r'<p class="caption">(.*?)</p>', internal, re.S)
    assert caption and re.sub(r"\s+", " ", re.sub("<[^>]*>", "", caption[1])).strip() == (
        "Lecture : pour « papier », on lit 22,0 t/an. Champ : 8 acteurs. Source : enquête 2018."
    )
    assert (
        '<desc id="f-d">Le bois fait 105\u00a0t/an. Figure tracée du tableau «\u00a0Par famille' in internal
    )
    # One family of three may be read: that is a sentence, not a figure, and here not even that.
    assert shown["public"] == ""


def test_findings_and_counts_must_be_released(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    flows = release.load("flows")
    item = release.table(Breakdown(totals(flows), ["category"], flows, MASS, "Total"), "Par famille")
    with pytest.raises(DisclosureError, match=r"release\.text"):
        release.figure(figures.bars, item, "F", finding="105 t", value=MASS)  # type: ignore[arg-type]
    with pytest.raises(DisclosureError, match=r"release\.text"):
        release.figure(figures.bars, item, "F", n=8, value=MASS)  # type: ignore[arg-type]
    with pytest.raises(DisclosureError, match="Combien"):
        release.highlights([("Combien\u00a0?", "105 t")])  # type: ignore[list-item]


def test_highlights_are_a_list_of_questions_and_answers(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    flows = release.load("flows")
    item = release.table(Breakdown(totals(flows), ["category"], flows, MASS, "Total"), "Par famille")
    answer = release.text("{x}", x=item.value("Total", MASS))
    detail = release.text("déclarées par {n}", n=release.count(8, "acteur", "acteurs"))
    block = release.highlights([("Combien\u00a0?", answer, detail), ("Qui\u00a0?", detail)])
    page = str(block.seen_by(release.viewer, {}).html())
    assert page.count("<dt>") == 2
    assert '<dd class="answer">163\u00a0t/an</dd>' in page
    assert page.count('class="answer"') == 2
    assert block.plain() == "Combien\u00a0? 163\u00a0t/an Qui\u00a0? déclarées par 8\u00a0acteurs"


def test_a_trade_off_names_each_plan_once_and_joins_them_from_left_to_right() -> None:
    frame = pd.DataFrame(
        {
            "occupation": ["milieu", "double", "droite", "gauche", "même"],
            "joint_surplus_eur_per_year": [0.0, 500.0, 900.0, -800.0, 500.0],
            "jobs": [2.0, 1.0, 0.0, 3.0, 1.0],
        }
    )
    drawing = figures.tradeoff(
        table(frame, ["occupation"]), across="joint_surplus_eur_per_year", value="jobs"
    )
    texts = [unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", drawing)]
    assert [texts.count(name) for name in ("gauche", "milieu", "double, même", "droite")] == [1, 1, 1, 1]
    order = [texts.index(name) for name in ("gauche", "milieu", "double, même", "droite")]
    assert order == sorted(order)
    closed = figures.tradeoff(
        withheld(table(frame, ["occupation"]), 0, 1, 2, 3, 4),
        across="joint_surplus_eur_per_year",
        value="jobs",
    )
    assert closed == empty()


def test_a_waterfall_starts_each_step_where_the_last_one_ended() -> None:
    frame = pd.DataFrame(
        {"category": ["wood", "textile", "paper", "other"], MASS: [100.0, -30.0, 10.0, 80.0]}
    )
    svg = figures.waterfall(table(frame, ["category"]), value=MASS, levels=["wood", "other"])
    told = words(svg)
    assert {"100\u00a0t/an", "−30\u00a0t/an", "+10\u00a0t/an", "80\u00a0t/an"} <= set(told)
    spans = []
    for path in re.findall(r'<path d="([^"]*)" clip-path[^>]*style="fill: [^n"]*; stroke: #1b1f23', svg):
        xs = [float(x) for x in re.findall(r"[ML] ([\d.]+)", path)]
        spans.append((min(xs), max(xs)))
    zero, hundred = spans[0]
    scale = [((a - zero) / (hundred - zero), (b - zero) / (hundred - zero)) for a, b in spans]
    expected = [(0, 1), (0.7, 1), (0.7, 0.8), (0, 0.8)]
    assert np.allclose(scale, expected, atol=0.01)


def test_a_survival_curve_falls_in_steps_is_named_and_has_its_band() -> None:
    frame = pd.DataFrame(
        {
            "status": ["lead"] * 3 + ["study"] * 2, "kind": ["exchange"] * 3 + ["all"] * 2,
            "months": [0.0, 10.0, 20.0, 0.0, 8.0], "still_percent": [100.0, 50.0, 25.0, 100.0, 0.0],
            "still_low_percent": [np.nan, 20.0, 5.0, np.nan, np.nan],
            "still_high_percent": [np.nan, 80.0, 60.0, np.nan, np.nan],
        }
    )  # fmt: skip
    options = {"value": "still_percent", "low": "still_low_percent", "high": "still_high_percent"}
    keys = ["status", "kind", "months"]
    svg = figures.survival(table(frame, keys), **options, x="months", by="kind", panel="status")
    told = words(svg)
    assert {"piste", "étude", "échange", "Durée (mois)", "Encore à l'étape (%)"} <= set(told)
    assert "échanges et mutualisations" in " ".join(told)
    # One line for each curve, which goes down as the shares do and never by a slope.
    curves = re.findall(r'<path d="([^"]*)" clip-path[^>]*stroke-width: 2.2', svg)
    points = [
        [tuple(map(float, p)) for p in re.findall(r"[ML] ([\d.]+) ([\d.]+)", curve)] for curve in curves
    ]
    assert len(points) == 2
    assert all(a[0] == b[0] or a[1] == b[1] for line in points for a, b in itertools.pairwise(line))
    # It falls at the month of the row: from 0 to 20 months, half way at 10, and at the end.
    falls = [a[0] for a, b in itertools.pairwise(points[0]) if a[1] != b[1]]
    (left, _), (right, _) = points[0][0], points[0][-1]
    assert falls == pytest.approx([(left + right) / 2, right], abs=0.02)
    (top, bottom), heights = (points[1][0][1], points[1][-1][1]), sorted({y for _, y in points[1]})
    assert heights == [top, bottom]
    assert len({y for _, y in points[0]}) == 3
    # A band for the curve that has bounds, none for the other.
    assert svg.count("fill-opacity: 0.18") + svg.count("opacity: 0.18") >= 1
    bare = figures.survival(table(frame[3:], keys), **options, x="months", by="kind")
    assert "opacity: 0.18" not in re.sub(r'<path d="" ?[^>]*>', "", bare)


def test_a_number_that_names_a_row_is_read_with_what_it_numbers(small_study) -> None:
    """« pour « 1 », on lit 11,9 » says nothing."""
    release = Release(small_study, "internal", "essai")
    frame = pd.DataFrame(
        {"plan_number": [1, 2, 3], "joint_surplus_eur_per_year": [3.0, 2.0, 1.0],
         "avoided_tco2e_per_year": [1.0, 2.0, 3.0]}
    )  # fmt: skip
    axes = {"across": "joint_surplus_eur_per_year", "value": "avoided_tco2e_per_year"}
    plans = release.team(frame, "Combinaisons", ["plan_number"])
    figure = release.figure(figures.tradeoff, plans, "Essai", **axes)
    said = str(figure.seen_by(release.viewer, {}).html("f"))
    assert "pour «\u00a0combinaison 1\u00a0», on lit 1,0" in said


def test_a_wave_is_read_with_its_name() -> None:
    row = pd.Series({"category": "wood", "presence": "both", "wave": "2015"})
    assert row_name(row, ["category", "wave"]) == "bois (vague 2015)"


def test_the_first_place_of_a_map_has_its_caption_with_a_line_where_it_has_no_room() -> None:
    angles = np.arange(16) * np.pi / 8
    ring = {f"p{i}": (150 + 50 * np.cos(a), 120 + 50 * np.sin(a), 12.0) for i, a in enumerate(angles)}
    places = {"first": (150.0, 120.0, 40.0), **ring}
    first, *others = ground.labels({name: [name] for name in places}, places, (0.0, 0.0, 400.0, 300.0))
    assert first.startswith("<path") and ">first</text>" in others[0]
    assert not any(text.startswith("<path") for text in others)


def test_no_caption_covers_the_scale_of_a_map_nor_what_is_written_beside_it() -> None:
    land = ground.Ground(["68334", "68224"])  # of two intercommunalités
    words = re.findall(r'<text x="(\d+)" y="(\d+)">([^<]+)</text>', land.svg())
    assert [text for *_, text in words] == ["5\u00a0km", "Teintes\u00a0: intercommunalités"]

    def box(x: str, y: str, text: str) -> tuple[float, float, float, float]:
        return float(x), float(y) - 9, float(x) + 0.54 * 11 * len(text), float(y) + 2

    (bar, long), written = re.findall(r'"M6 (\d+)h([\d.]+)"', land.svg())[0], [box(*one) for one in words]
    written.append((6.0, float(bar) - 1, 6.0 + float(long), float(bar) + 1))
    spots = itertools.product(range(0, 260, 10), range(int(land.height) - 50, int(land.height), 5))
    told = [land.captions({"a": ["Ferme de la", "Lande"]}, {"a": (x, y, 5.5)}) for x, y in spots]
    own = r'<text x="([-\d.]+)" y="([-\d.]+)" paint[^>]*>([^<]+)</text>'
    for caption in (box(*one) for texts in told for text in texts for one in re.findall(own, text)):
        assert not any(overlap(caption, other) for other in written)
    assert sum(map(bool, told)) == len(told)
