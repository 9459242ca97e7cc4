"""What a reader of several territories may subtract: their totals, audited as one publication."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from stdnum import luhn

from eit_analysis.batch.together import printed_totals, strictest
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.publishing.consents import firm_of
from eit_analysis.publishing.release.protected import protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.statements import once
from eit_analysis.publishing.release.viewer import Viewer

RULES = Disclosure()


class Tables:
    """A study: tonnes of one family and people by SIRET."""

    def __init__(self, masses: dict[str, float], people: float = 40.0) -> None:
        self.siret, self.people = list(masses), people
        self.mass = np.array(list(masses.values()))
        self.ids = [f"E{i}" for i in range(len(masses))]

    def waves(self, table: str) -> dict[str, Tables]:
        return {"2018": self}

    def sites(self) -> pd.DataFrame:
        source = {"source_file": "a.csv", "source_sheet": "s", "source_row": range(len(self.ids))}
        return pd.DataFrame({"site_id": self.ids, "siret": self.siret, "headcount": self.people, **source})

    def flows(self, direction: str) -> pd.DataFrame:
        flows = self.sites().drop(columns="headcount").assign(category="wood", error_source=None)
        return flows.assign(**{MASS: self.mass, LOW: self.mass / 1.2, HIGH: self.mass * 1.2})


def siret(firm: int, site: int = 1) -> str:
    number = f"{firm:08d}"
    return f"{number}{luhn.calc_check_digit(number)}{site:05d}"


def printed(**studies: Tables) -> list[str]:
    return printed_totals(studies, {}, studies, "public", RULES)[0].index.tolist()  # type: ignore[arg-type]


APART = {siret(i): 10.0 + i for i in range(1, 7)}


def test_territories_that_share_nobody_are_both_printed() -> None:
    other = {siret(100 + i): 10.0 + i for i in range(1, 7)}
    studies = {"a": Tables(APART), "b": Tables(other)}
    table, _ = printed_totals(studies, {}, studies, "public", RULES)  # type: ignore[arg-type]
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["a", MASS] == pytest.approx(sum(APART.values()), rel=0.06)
    assert table.loc["a", "headcount"] == pytest.approx(240, rel=0.06)


def test_a_territory_within_another_but_for_one_firm_is_not_subtracted() -> None:
    """Both totals alone are safe; their difference is the sixth firm."""
    within = {name: mass for name, mass in APART.items() if name != siret(6)}
    heavier = {**within, siret(6): 60.0}
    assert printed(whole=Tables(heavier)) == ["whole"]
    assert printed(part=Tables(within)) == ["part"]
    assert len(printed(whole=Tables(heavier), part=Tables(within))) == 1
    # Had they declared otherwise to the second survey, nothing could be subtracted; people alone suffice.
    otherwise = {name: 3 * mass + 0.1 for name, mass in within.items()}
    assert len(printed(whole=Tables(heavier), part=Tables(otherwise, people=70.0))) == 2
    assert len(printed(whole=Tables(heavier), part=Tables(otherwise))) == 1


def test_two_sites_of_a_firm_are_one_actor() -> None:
    three = {siret(1): 20.0, siret(2): 20.0, siret(3): 20.0}
    assert printed(a=Tables(three)) == ["a"]
    assert printed(a=Tables({siret(1): 20.0, siret(1, 2): 20.0, siret(3): 20.0})) == []


def test_a_number_that_is_no_siren_tells_no_firm() -> None:
    assert firm_of(siret(4)) == firm_of(siret(4, site=2)) == siret(4)[:9]
    assert [firm_of(number) for number in ("0" * 14, "1" * 14, "", None)] == [""] * 4


def told_of_five(tables: Tables) -> pd.DataFrame:
    """What a page tells that printed the total of the first five."""
    five = tables.flows("out").iloc[:5].assign(quality="clean")
    content = Breakdown(
        five.groupby("quality", as_index=False)[[MASS]].sum(), ["quality"], five, MASS, shares={}
    )
    page = Publication()
    page.add(protected(content, "Cinq", Viewer("public", False, {}, {}), RULES).told)  # type: ignore[arg-type]
    return once([page.told().drop(columns="private")])


def test_what_the_pages_told_is_known() -> None:
    """A page printed the total of all but the sixth: that of all would bare it."""
    tables = Tables({**APART, siret(6): 60.0})
    assert printed(a=tables) == ["a"]
    told = {"a": told_of_five(tables)}
    assert printed_totals({"a": tables}, told, ["a"], "public", RULES)[0].empty  # type: ignore[dict-item]


def test_what_an_earlier_index_told_is_known() -> None:
    """That of last year printed the total without the sixth, who answered since: that of all bares him."""
    within = {name: mass for name, mass in APART.items() if name != siret(6)}
    whole = {"a": Tables({**within, siret(6): 60.0})}
    assert printed_totals(whole, {}, whole, "public", RULES)[0].index.tolist() == ["a"]  # type: ignore[arg-type]
    earlier = {"a": Tables(within)}
    table, told = printed_totals(earlier, {}, earlier, "partners", RULES)  # type: ignore[arg-type]
    again, same = printed_totals(earlier, {}, earlier, "partners", RULES, told)  # type: ignore[arg-type]
    assert table.equals(again) and len(once([told, same])) == len(told)  # nothing new was told
    assert printed_totals(whole, {}, whole, "public", RULES, told)[0].empty  # type: ignore[arg-type]


def test_what_an_index_told_licenses_nothing_that_the_pages_told_since_forbid() -> None:
    """It printed the total of six; then a page printed that of five: both together bare the sixth."""
    whole = {"a": Tables({**APART, siret(6): 60.0})}
    _, log = printed_totals(whole, {}, whole, "public", RULES)  # type: ignore[arg-type]
    told = {"a": told_of_five(whole["a"])}
    assert printed_totals(whole, told, whole, "public", RULES, log)[0].empty  # type: ignore[arg-type]


class TwoWaves(Tables):
    """The wave before had the first five alone, as another survey has them still."""

    def waves(self, table: str) -> dict[str, Tables]:
        five = {name: mass for name, mass in APART.items() if name != siret(6)}
        return {"2018": Tables(five), "2021": self}


def test_what_the_pages_of_an_earlier_wave_told_is_known() -> None:
    whole = Tables({**APART, siret(6): 60.0})
    later = TwoWaves({siret(50 + i): 30.0 + i for i in range(1, 7)})
    studies = {"a": whole, "b": later}
    assert printed(**studies) == ["a", "b"]
    told = {"b": told_of_five(later.waves("flows")["2018"])}
    left, _ = printed_totals(studies, told, studies, "public", RULES)  # type: ignore[arg-type]
    assert left.index.tolist() == ["b"]


class Silent(Tables):
    """The first actor did not say how many people work there."""

    def sites(self) -> pd.DataFrame:
        sites = super().sites()
        return sites.assign(headcount=sites["headcount"].mask(sites.index == 0))


def test_a_firm_without_a_headcount_is_not_left_out_of_its_total() -> None:
    assert printed(a=Silent(APART)) == []


@pytest.mark.parametrize(("kind", "listed"), [(Silent, ["a", "b"]), (Tables, ["a"])])
def test_what_a_study_told_that_prints_nothing_here_is_known(kind: type[Tables], listed: list[str]) -> None:
    """Its pages printed the total of the five that both list: that of all six would bare the sixth."""
    heavier = {**APART, siret(6): 60.0}
    within = {name: mass for name, mass in heavier.items() if name != siret(6)}
    studies = {"a": Tables(heavier), "b": kind(within, people=70.0)}
    assert printed_totals(studies, {}, ["a"], "public", RULES)[0].index.tolist() == ["a"]  # type: ignore[arg-type]
    told = {"b": told_of_five(studies["b"])}
    assert printed_totals(studies, told, listed, "public", RULES)[0].empty  # type: ignore[arg-type]


def test_the_strictest_rules_are_those_of_all() -> None:
    rules = [Disclosure(minimum_units=5), Disclosure(maximum_share=0.7, minimum_people=8)]
    found = strictest(rules)
    assert all(found.as_strict_as(one) for one in rules)
