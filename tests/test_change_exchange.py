"""Territories side by side: rates partially pooled, indicators, what to take up, methods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.change import achieved, indicators, neighbours
from eit_analysis.change.funnel import by_kind
from eit_analysis.change.pooled_rates import RATE_COLUMNS, pooled, posterior
from eit_analysis.config import StudyConfig
from eit_analysis.records import TOTAL
from eit_analysis.reference import exchange
from eit_analysis.reference.intervals import holm

# Rats with a tumour and rats, in 70 historical groups and the current one: Tarone (1982), as in Gelman et
# al., Bayesian Data Analysis, 3rd ed., table 5.1.
TUMOURS = (
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2 2 1 5 2 5 3 2 7 7 3 3 2 9 10 4 4 4 4 4 4 "
    "4 10 4 4 4 5 11 12 5 5 6 5 6 6 6 6 16 15 15 9 4"
)
RATS = (
    "20 20 20 20 20 20 20 19 19 19 19 18 18 17 20 20 20 20 19 19 18 18 25 24 23 20 20 20 20 20 20 10 49 19 "
    "46 27 17 49 47 20 20 13 48 50 20 20 20 20 20 20 20 48 19 19 19 22 46 49 20 20 23 19 22 20 20 20 52 46 "
    "47 24 14"
)


def counts(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["territory", "n_leads", "n_done"])


def test_the_rat_tumours_of_bayesian_data_analysis() -> None:
    done, leads = (np.array(text.split(), dtype=int) for text in (TUMOURS, RATS))
    shares = (done / leads)[:70]
    mean, spread = shares.mean(), shares.var(ddof=1)
    total = mean * (1 - mean) / spread - 1
    assert (round(mean * total, 1), round((1 - mean) * total, 1)) == (1.4, 8.6)  # section 5.1: moments
    fitted = posterior(done, leads)
    found = fitted.weights @ fitted.alpha, fitted.weights @ fitted.beta
    assert found == pytest.approx((2.4, 14.3), abs=0.05)  # section 5.3: posterior means
    # The current group, 4 of 14: its rate is drawn towards 0.14 and stays above it.
    assert 0.14 < fitted.means[-1] < 4 / 14


def test_intervals_cover_the_true_rates_of_seven_territories() -> None:
    leads, generator = np.array([27, 6, 110, 35, 18, 52, 22]), np.random.default_rng(5)
    covered = []
    for _ in range(150):
        rates = generator.beta(2, 4, 7)
        below = posterior(generator.binomial(leads, rates), leads).below(rates)
        covered.append((below > 0.025) & (below < 0.975))
    assert 0.90 <= np.mean(covered) <= 0.99


def test_one_rate_for_all_is_seldom_called_different() -> None:
    leads, generator = np.array([27, 6, 110, 35, 18, 52, 22]), np.random.default_rng(6)
    names = [f"T{i}" for i in range(7)]
    wrong = 0
    for _ in range(25):
        table = pooled(counts(*zip(names, leads, generator.binomial(leads, 0.35), strict=True)), "T0")
        wrong += bool(table["rate_difference"].isin(["higher", "lower"]).any())
    assert wrong <= 3


@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(1, 80), st.integers(0, 80)), min_size=2, max_size=4))
def test_a_pooled_rate_is_within_its_bounds_and_shares_keep_their_sense(given: list[tuple[int, int]]) -> None:
    rows = [(f"T{i}", leads, min(done, leads)) for i, (leads, done) in enumerate(given)]
    table = pooled(counts(*rows), "T0")
    assert list(table) == RATE_COLUMNS and len(table) == len(rows)
    assert (table["pooled_low_percent"] < table["pooled_percent"]).all()
    assert (table["pooled_percent"] < table["pooled_high_percent"]).all()
    assert table.loc[table["territory"] == "T0", "rate_difference"].tolist() == ["here"]
    again = pooled(counts(*rows[::-1]), "T0")
    pd.testing.assert_frame_equal(table, again)


def test_few_leads_are_drawn_further_than_many_and_no_lead_has_no_rate() -> None:
    table = pooled(
        counts(("many", 200, 150), ("few", 4, 3), ("a", 60, 20), ("b", 60, 22), ("none", 0, 0)), "a"
    )
    drawn = (table["share_percent"] - table["pooled_percent"]).set_axis(table["territory"])
    assert drawn["few"] > drawn["many"] > 0 and "none" not in drawn
    verdicts = table.set_index("territory")["rate_difference"]
    assert verdicts.to_dict() == {"many": "higher", "few": "unclear", "a": "here", "b": "unclear"}
    assert pooled(counts(("a", 0, 0)), "a").empty
    alone = pooled(counts(("a", 10, 3), ("none", 0, 0)), "none")
    assert alone["rate_difference"].isna().all() and alone["higher_percent"].isna().all()


def funnel(territory: str, *stages: int, kind: str = TOTAL) -> pd.DataFrame:
    status = ["lead", "study", "committed", "done"][: len(stages)]
    return pd.DataFrame({"territory": territory, "kind": kind, "status": status, "n_synergies": stages})


def test_rates_come_from_totals_or_from_kinds_and_never_from_what_is_untold() -> None:
    others = pd.concat([
        funnel("A", 20, 10, 8, 5), funnel("B", 6, 3, 2, 1, kind="exchange"),
        funnel("B", 4, 3, 2, 1, kind="pooling"), funnel("C", 30, 10),
    ])  # fmt: skip
    own = funnel("", 10, 8, 6, 4).drop(columns="territory")
    table = neighbours.rates(own, others, "ici").set_index("territory")
    assert table.loc["B", ["n_leads", "n_done"]].tolist() == [10, 2] and "C" not in table.index
    # Of this territory the stage done is withheld: it has no rate, and is not said to have none done.
    hushed = neighbours.rates(own[own["status"] != "done"], others, "ici")
    assert set(hushed["territory"]) == {"A", "B"} and neighbours.standing(hushed, "ici").empty
    # Where all kinds together are withheld, those that are told are not all; of a neighbour, one that does
    # not tell a stage is not nothing.
    part = funnel("", 10, 8, 6, 4, kind="exchange").drop(columns="territory")
    assert "ici" not in set(neighbours.rates(part, others, "ici")["territory"])
    torn = pd.concat([others, funnel("B", 5, kind="purchase")])
    assert set(neighbours.rates(own, torn, "ici")["territory"]) == {"A", "ici"}
    blank = others.assign(n_synergies=others["n_synergies"].where(others["territory"] != "A"))
    assert set(neighbours.rates(own, blank, "ici")["territory"]) == {"B", "ici"}
    stand = neighbours.standing(table.reset_index(), "ici").set_index("standing")
    assert stand.loc["others", "n_territories"] == 2 and "established" not in stand.index
    # 90 of 100 and 1 of 100 are beyond what chance gives beside 40 of 100.
    far = pooled(counts(("ici", 100, 40), ("A", 100, 90), ("B", 100, 1)), "ici")
    rows = neighbours.standing(far, "ici").set_index("standing")["territory"].to_dict()
    assert (rows["higher"], rows["lower"]) == ("A (90 sur 100)", "B (1 sur 100)")
    assert rows["established"] == "A et B"
    assert (rows["above"], rows["below"]) == ("A", "B") and "unclear" not in rows


def test_the_very_same_counts_are_level_and_beaten_by_nobody() -> None:
    counts = [("ici", 8, 4), ("A", 8, 4), ("B", 8, 4)]
    columns = ["territory", "n_leads", "n_done"]
    stand = neighbours.standing(pooled(pd.DataFrame(counts, columns=columns), "ici"), "ici")
    assert "established" not in set(stand["standing"])
    names = stand.set_index("standing")["territory"].dropna().to_dict()
    assert names == {"others": "A et B", "level": "A et B", "unclear": "A (4 sur 8) et B (4 sur 8)"}
    assert stand.set_index("standing").loc[["above", "below"], "n_territories"].tolist() == [0, 0]
    lower = neighbours.standing(pooled(pd.DataFrame([*counts, ("C", 8, 1)], columns=columns), "ici"), "ici")
    placed = lower.set_index("standing").loc[["above", "level", "below"], "n_territories"]
    assert placed.tolist() == [0, 2, 1]


def lines(territory: str, **values: tuple[float, float, float]) -> pd.DataFrame:
    units = exchange.indicators().set_index("indicator")["unit"]
    rows = [(territory, name, *value, units[name]) for name, value in values.items()]
    return pd.DataFrame(rows, columns=["territory", "indicator", "central", "low", "high", "unit"])


def likeness(**same: str) -> pd.DataFrame:
    return pd.DataFrame({"territory": list(same), "same_evidence": list(same.values())})


def test_a_difference_is_established_beyond_chance_and_named_method_where_methods_differ() -> None:
    own = lines("", recovered_share=(50, 47, 53), realised_per_tonne=(5, 4, 6)).drop(columns="territory")
    others = pd.concat([
        lines("near", recovered_share=(54, 50, 58)),
        lines("far", recovered_share=(70, 67, 73), realised_per_tonne=(2, 1.5, 2.5)),
        lines("other", recovered_share=(90, 87, 93), realised_per_tonne=(2, 1.5, 2.5)),
        lines("alike", recovered_share=(50, 47, 53)), lines("mute", recovered_share=(99, 98, 100)),
        lines("old", recovered_share=(70, 67, 73)).assign(unit="t"),
    ])  # fmt: skip
    same = likeness(near="yes", far="yes", other="no", alike="no", mute="unknown", old="yes")
    table = indicators.beside(own, others, same, "ici")
    verdicts = table.set_index(["indicator", "territory"])["indicator_difference"].unstack().loc
    assert verdicts["recovered_share"].dropna().to_dict() == {
        "ici": "here", "near": "unclear", "far": "better", "other": "method", "alike": "method",
        "mute": "method",
    }  # fmt: skip
    # Tonnes that the register says are realised are declared masses too.
    assert verdicts["realised_per_tonne"].dropna().to_dict() == {
        "ici": "here",
        "far": "worse",
        "other": "method",
    }
    # (54 + 70) / 2: neither who takes masses otherwise, be it as far, nor who does not say is in the median.
    around = indicators.around(table).set_index("indicator")
    assert around.loc["recovered_share", around.columns[1:]].tolist() == [50, 62, 2, 1, 0, 3]
    # A half goes up, as by hand: the median of 160 and 205 is 182.5.
    apart = [lines(name, recovered_share=(v, v - 1, v + 1)) for name, v in (("near", 160), ("far", 205))]
    halves = indicators.around(indicators.beside(own, pd.concat(apart), same, "ici"))
    assert halves.set_index("indicator")["others_median"]["recovered_share"] == 183
    alone = indicators.around(table[table["territory"].isin(["ici", "other"])])
    assert alone["others_median"].isna().all() and alone["n_comparable"].tolist() == [0, 0]
    assert indicators.realised(alone, 1).empty
    # More tonnes out is neither better nor worse.
    two = [lines(t, outgoing_per_firm=(v, v - 1, v + 1)) for t, v in (("", 9.0), ("far", 90.0))]
    plain = indicators.beside(two[0].drop(columns="territory"), two[1], likeness(far="yes"), "ici")
    assert plain["indicator_difference"].tolist() == ["here", "higher"]
    assert indicators.around(plain)[["n_better", "n_worse"]].isna().all(axis=None)


def test_a_verdict_is_the_same_whatever_else_is_withheld() -> None:
    """Holm's would depend on how many comparisons a reader can make: here on none but the one at hand."""
    own = lines("", recovered_share=(50, 47, 53), realised_per_tonne=(5, 4, 6)).drop(columns="territory")
    others = pd.concat(
        lines(f"T{i}", recovered_share=(50 + i, 47 + i, 53 + i), realised_per_tonne=(5 + i / 2, 4, 6 + i))
        for i in range(12)
    )
    methods = likeness(**{f"T{i}": "yes" for i in range(12)})

    def verdicts(told: pd.DataFrame) -> dict[tuple[str, str], str]:
        table = indicators.beside(told, others, methods, "ici")
        return table.set_index(["indicator", "territory"])["indicator_difference"].to_dict()

    every = verdicts(own)
    assert {"unclear", "better"} == set(every.values()) - {"here"}
    for name in own["indicator"]:
        told = {
            key: found for key, found in verdicts(own[own["indicator"] == name]).items() if key[0] == name
        }
        assert told == {key: found for key, found in every.items() if key[0] == name}


def test_what_is_realised_is_placed_by_the_median_and_by_what_is_established() -> None:
    columns = ["indicator", "unit", "here_value", "others_median", "n_comparable", "n_better", "n_worse"]
    rows = [
        ("recovered_share", "%", 1.0, 1.0, 2, 0, 0),
        ("realised_per_employee", "kg", 4.0, 9.0, 4, 1, 1),
        ("realised_per_tonne", "kg/t", 5.0, 4.0, 3, 0, 3),
    ]
    table = pd.DataFrame(rows, columns=columns).assign(n_other_method=0)

    def place(*names: str) -> list[list[str]]:
        found = indicators.realised(table[table["indicator"].isin(names)], 5)
        return found[["indicator", "beside_median", "gap_is_real"]].values.tolist()

    assert place(*table["indicator"]) == [["realised_per_employee", "less", "both"]]
    # One denominator is not all: each says with how many.
    told = indicators.realised(table.assign(n_other_method=1), 7).loc[
        0, ["denominator", "gap_told", "n_untold"]
    ]
    some = (
        "par salarié avec 2 sur 4 (mieux ailleurs\u00a0: 1), par tonne avec 3 sur 3 (mieux ailleurs\u00a0: 0)"
    )
    assert told.tolist() == ["employee", some, 2]  # 7 - 4 - 1
    assert place("realised_per_tonne", "recovered_share") == [["realised_per_tonne", "more", "worse"]]
    better = table.assign(n_better=1, n_worse=0)
    told = indicators.realised(better, 5).loc[0, ["gap_is_real", "gap_told"]]
    assert told.tolist() == ["better", "par salarié avec 1 sur 4, par tonne avec 1 sur 3"]
    same = table.assign(here_value=9.0, n_better=0, n_worse=0)
    assert indicators.realised(same, 5).loc[0, ["beside_median", "gap_is_real"]].tolist() == ["same", "none"]
    assert place("recovered_share") == [] and indicators.realised(table.assign(n_comparable=0), 5).empty


def test_holm_by_hand() -> None:
    given = pd.Series([0.01, np.nan, 0.04, 0.03], index=list("abcd"))
    found = holm(given)  # 3 × 0.01, 2 × 0.03, then never less
    assert found.drop("b").to_dict() == pytest.approx({"a": 0.03, "c": 0.06, "d": 0.06}) and np.isnan(
        found["b"]
    )


FLOWS = pd.DataFrame(
    [
        ("wood", 100.0, 90.0, 110.0, 80.0),
        ("metal", 50.0, 40.0, 60.0, 100.0),
        ("paper", 30.0, 20.0, 40.0, np.nan),
    ],
    columns=["category", *indicators.MASSES, "recovered_percent"],
)
THEIRS = pd.DataFrame({"territory": ["A", "B"], "contact": ["A, 1", None]})
ALIKE = pd.DataFrame({"territory": ["A", "B"], "same_evidence": ["yes", "yes"]})
RECOVERED = pd.DataFrame({"territory": ["A"], "category": ["wood"], "recovered_percent": [6.0]})


def offered(*rows: tuple[str, str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["territory", "category", "kind", "n_synergies", "realised_t_per_year"])


def test_what_is_taken_up_fits_what_is_left_and_is_not_done_here() -> None:
    done = offered(
        ("A", "wood", "exchange", 2, 60.0), ("B", "wood", "exchange", 1, 10.0),
        ("A", "wood", "pooling", 1, 9.0), ("A", "metal", "exchange", 1, 99.0),
        ("B", "paper", "pooling", 1, 400.0), ("A", "glass", "exchange", 1, 5.0),
        ("A", "Total", "Total", 9, 500.0), ("B", "paper", "exchange", 3, np.nan),
    )  # fmt: skip
    here = pd.DataFrame({"category": ["wood"], "kind": ["pooling"], "n_synergies": [1]})
    listed = pd.DataFrame(
        [("wood", "exchange", "lead"), ("wood", "exchange", "study"), ("wood", "exchange", "dropped"),
         ("paper", "pooling", "dropped")],
        columns=["category", "kind", "status"],
    )  # fmt: skip
    theirs = {"synergies_done": done, "territory": THEIRS, "flows": RECOVERED}
    found = neighbours.to_take_up(FLOWS, here, listed, theirs, ALIKE).round(9)
    assert found["here_status"].fillna("").tolist() == ["study", "study", "none"]
    some = neighbours.to_take_up(FLOWS, here, listed, theirs, ALIKE, whole=False)
    assert some["here_status"].tolist() == ["study", "study", "untold"]
    # 20 t of wood are left, fewer than the 30 t of an exchange of A; metal is recovered; wood is pooled here.
    assert found[["rank", "category", "kind", "territory"]].to_numpy().tolist() == [
        [1, "wood", "exchange", "A"], [2, "wood", "exchange", "B"], [3, "paper", "pooling", "B"],
    ]  # fmt: skip
    assert found["left_t_per_year"].fillna(-1).tolist() == [20, 20, -1]
    found = found[found["territory"].eq("A") | found["category"].eq("paper")].reset_index(drop=True)
    alike = pd.DataFrame({"territory": ["A"], "same_evidence": ["no"]})
    told = neighbours.reachable(found, alike, THEIRS)[["rank", "contact", "same_evidence"]]
    assert told.to_numpy().tolist() == [[1, "A, 1", "no"]]
    # One call has all its subjects, those of which something is known to be left.
    both = neighbours.reachable(found.assign(left_t_per_year=1.0, territory="A"), alike, THEIRS)
    assert both["subjects"].tolist() == [
        "«\u00a0bois\u00a0», par échange\u00a0; «\u00a0papier\u00a0», par mutualisation"
    ]
    none = theirs | {"synergies_done": done.head(0)}
    assert neighbours.to_take_up(FLOWS, here, listed, none, ALIKE).empty
    # That it is done here may be read of a line by name, where its tonnes are no figure of its own.
    by_name = neighbours.to_take_up(FLOWS, here.head(0), listed.assign(status="done"), theirs, ALIKE)
    assert by_name[["category", "kind"]].to_numpy().tolist() == [["wood", "pooling"]]
    assert neighbours.tell_families(done) and not neighbours.tell_families(done[done["category"] == "Total"])


def test_what_is_said_first_is_rung_for_first_and_recovers_something() -> None:
    # Of wood 20 t are left. A pools 9 t of it, of which 6 % are recovered: it only collects them.
    done = offered(("A", "wood", "pooling", 1, 9.0), ("B", "wood", "exchange", 1, 8.0))
    here, lines = done.head(0)[["category", "kind", "n_synergies"]], done.head(0).assign(status="")
    theirs = {"synergies_done": done, "flows": RECOVERED, "territory": THEIRS.assign(contact="01 23 45")}

    def order(told: dict[str, pd.DataFrame], likeness: pd.DataFrame) -> list[object]:
        fits = neighbours.to_take_up(FLOWS, here, lines, told, likeness)
        rung = neighbours.reachable(fits, likeness, theirs["territory"])["territory"].tolist()
        assert rung == fits["territory"].tolist()[: len(rung)]
        return [*fits["territory"], len(rung)]

    assert order(theirs, ALIKE) == ["B", "A", 1]
    # Nor is it an example where of the others nothing is known to be left.
    unknown = offered(("A", "wood", "pooling", 1, 9.0), ("B", "paper", "exchange", 1, 8.0))
    assert order(theirs | {"synergies_done": unknown}, ALIKE) == ["B", "A", 0]
    unsaid = theirs | {"flows": RECOVERED.head(0)}
    assert order(unsaid, ALIKE) == ["A", "B", 2]
    # The tonnes of who takes masses otherwise may be of another kind.
    assert order(unsaid, ALIKE.assign(same_evidence=["no", "yes"])) == ["B", "A", 2]


def test_an_amount_is_divided_by_those_it_is_of() -> None:
    masses = [100.0, 90.0, 110.0]
    whole = pd.DataFrame([(TOTAL, *masses, 4)], columns=["category", *indicators.MASSES, "n_sites"])
    people, members = (
        pd.DataFrame([(TOTAL, n, k)], columns=["actor_type", "headcount", "n_sites"])
        for n, k in ((50.0, 4), (20.0, 2))
    )
    done = pd.DataFrame([(TOTAL, 8.0)], columns=["category", "realised_t_per_year"])
    none = pd.DataFrame()
    found = indicators.indicators(whole, none, none, none, people, members, done, half_width=0.25)
    # 100 t of 4 actors who employ 50; 8 t of synergies whose 2 actors employ 20, whoever else declares flows.
    assert found.set_index("indicator")[["central", "low", "high"]].T.to_dict("list") == {
        "outgoing_per_employee": [2.0, 1.8, 2.2], "outgoing_per_firm": [25.0, 22.5, 27.5],
        "realised_per_employee": [400.0, 300.0, 500.0], "realised_per_firm": [4.0, 3.0, 5.0],
        "realised_per_tonne": [80.0, 60.0, 100.0],
    }  # fmt: skip


def test_a_family_that_is_not_shown_is_recovered_whole_only_when_nothing_else_is_left() -> None:
    masses = pd.DataFrame(
        [("wood", 100.0), ("metal", 50.0), (TOTAL, 150.0)], columns=["category", "mass_t_per_year"]
    ).assign(mass_low_t_per_year=1.0, mass_high_t_per_year=200.0)
    left = pd.DataFrame({"category": ["wood"], "mass_t_per_year": [40.0]})
    rates = pd.DataFrame({"valorised": ["yes"], "recovery": [TOTAL], "mass_t_per_year": [110.0]})
    assert indicators.flows(masses, left, rates)["recovered_percent"].tolist() == [60.0, 100.0]
    hushed = indicators.flows(masses, left, rates.assign(mass_t_per_year=90.0))["recovered_percent"]
    assert hushed.iloc[0] == 60.0 and np.isnan(hushed.iloc[1])


def test_methods_side_by_side_say_what_differs() -> None:
    own = neighbours.methods_of(StudyConfig(title="t", territory="ici"), "eit-analysis 1.0")
    same = own.assign(territory="A")
    declared = own["exchange_parameter"] == "evidence_declared"
    other = own.assign(territory="B", value_text=own["value_text"].mask(declared, "0.3"))
    theirs = pd.DataFrame(
        {"territory": ["A", "B", "C"], "reference_year": 2018, "exchange_format": [2, 2, 1]}
    )
    table = neighbours.compared(own, pd.concat([same, other]), theirs).set_index("territory")
    assert table["same_evidence"].to_dict() == {"A": "yes", "B": "no", "C": "unknown"}
    assert table["n_differing"].to_dict() == {"A": 0, "B": 1, "C": 0}
    aside = neighbours.side_by_side(own, pd.concat([same, other]), "ici")
    assert aside.loc[aside["as_here"] == "no", ["territory", "value_text"]].to_numpy().tolist() == [
        ["B", "0,3"]
    ]
    # A program is no method: another one differs from nothing.
    program = same.assign(value_text=same["value_text"].mask(same["exchange_parameter"] == "program", "x"))
    aside = neighbours.side_by_side(own, program, "ici").set_index("exchange_parameter")
    assert aside.loc[neighbours.MADE, "as_here"].isna().all() and set(aside["as_here"].dropna()) == {"yes"}


REGISTER = pd.DataFrame(
    [
        ("1", "exchange", "wood", "E1 E2", "done", 6.0), ("2", "exchange", "wood", "E1 E3 E4", "study", 0.0),
        ("3", "pooling", None, "", "done", 4.0), ("4", "pooling", "paper", "E2", "dropped", 0.0),
    ],
    columns=["synergy_id", "kind", "category", "site_ids", "status", "realised_t_per_year"],
)  # fmt: skip


BEFORE = REGISTER.assign(status=["lead", "lead", "lead", "study"])


def test_the_register_by_stage_and_by_family_is_what_its_records_give() -> None:
    stages, done = by_kind({"2015": BEFORE, "2018": REGISTER}), achieved.done(REGISTER)
    stages.check("étapes")
    done.check("réalisées")
    reached = stages.frame.set_index(["kind", "status"])["n_synergies"]
    assert reached[TOTAL].to_dict() == {"lead": 4, "study": 4, "committed": 2, "done": 2}
    assert reached["exchange"].to_dict() == {"lead": 2, "study": 2, "committed": 1, "done": 1}
    assert done.frame.to_numpy().tolist() == [
        ["wood", "exchange", 1, 6.0], ["other", "pooling", 1, 4.0], [TOTAL, TOTAL, 2, 10.0],
    ]  # fmt: skip
    shares = done.records.set_index("site_id")["realised_t_per_year"]
    # Each actor of a synergy knows all of its tonnes: they are one record.
    assert shares.to_dict() == {"E1 E2": 6.0, "3": 4.0}
    none = REGISTER.head(0)
    assert by_kind({"2018": none}).frame.empty and by_kind({}).frame.empty and achieved.done(none).frame.empty


def test_employees_are_summed_only_when_each_actor_says_how_many() -> None:
    sites = pd.DataFrame({"site_id": ["E1", "E2", "E3"], "headcount": [10.0, 30.0, np.nan]})
    assert achieved.employees(sites, pd.Series(["E1", "E2"])).frame["headcount"].tolist() == [40.0]
    assert achieved.employees(sites, pd.Series(["E1", "E3"])).frame.empty
    assert achieved.employees(sites, pd.Series([], dtype=object)).frame.empty
