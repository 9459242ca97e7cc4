"""The attacker itself, on small tables with known answers."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from attack.concentration import read_holders
from attack.crossing import read_crossings
from attack.drawings import of_drawings
from attack.knowledge import Known
from attack.layout import intervals_of
from attack.log import releases
from attack.pages import Table, read_csv, read_html
from attack.reading import read_table
from attack.rounding import exact, number, rounded, significant
from attack.rule import Result, attack, primary_closed
from attack.shown import silent_answers
from attack.studies import correct, random_study, withdraw

from eit_analysis.config import Disclosure

MASS = "mass_t_per_year"
HEADERS = ["Famille", "Masse (t/an)", "Acteurs"]
SHARES = ["Famille", "Part (%)"]


def survey(rows: list[tuple[str, str, float]], months: dict[int, str] | None = None) -> Known:
    """Flows of (site, family, tonnes), by family and by month."""
    known = Known()
    keys = pd.DataFrame(rows, columns=["site_id", "category", MASS])
    ids = known.variables(MASS, range(len(rows)), keys["site_id"], keys[MASS])
    ones = np.ones(len(rows))
    known.add("r 2018 out", keys, {MASS: [(ids, ones)]})
    active = [[int(m) for m in (months or {}).get(i, "1 2 3 4 5 6 7 8 9 10 11 12").split()] for i in ids]
    row = np.repeat(np.arange(len(rows)), [len(a) for a in active])
    monthly = keys.iloc[row].assign(month=[str(m) for a in active for m in a])
    share = np.array([1 / len(active[i]) for i in row])
    known.add("r 2018 months", monthly, {"mass_t_per_month": [(ids[row], share)]})
    return known


def attacked(known: Known, *tables: Table, exact: bool = True, insider: str | None = None) -> Result:
    cells = []
    for table in tables:
        reading = read_table(table, known.universes, known.truth, exact)
        assert not reading.unread, reading.unread
        cells += reading.cells
    return attack(cells, known, insiders=[insider] if insider else None)


def found(result: Result, firm: str, insider: str | None = None) -> list[tuple[float, float]]:
    """Lower and upper bounds of a firm's parts, as tonnes; nan on a side that is not bounded."""
    return [
        tuple(
            round(float(side) * v.part.value, 3) if abs(side) < 1e6 else np.nan
            for side in (v.bound.down, v.bound.up)
        )
        for v in result.violations
        if v.part.firm == firm and insider in (None, v.insider)
    ]


FOUR = [("A", "wood", 10.0), ("B", "wood", 20.0), ("C", "wood", 30.0), ("A", "paper", 7.0)]


def table(*rows: list[str], headers: list[str] = HEADERS, file: str = "t.csv") -> Table:
    return Table(file, "Tonnages", headers, [list(row) for row in rows])


def test_a_total_less_a_family_gives_the_only_firm_of_the_other() -> None:
    printed = table(["bois", "60", "3"], ["papier", "s", "s"], ["Total", "67", "3"])
    assert (7.0, 7.0) in found(attacked(survey(FOUR), printed), "A")


def register(*rows: tuple[str, str, float]) -> Known:
    """Tonnes of synergies (actors, family, tonnes)."""
    known = Known()
    keys = pd.DataFrame(rows, columns=["site_id", "category", MASS])
    ids = known.variables(MASS, range(len(rows)), keys["site_id"], keys[MASS])
    known.add("r 2018 out", keys, {MASS: [(ids, np.ones(len(rows)))]})
    return known


def test_who_is_in_all_synergies_but_one_reads_that_one_and_its_actors_do_not_count() -> None:
    printed = table(["bois", "12", "3"])
    known = register(("A B", "wood", 5.0), ("A C", "wood", 4.0), ("D E", "wood", 3.0))
    broken = attacked(known, printed).violations
    assert {(v.part.value, v.insider) for v in broken if v.part.firm} == {(3.0, "A")}
    apart = register(("A B", "wood", 5.0), ("F C", "wood", 4.0), ("D E", "wood", 3.0))
    assert not attacked(apart, printed).violations


def test_who_is_in_no_synergy_reads_the_only_one_of_its_family() -> None:
    known = register(("A B C", "wood", 5.0), ("A B C", "paper", 4.0), ("A C", "paper", 3.0))
    broken = attacked(known, table(["bois", "5", "3"], ["papier", "s", "s"])).violations
    assert (5.0, "outsider") in {(v.part.value, v.insider) for v in broken}
    assert not {v.insider for v in broken if v.part.value == 5.0} & {"A", "B", "C"}


def test_nothing_is_derived_from_a_family_of_three_like_firms() -> None:
    known = survey([*FOUR[:3], ("A", "paper", 7.0), ("B", "paper", 8.0), ("C", "paper", 9.0)])
    assert not attacked(known, table(["bois", "60", "3"], ["papier", "24", "3"])).violations


def test_a_firm_knows_the_other_of_two() -> None:
    known = survey([("A", "wood", 10.0), ("B", "wood", 20.0)])
    result = attacked(known, table(["bois", "30", "2"]))
    assert found(result, "B", "A") == [(20.0, 20.0)]
    assert not found(result, "B", "B")


def test_a_dominant_firm_is_bounded_by_what_the_others_cannot_be() -> None:
    known = survey([("A", "wood", 90.0), ("B", "wood", 5.0), ("C", "wood", 5.0)])
    result = attacked(known, table(["bois", "100", "3"]), insider="B")
    below, above = found(result, "A")[0]
    assert np.isnan(below) and above == 95.0  # less than 1.15 x 90; from below, B cannot tell A from C


def test_what_an_earlier_release_told_is_no_find_of_the_last() -> None:
    """Corrected, E has over 85 % of its family; what the others have in it was told when it had 63 %."""
    others, corrected = [("B", 3797.0), ("C", 650.0), ("D", 903.0)], {"before": 620.0, "after": 22620.0}
    known, cells = Known(), {}
    for release, reused in corrected.items():
        rows = [(firm, "mineral", "landfill", tonnes) for firm, tonnes in [*others, ("E", 8500.0)]]
        keys = pd.DataFrame(
            [*rows, ("E", "mineral", "reuse", reused)], columns=["site_id", "category", "route", MASS]
        )
        ids = known.variables(MASS, range(len(keys)), keys["site_id"], keys[MASS])
        own = known.add(f"{release} 2018 out", keys, {MASS: [(ids, np.ones(len(ids)))]})
        row = ["minéral", "14000"] if release == "before" else ["minéral", "s"]
        families = table(row, headers=HEADERS[:2])
        routes = table(
            ["minéral", "stockage", "14000"], headers=["Famille", "Exutoire actuel", "Masse (t/an)"]
        )
        cells[release] = [
            c for t in (families, routes) for c in read_table(t, [own], known.truth, False).cells
        ]
    (alone,) = attack(cells["after"], known).broken
    assert (alone.part.firm, alone.insider, alone.part.value) == ("", "E", 36470.0)
    assert [round(of * 5350) for of in (alone.bound.down, alone.bound.up)] == [5000, 6000]
    both = attack([*cells["before"], *cells["after"]], known, earlier=cells["before"])
    assert not both.broken and both.given >= 1


def test_releases_that_the_log_names_and_no_page_shows_are_counted(tmp_path) -> None:
    told = [("2018", "partners", "a"), ("2018", "partners", "b"), ("2018", "partners", "b")]
    told += [("2015", "partners", "c"), ("2018", "internal", ""), ("2018", "public", "b")]
    (log := tmp_path / "data" / "releases" / "small").mkdir(parents=True)
    for place, (wave, audience, forms) in enumerate(told, 1):
        record = {"wave": wave, "audience": audience, "forms": forms}
        (log / f"{place:06d}.json").write_text(json.dumps(record), encoding="utf-8")
    assert releases(tmp_path, "small", "2018", ["partners", "public"]) == ({"a", "b"}, {"b"})
    assert releases(tmp_path, "none", "2018", ["partners"]) == (set(), set())


def test_a_share_of_a_printed_total_is_an_amount() -> None:
    printed = table(["Total", "67", "3"]), table(["papier", "10,44776119"], headers=SHARES)
    low, high = found(attacked(survey(FOUR), *printed), "A")[0]
    assert low == pytest.approx(7.0, abs=1e-3) and high == pytest.approx(7.0, abs=1e-3)


def test_a_share_of_one_decimal_is_an_interval() -> None:
    total = table(["Total", "67", "3"])
    printed = table(["papier", "10,4"], headers=SHARES, file="t.html")
    low, high = found(attacked(survey(FOUR), total, printed), "A")[0]
    assert (low, high) == (pytest.approx(0.1035 * 67, abs=1e-3), pytest.approx(0.1045 * 67, abs=1e-3))


def test_a_seasonal_firm_stands_out_between_two_months() -> None:
    rows = [(name, "wood", 120.0) for name in "ABC"] + [("D", "wood", 120.0)]
    months = ["Famille", "Mois", "Masse du mois (t/mois)"]
    printed = table(["Total", "5", "30"], ["Total", "6", "54"], headers=months)
    result = attacked(survey(rows, {3: "6 7 8 9 10"}), printed)
    assert (24.0, 24.0) in found(result, "D")
    assert not found(result, "B", "A")


def test_a_pooled_row_has_what_the_other_rows_leave() -> None:
    known = survey([*FOUR, ("B", "glass", 4.0), ("C", "glass", 3.0)])
    printed = table(["bois", "60", "3"], ["autres, non diffusé (2 lignes)", "14", ""], ["Total", "74", "3"])
    reading = read_table(printed, known.universes, known.truth, True)
    assert [round(c.form.at(known.truth), 6) for c in reading.cells if c.kind == "pooled"] == [14.0]


def test_a_rounded_number_is_an_interval() -> None:
    assert rounded(5800, (5500, 6100)) == (5750, 5850)
    assert rounded(6000, (5000, 7000)) == (5500, 6500)  # no coarser than its own first digit
    assert rounded(5800, (5799, 5801)) == (5750, 5850)  # no finer than two digits
    assert rounded(5810, (5500, 6100), 3) == (5805, 5815)  # no multiple of what its bounds let expect
    assert rounded(0.12, None) == pytest.approx((0.115, 0.125))
    assert exact("1 000,2", of_file=False) == pytest.approx((1000.15, 1000.25))
    assert exact("580,732", of_file=True) == pytest.approx((580.732, 580.732), abs=1e-6)
    assert (significant("5 800,0"), significant("395,57"), significant("0,042")) == (2, 5, 2)
    assert (number("−1 234,5"), number("s"), number("5 à 6")) == (-1234.5, None, None)


def test_bounds_narrower_than_the_true_ones_hide_no_column() -> None:
    """283 of 215 to 384 is printed as 300, to the hundred, of 210 to 390."""
    assert rounded(300, (210, 390)) == (295, 305)
    assert rounded(300, (210, 390), wider=2) == (250, 350)
    headers = ["Famille", "Masse (t/an)", "Borne basse (t/an)", "Borne haute (t/an)"]
    known = survey([("A", "wood", 100.0), ("B", "wood", 90.0), ("C", "wood", 93.0)])
    reading = read_table(
        table(["bois", "300", "210", "390"], headers=headers), known.universes, known.truth, False
    )
    assert [cell.interval for cell in reading.cells] == [(250, 350)]


def test_a_difference_is_as_wide_as_both_that_it_is_of() -> None:
    headers = ["Masse avant (t/an)", "Masse (t/an)", "Écart (t/an)"]
    printed = Table("t.csv", "Écarts", headers, [["720", "840", "120"], ["", "840", "840"]])
    assert next(intervals_of(printed, 2, "change_t_per_year", False)) == [(110, 130), (835, 845)]


def test_shares_beside_amounts_of_others_are_not_read() -> None:
    """As large a part of ten times as much: the tonnes say that it is about other records."""
    printed = table(["bois", "600", "90"], ["Total", "670", "100"], headers=[*HEADERS[:2], "Part (%)"])
    known = survey(FOUR)
    assert not any(cell.interval for cell in read_table(printed, known.universes, known.truth, False).cells)


def test_rounding_protects_what_exact_numbers_gave() -> None:
    known = survey([("A", "wood", 1002.0), ("B", "wood", 1001.0), ("C", "wood", 1003.0), ("A", "paper", 4.0)])
    printed = table(["bois", "3010", "3"], ["Total", "3010", "3"])
    assert not found(attacked(known, printed, exact=False), "A", "B")


BARS = """<svg><desc>Figure tracée à partir du tableau « Tonnages » qui la suit</desc>
{bars}</svg>"""


@pytest.mark.parametrize(("widths", "finer"), [([410.4, 206.2, 93.84], True), ([410.0, 206.0, 93.8], False)])
def test_bars_tell_more_than_the_rounded_numbers_only_where_they_are_finer(widths, finer) -> None:
    known = survey([("A", "wood", 410.4), ("B", "paper", 206.2), ("C", "glass", 93.84)])
    printed = table(["bois", "410", "1"], ["papier", "206", "1"], ["verre", "93,8", "1"])
    reading = read_table(printed, known.universes, known.truth, False)
    bars = "".join(f'<rect x="0" y="{i}" width="{width}" height="9"/>' for i, width in enumerate(widths))
    said = of_drawings([BARS.format(bars=bars)], [reading], known.truth)
    assert [cell.label for cell in said] == (["papier", "verre"] if finer else [])


def test_few_holders_bound_the_heaviest_firm() -> None:
    known = survey([("A", "wood", 45.0), ("B", "wood", 30.0), ("C", "wood", 25.0)])
    shares = Table("t.csv", "", ["Part du tonnage (%)", "Acteurs"], [["50", "2"]])
    cells = read_holders(shares, known.universes[0], known)
    assert len(cells) == 4
    total = read_table(table(["bois", "100", "3"]), known.universes, known.truth, True)
    result = attack([*cells, *total.cells], known, insiders=["Z"])
    assert [above for _, above in found(result, "A")] == [50.0]  # alone it does not hold half


def test_primary_rules() -> None:
    rules = Disclosure()
    assert primary_closed({"A": 1.0, "B": 1.0}, False, rules)
    assert primary_closed({"A": 90.0, "B": 5.0, "C": 5.0}, False, rules)
    assert primary_closed({"A": 50.0, "B": 45.0, "C": 5.0}, False, rules)  # 5 < 15 % of 50
    assert primary_closed({"A": 2.0, "B": 1.0, "C": 1.0}, True, rules)
    assert not primary_closed({"A": 40.0, "B": 30.0, "C": 30.0}, False, rules)


def test_a_page_gives_its_tables_and_its_first_screen(tmp_path) -> None:
    page = tmp_path / "p.html"
    page.write_text(
        "<dl><dt>Qui&nbsp;?</dt><dd>80&nbsp;% vient de non diffusé.</dd><dd>d’autres s’en vont</dd></dl>"
        "<svg><text>7</text></svg><table><caption>Titre</caption>"
        '<tr><th scope="col">Famille</th><th scope="col">Masse (t/an)</th></tr>'
        '<tr><th scope="row">bois</th><td>1&#8239;000,2</td></tr></table>',
        encoding="utf-8",
    )
    read = read_html(page, tmp_path)
    assert read.tables == [Table("p.html", "Titre", ["Famille", "Masse (t/an)"], [["bois", "1 000,2"]])]
    assert len(read.drawings) == 1 and len(silent_answers(read)) == 1  # type: ignore[arg-type]
    data = tmp_path / "t.csv"
    data.write_text('\ufeff"Famille";"Masse (t/an)"\n"bois";1000,2\n', encoding="utf-8")
    assert read_csv(data, tmp_path).tables[0].rows == [["bois", "1000,2"]]


def test_random_studies_are_of_all_kinds() -> None:
    sizes, hazardous, idle = set(), 0, 0
    for seed in range(40):
        study = random_study(seed)
        assert study.rows == random_study(seed).rows
        sizes.add(len(study.firms))
        flows = study.rows["2018", "flows"]
        hazardous += any(row["route"] == "incinération" for row in flows)
        idle += bool(set(study.firms) - {row["site_id"] for row in flows if row["direction"] == "sortant"})
        left, mended = withdraw(study), correct(study)
        refused = {r["site_id"] for r in left.rows["2018", "sites"] if r["consent"] == "aucune"}
        assert left.withdrawn in refused
        pairs = zip(flows, mended.rows["2018", "flows"], strict=True)
        assert sum(old != new for old, new in pairs) == 1
    assert min(sizes) <= 8 and max(sizes) >= 45 and hazardous > 30 and idle > 5


def test_a_threshold_bounds_the_members_that_do_not_reach_it() -> None:
    known = Known()
    keys = pd.DataFrame({"site_id": ["A", "B", "C"], "group_number": "1"})
    volumes = known.variables("pooled", ["a", "b", "c"], keys["site_id"], [11.9, 6.0, 5.5])
    pools = known.add("r pools", keys, {"pooled_volume_per_year": [(volumes, np.ones(3))]})
    printed = table(
        ["1", "collecte", "bois", "12"], headers=["Groupe", "Nature", "Seuil franchi ensemble", "Seuil"]
    )
    result = attack(read_crossings(printed, pools, known), known)
    assert {(v.part.firm, round(v.bound.up, 3)) for v in result.violations} == {("A", 1.008)}


def test_each_who_counts_people_counts_one() -> None:
    """22 people of three firms: who counts 5 leaves 16 at most to the first, as the third counts one."""
    known = Known()
    keys = pd.DataFrame({"site_id": ["S1", "S2", "S3"], "occupation": "encadrement"})
    ids = known.variables("headcount", range(3), keys["site_id"], [14.0, 5.0, 3.0])
    known.add("r people", keys, {"headcount": [(ids, np.ones(3))]}, people=True)
    printed = table(["encadrement", "22"], headers=["Métier", "Effectif (personnes)"])
    cells = read_table(printed, known.universes, known.truth, True).cells
    assert ("S1", "S2", 16.0) in [
        (v.part.firm, v.insider, round(v.bound.up * v.part.value, 6)) for v in attack(cells, known).violations
    ]


def test_a_share_of_counted_rows_is_no_share_of_tonnes() -> None:
    known = survey([("A", "wood", 10.0), ("B", "wood", 20.0), ("C", "paper", 30.0), ("D", "paper", 1.0)])
    printed = table(["bois", "2", "50"], ["papier", "2", "50"], headers=["Famille", "Flux", "Part (%)"])
    assert not attacked(known, printed).rows
