"""What a reader of several territories may subtract: their totals, audited as one publication."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stdnum import luhn

from eit_analysis.batch.together import printed_totals, strictest
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.errors import InputError
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.prepared import open_study
from eit_analysis.publishing.consents import firm_of, rosters
from eit_analysis.publishing.index_log import IndexLog
from eit_analysis.publishing.press import Press, told_to
from eit_analysis.publishing.release.among_studies import AmongStudies
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.protected import protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.statements import NOTHING, from_frame, once
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.publishing.release_log import ReleaseLog

RULES = Disclosure()


class Tables:
    """A study: tonnes of one family and people by SIRET."""

    def __init__(self, masses: dict[str, float], people: float = 40.0) -> None:
        self.siret, self.people, self.first_row = list(masses), people, 0
        self.mass = np.array(list(masses.values()))
        self.ids = [f"E{i}" for i in range(len(masses))]

    def waves(self, table: str) -> dict[str, Tables]:
        return {"2018": self}

    def sites(self) -> pd.DataFrame:
        source = {
            "source_file": "a.csv",
            "source_sheet": "s",
            "source_row": np.arange(len(self.ids)) + self.first_row,
        }
        return pd.DataFrame({"site_id": self.ids, "siret": self.siret, "headcount": self.people, **source})

    def flows(self, direction: str) -> pd.DataFrame:
        flows = self.sites().drop(columns="headcount").assign(category="wood", error_source=None)
        return flows.assign(**{MASS: self.mass, LOW: self.mass / 1.2, HIGH: self.mass * 1.2})


def siret(firm: int, site: int = 1) -> str:
    number = f"{firm:08d}"
    return f"{number}{luhn.calc_check_digit(number)}{site:05d}"


def index_of(studies, told, listed, audience, rules, before=NOTHING):  # type: ignore[no-untyped-def]
    among = {name: AmongStudies(name, tables) for name, tables in studies.items()}
    return printed_totals(among, told, listed, audience, rules, before)


def printed(**studies: Tables) -> list[str]:
    return index_of(studies, {}, studies, "public", RULES)[0].index.tolist()  # type: ignore[arg-type]


APART = {siret(i): 10.0 + i for i in range(1, 7)}


def test_territories_that_share_nobody_are_both_printed() -> None:
    other = {siret(100 + i): 10.0 + i for i in range(1, 7)}
    studies = {"a": Tables(APART), "b": Tables(other)}
    table, _ = index_of(studies, {}, studies, "public", RULES)  # type: ignore[arg-type]
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


def page_of(tables: Tables, actors: Iterable[str], *known: pd.DataFrame) -> Publication:
    """A page with the total of some actors, beside what is known."""
    flows = tables.flows("out").assign(quality="clean")
    some = flows[flows["site_id"].isin(list(actors))]
    total = some.groupby("quality", as_index=False)[[MASS]].sum()
    content = Breakdown(total, ["quality"], some, MASS, shares={})
    page = Publication(earlier=[from_frame(frame) for frame in known])
    page.add(protected(content, "Total", Viewer("public", False, {}, {}), RULES).told)  # type: ignore[arg-type]
    return page


def told_of(tables: Tables, actors: Iterable[str]) -> pd.DataFrame:
    return once([page_of(tables, actors).told().drop(columns="private")])


def page_of_five(tables: Tables, *known: pd.DataFrame) -> Publication:
    return page_of(tables, tables.ids[:5], *known)


def told_of_five(tables: Tables) -> pd.DataFrame:
    return told_of(tables, tables.ids[:5])


def test_what_the_pages_told_is_known() -> None:
    """A page printed the total of all but the sixth: that of all would bare it."""
    tables = Tables({**APART, siret(6): 60.0})
    assert printed(a=tables) == ["a"]
    told = {"a": told_of_five(tables)}
    assert index_of({"a": tables}, told, ["a"], "public", RULES)[0].empty  # type: ignore[dict-item]


def test_what_an_earlier_index_told_is_known() -> None:
    """That of last year printed the total without the sixth, who answered since: that of all bares him."""
    within = {name: mass for name, mass in APART.items() if name != siret(6)}
    whole = {"a": Tables({**within, siret(6): 60.0})}
    assert index_of(whole, {}, whole, "public", RULES)[0].index.tolist() == ["a"]  # type: ignore[arg-type]
    earlier = {"a": Tables(within)}
    table, told = index_of(earlier, {}, earlier, "partners", RULES)  # type: ignore[arg-type]
    again, same = index_of(earlier, {}, earlier, "partners", RULES, told)  # type: ignore[arg-type]
    assert table.equals(again) and len(once([told, same])) == len(told)  # nothing new was told
    assert index_of(whole, {}, whole, "public", RULES, told)[0].empty  # type: ignore[arg-type]


def test_what_an_index_told_licenses_nothing_that_the_pages_told_since_forbid() -> None:
    """It printed the total of six; then a page printed that of five: both together bare the sixth."""
    whole = {"a": Tables({**APART, siret(6): 60.0})}
    _, log = index_of(whole, {}, whole, "public", RULES)  # type: ignore[arg-type]
    told = {"a": told_of_five(whole["a"])}
    assert index_of(whole, told, whole, "public", RULES, log)[0].empty  # type: ignore[arg-type]


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
    left, _ = index_of(studies, told, studies, "public", RULES)  # type: ignore[arg-type]
    assert left.index.tolist() == ["b"]


def index_as_pages_know_it(of: str, listed: list[str], **studies: Tables) -> pd.DataFrame:
    table, told = index_of(studies, {}, listed, "public", RULES)  # type: ignore[arg-type]
    assert table.index.tolist() == listed
    own = AmongStudies(of, studies[of]).on_its_pages(told)  # type: ignore[arg-type]
    system = from_frame(own).system
    value = system.forms @ system.amounts
    assert len(value) and (system.low <= value).all() and (value <= system.high).all()
    return own


def shown(page: Publication) -> bool:
    return bool(page.shown(0)[0])


def test_a_page_is_audited_with_what_an_index_told_of_its_study() -> None:
    """The index printed the total of six: a page that prints that of five bares the sixth."""
    whole = Tables({**APART, siret(6): 60.0})
    assert shown(page_of_five(whole))
    assert not shown(page_of_five(whole, index_as_pages_know_it("a", ["a"], a=whole)))
    # Of others it has told nothing of this one.
    other = Tables({siret(50 + i): 30.0 + i for i in range(1, 7)})
    told = index_of({"b": other}, {}, ["b"], "public", RULES)[1]  # type: ignore[arg-type]
    assert AmongStudies("a", whole).on_its_pages(told).empty  # type: ignore[arg-type]


def test_a_page_is_audited_with_what_an_index_told_of_a_territory_around_it() -> None:
    """The five answered two surveys alike, and a sixth that of the larger territory, whose total is out."""
    five = Tables({name: mass for name, mass in APART.items() if name != siret(6)}, people=70.0)
    told = index_as_pages_know_it("part", ["whole"], whole=Tables({**APART, siret(6): 60.0}), part=five)
    assert shown(page_of_five(five)) and not shown(page_of_five(five, told))


def test_what_an_actor_declares_at_two_waves_or_twice_alike_is_each_of_them() -> None:
    """The first five declare at both waves the same, the first its tonnes in two equal halves."""
    masses = {**APART, siret(6): 60.0}
    later = Halves(masses)
    told = index_as_pages_know_it("a", ["a"], a=later)
    for wave in later.waves("flows").values():
        assert shown(page_of_five(wave)) and not shown(page_of_five(wave, told))


def index_of_one(tables: Tables, rules: Disclosure = RULES) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What an index told of one study, and the names of its amounts on that day."""
    study = AmongStudies("a", tables)  # type: ignore[arg-type]
    return printed_totals({"a": study}, {}, ["a"], "public", rules)[1], study.today


def test_what_others_rules_closed_in_an_index_closes_nothing_on_a_page() -> None:
    six = Tables(APART)
    told, _ = index_of_one(six, Disclosure(minimum_units=10))
    assert told["closed"].any()
    assert AmongStudies("a", six).on_its_pages(told).empty  # type: ignore[arg-type]


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("typed_since", [False, True])
def test_an_index_is_known_whose_amounts_have_other_names_since(typed_since: bool, moved: bool) -> None:
    """It told the total of six: SIRETs were typed since, or the file came anew with a row more above."""
    masses = {**APART, siret(6): 60.0}
    before, after = Tables(masses), Tables(masses)
    before.siret = [""] * 6 if typed_since else before.siret
    after.first_row = int(moved)
    told, names = index_of_one(before)
    study = AmongStudies("a", after, names)  # type: ignore[arg-type]
    assert not shown(page_of_five(after, study.on_its_pages(told)))
    assert not shown(page_of_five(before, study.on_its_pages(told)))  # nor a page of then
    # The next index too: that of another territory of five of them, who declared alike there.
    five = AmongStudies("b", Tables({name: mass for name, mass in APART.items() if name != siret(6)}))  # type: ignore[arg-type]
    listed = printed_totals({"a": study, "b": five}, {}, ["b"], "public", RULES)[0]
    assert listed.index.tolist() == ["b"]
    assert printed_totals({"a": study, "b": five}, {}, ["b"], "public", RULES, told)[0].empty


def test_equal_amounts_of_two_kinds_stay_apart() -> None:
    """A page tells the wood of six, of which the first has as much metal: an index is not asked of that."""
    tables = TwoKinds({**APART, siret(6): 60.0})
    told, names = index_of_one(tables)
    study = AmongStudies("a", tables, names)  # type: ignore[arg-type]
    flows = tables.flows("out").assign(quality="clean")
    wood = flows[flows["category"] == "wood"]
    content = Breakdown(
        wood.groupby("quality", as_index=False)[[MASS]].sum(), ["quality"], wood, MASS, shares={}
    )
    page = Publication()
    page.add(protected(content, "Bois", Viewer("public", False, {}, {}), RULES).told)  # type: ignore[arg-type]
    shared = study.among_studies(once([page.told().drop(columns="private")]))
    assert len(shared) == len(wood) and (shared["coefficient"] == 1).all()
    assert set(shared["variable"]) < set(told["variable"])


def test_names_that_come_back_are_those_of_today() -> None:
    with_sirets, without = Tables({**APART, siret(6): 60.0}), Tables({**APART, siret(6): 60.0})
    without.siret = [""] * 6
    told, names = index_of_one(with_sirets)
    between = AmongStudies("a", without, names)  # type: ignore[arg-type]
    again = AmongStudies("a", with_sirets, pd.concat([names, between.today]))  # type: ignore[arg-type]
    assert between.changed and again.changed
    same = AmongStudies("a", with_sirets, pd.concat([names, between.today, again.today]))  # type: ignore[arg-type]
    assert not same.changed and same.today["day"].equals(again.today["day"])
    assert set(again.by_todays_names(told)["variable"]) == set(told["variable"])
    pages = again.among_studies(told_of_five(with_sirets))
    assert set(pages["firm"]) < set(told["firm"]) and set(pages["variable"]) < set(told["variable"])


def test_who_left_since_is_the_same_in_what_an_index_and_what_a_page_told() -> None:
    """T = a + ... + h is out by the index, a + b + h by a page: c + d + e + f would bare g."""
    tonnes = dict(zip("abcdefgh", (20.0, 20.0, 10.0, 10.0, 10.0, 10.0, 60.0, 20.0), strict=True))
    everyone = Tables({siret(ord(name)): mass for name, mass in tonnes.items()})
    everyone.ids = list(tonnes)
    told, names = index_of_one(everyone)
    page = told_of(everyone, "abh")
    without = Tables({siret(ord(name)): mass for name, mass in tonnes.items() if name != "h"})
    without.ids = list("abcdefg")
    assert shown(page_of(without, "cdef", page))
    known = AmongStudies("a", without, names).on_its_pages(told)  # type: ignore[arg-type]
    assert not shown(page_of(without, "cdef", page, known))
    # And in the next index, what the page told.
    assert not index_of({"b": everyone}, {}, ["b"], "public", RULES)[0].empty
    cdef, study = told_of(without, "cdef"), AmongStudies("a", without, names)  # type: ignore[arg-type]
    pages = {"a": once([page, cdef])}
    studies = {"a": study, "b": AmongStudies("b", everyone)}  # type: ignore[arg-type]
    assert printed_totals(studies, pages, ["b"], "public", RULES)[0].empty


def test_one_part_that_is_bare_already_does_not_cost_the_others_what_an_index_told() -> None:
    """An index told T = 250, a page 185, without j and k: j is bare. So would a be, without a and l."""
    tonnes = {**dict.fromkeys("bcdefg", 20.0), "a": 60.0, "l": 5.0, "j": 60.0, "k": 5.0}
    everyone = Tables({siret(ord(name)): mass for name, mass in tonnes.items()})
    everyone.ids = list(tonnes)
    told, names = index_of_one(everyone)
    known = AmongStudies("a", everyone, names).on_its_pages(told)  # type: ignore[arg-type]
    page = told_of(everyone, set(tonnes) - {"j", "k"})
    assert shown(page_of(everyone, set(tonnes) - {"a", "l"}, page))
    assert not shown(page_of(everyone, set(tonnes) - {"a", "l"}, page, known))


def test_amounts_of_two_waves_are_told_apart_from_one_total() -> None:
    """a + b + c are out for one wave, d + e + f for the next: the total of an index would bare g."""
    later = SameTwice({siret(i): 20.0 for i in range(1, 7)} | {siret(7): 60.0})
    told, names = index_of_one(later)
    earlier = later.waves("flows")["2018"]
    page = told_of(earlier, earlier.ids[:3])
    known = AmongStudies("a", later, names).on_its_pages(told)  # type: ignore[arg-type]
    assert shown(page_of(later, later.ids[3:6], page))
    assert not shown(page_of(later, later.ids[3:6], page, known))


class SameTwice(Tables):
    """The first three of its actors had declared the same at the wave before, and nobody else anything."""

    wave = "2021"

    def waves(self, table: str) -> dict[str, Tables]:
        earlier = SameTwice(dict(list(zip(self.siret, self.mass, strict=True))[:3]))
        earlier.wave = "2018"
        return {"2018": earlier, self.wave: self}

    def flows(self, direction: str) -> pd.DataFrame:
        return super().flows(direction).assign(source_sheet=self.wave)


class Halves(Tables):
    """At both of its waves the first actor declares two equal flows."""

    def __init__(self, masses: dict[str, float], wave: str = "2021") -> None:
        super().__init__(masses)
        self.wave = wave

    def waves(self, table: str) -> dict[str, Tables]:
        earlier = Halves(dict(list(zip(self.siret, self.mass, strict=True))[:5]), "2018")
        return {"2018": earlier, self.wave: self}

    def flows(self, direction: str) -> pd.DataFrame:
        flows = super().flows(direction).assign(source_sheet=self.wave)
        first = flows.iloc[:1].assign(**{column: flows[column] / 2 for column in (MASS, LOW, HIGH)})
        return pd.concat([first, first.assign(source_row=99), flows.iloc[1:]], ignore_index=True)


class TwoKinds(Halves):
    def flows(self, direction: str) -> pd.DataFrame:
        flows = super().flows(direction)
        return flows.assign(category=flows["category"].mask(flows["source_row"] == 99, "metal"))


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
    assert index_of(studies, {}, ["a"], "public", RULES)[0].index.tolist() == ["a"]  # type: ignore[arg-type]
    told = {"b": told_of_five(studies["b"])}
    assert index_of(studies, told, listed, "public", RULES)[0].empty  # type: ignore[arg-type]


def test_the_strictest_rules_are_those_of_all() -> None:
    rules = [Disclosure(minimum_units=5), Disclosure(maximum_share=0.7, minimum_people=8)]
    found = strictest(rules)
    assert all(found.as_strict_as(one) for one in rules)


def test_the_press_knows_what_an_index_told_of_the_amounts_of_its_pages(
    published: Path, tmp_path: Path
) -> None:
    shutil.copytree(published / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    study = open_study("thur-doller", root=tmp_path)
    log = ReleaseLog(study)
    press = Press(study, log, rosters(study), 1, lambda items, *_: items)
    pages = told_to(log, "public")
    assert len(press._known_to("public")) == 1
    tables = {study.name: AudienceTables(study, "public")}
    printed, told = index_of(tables, {study.name: pages}, tables, "public", RULES)
    assert printed.index.tolist() == [study.name]
    IndexLog(tmp_path).add(told, [AmongStudies(study.name, tables[study.name])])
    _, of_index = replace(press)._known_to("public")
    assert of_index.system.assumed.all()
    # Over the very amounts of its pages; and over those of the wave before, where they are the same.
    of_pages = of_index.system.forms @ ~np.isin(of_index.variables, pages["variable"]) == 0
    tonnes_and_people = set(of_index.system.low[of_pages])
    assert len(tonnes_and_people) == 2 and tonnes_and_people == set(of_index.system.low)
    assert set(of_index.system.firms) <= {site for wave in press.now.values() for site in wave}
    (tmp_path / "data" / "releases" / "indexes.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="abîmé"):
        replace(press)._known_to("public")
