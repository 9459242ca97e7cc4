"""Posts less entrants by occupation: verdicts against known truths, laws of the account, who is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import labour_gap_truth
from eit_analysis import employment, reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.config_scenarios import Entrants, Scenarios
from eit_analysis.employment import own_posts, priorities
from eit_analysis.employment.context import signals, sources
from eit_analysis.employment.forecast import cohort, entrants, labour_gap, scarcity
from eit_analysis.employment.forecast.national_forecast import COLUMNS as NATIONAL
from eit_analysis.publishing import wording

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
HAZARDS, MARKET, FAP = (reference.load(name) for name in ("hazards", "labour_market", "rome_fap"))
PARAMETERS = Scenarios(horizon_years=3, draws=200)
SITES = pd.DataFrame({"site_id": list("ABC"), "naf_code": None})
# Sorting, machining, a trade without a known code: three firms each.
PEOPLE = employment.workforce.prepare(
    pd.DataFrame(
        [
            (site, rome, name, band, people, difficulty, hires, 1.0)
            for site in "ABC"
            for rome, name, people, difficulty, hires in (
                ("H3302", "Tri", 30.0, 0.0, 2.0), ("H2903", "Usinage", 40.0, 4.0, 25.0),
                (None, "Inconnu", 10.0, 2.0, np.nan),
            )
            for band in ("25-29", "55-59")
        ],
        columns=[
            "site_id", "rome_code", "occupation", "age_band", "headcount", "hiring_difficulty",
            "planned_hires_3y", "planned_departures_3y",
        ],
    ).assign(contract="permanent"),
    1, 1,
)  # fmt: skip


def voice(column: str, **values: float) -> Breakdown:
    frame = pd.DataFrame({"occupation": list(values), column: list(values.values())})
    frame["basin_difficult_level"] = "basin"
    return Breakdown(frame, ["occupation"], PEOPLE, "headcount")


def heard(basin: dict | None = None, dares: dict | None = None, national: tuple = ()) -> pd.DataFrame:
    table = pd.DataFrame(
        national, columns=["occupation", "national_thousands", "national_forecast_thousands"]
    )
    voices = (
        voice("basin_difficult_share_percent", **(basin or {})), voice("tension_class", **(dares or {}))
    )  # fmt: skip
    return signals.signals(PEOPLE, FAP, *voices, table.reindex(columns=NATIONAL).astype({NATIONAL[2]: float}))


def plans(people: pd.DataFrame = PEOPLE, parameters: Scenarios = PARAMETERS) -> cohort.Simulation:
    return cohort.simulate(people, HAZARDS, parameters, scenario="plans", base_year=2018, sites=SITES)


PLANS = plans()


def outlook(
    known: pd.DataFrame, parameters: Scenarios = PARAMETERS, people: pd.DataFrame = PEOPLE, **who: object
) -> labour_gap.Outlook:
    rules = (HAZARDS, MARKET, parameters)
    return labour_gap.outlook(people, known, *rules, base_year=2018, sites=SITES, **who)


@pytest.fixture(scope="module")
def found() -> labour_gap.Outlook:
    return outlook(heard({"Tri": 93.0, "Usinage": 100.0}, {"Usinage": 5.0}))


def test_verdicts_are_right_as_often_as_they_say() -> None:
    """The first six territories of the benchmark (81 % are right on its 200, 82 % being stated; of those that
    are called short, 87 %).

    Errors of a territory go together, so that six say little: the bounds are twice the error of their mean.
    """
    table = labour_gap_truth.run(runs=6, draws=120, people=1500)
    with_survey, without = labour_gap_truth.score(table).to_dict("records")
    chances = table["shortage_chances"] / 100
    sure = np.maximum(chances, 1 - chances)[lambda p: p >= labour_gap.SURE]
    right = (chances > 0.5).eq(table["truth"].eq("short"))[sure.index]
    by_territory = (right - sure).groupby(table["run"]).sum()
    error = 100 * np.sqrt((by_territory**2).sum()) / len(sure)
    assert with_survey["verdicts %"] >= 5 and error < 12
    assert with_survey["right %"] >= 80 - 2 * error
    assert with_survey["right %"] >= with_survey["stated %"] - 2 * error
    called = labour_gap_truth.by_verdict(table).set_index("verdict").loc["short"]
    assert called["right"] >= 80 - 2 * error and called["given"] >= 3
    # What the survey adds takes more than six territories to see.
    assert max(with_survey["Brier"], without["Brier"]) < with_survey["Brier of the mean"]


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the project")
def test_where_families_go_in_france_is_half_foreseen() -> None:
    prior = labour_gap_truth.family_prior(DATA).set_index("origin")
    assert (prior["rank correlation"] >= 0.45).all() and prior["slope"].between(0.8, 1.3).all()


def test_hard_to_recruit_is_short_and_unknown_entrants_are_not_judged(found: labour_gap.Outlook) -> None:
    rows = found.by_occupation.frame.set_index("occupation")
    assert rows.index[0] == "Usinage"
    assert (rows.loc["Usinage", "gap_verdict"], rows.loc["Tri", "gap_verdict"]) == ("short", "enough")
    unknown = rows.loc["Inconnu"]
    assert (unknown["gap_verdict"], unknown["uncertain_reason"]) == ("unjudged", "no_entrants")
    assert np.isnan(unknown["shortage_chances"])
    # Without the survey, sorting would be as hard as the basin says.
    assert rows.loc["Tri", "chances_before_survey"] > 50 > rows.loc["Tri", "shortage_chances"]
    own = [Entrants(origin="training", low=0.02, central=0.03, high=0.04, source="essai")]
    stated = outlook(heard(), PARAMETERS.model_copy(update={"entrants": own})).by_occupation.frame
    assert stated["shortage_chances"].notna().all()


def test_the_account_adds_up_and_families_hold_their_occupations(found: labour_gap.Outlook) -> None:
    steps = found.steps.frame.set_index("account_step")["step_people"]
    assert steps[["retirements", "quits", "growth"]].sum() == pytest.approx(steps["openings"])
    coming = steps[list(entrants.ORIGINS)]
    assert (coming < 0).all() and steps["openings"] + coming.sum() == pytest.approx(steps["gap"])
    families = found.by_family.frame.set_index("fap_family")
    assert families.index.tolist() == ["D0X", "E4X"] and families["headcount"].tolist() == [240, 180]
    for table in (found.steps, found.by_occupation, found.by_family):
        table.check("essai")


def test_the_account_repeats_the_departures_of_the_forecast(found: labour_gap.Outlook) -> None:
    """There they stand with the other sign: same mean, same bounds turned round."""
    forecast = employment.outlook.waterfall(plans(PEOPLE)).frame.set_index("step")
    account, ends = found.steps.frame.set_index("account_step"), ["_low80", "_high80"]
    for name in ("retirements", "quits"):
        shown = forecast.loc[name, ["mean_people", *(f"mean_people{end}" for end in ends)]]
        assert shown.tolist() == [-account.loc[name, f"step_people{end}"] for end in ("", *ends[::-1])]


def test_no_verdict_is_owed_to_the_luck_of_the_draws() -> None:
    """200 draws: P = 0.80 is 1.8 errors from 0.75, P = 0.85 is 4: two audiences draw apart, and agree."""
    chances = np.array([0.80, 0.85, 0.22, 0.5, 0.1])
    openings, short = np.ones((200, 5)), np.arange(200)[:, None] < 200 * chances
    known = pd.DataFrame(
        {"occupation": list("ABCDE"), "headcount": 10.0, "fap_family": None, "surveyed": True}
    )
    drawn = replace(PLANS, behind=PEOPLE.assign(occupation="A"))
    coming = {"training": np.where(short, 0, 1)}
    gap = labour_gap.Gap(drawn, {"growth": openings}, coming, known, np.ones(5, bool), np.ones(5))
    rows = labour_gap.by_occupation(gap, gap).frame.set_index("occupation")
    assert rows["uncertain_reason"].fillna("").to_dict() == {
        "A": "close", "B": "", "C": "close", "D": "close", "E": ""
    }  # fmt: skip
    assert "".join(rows.index) == "BADCE"  # of the uncertain, the likeliest to be short first
    empty = pd.DataFrame(columns=["occupation", "origin", "destination", "skill", "to_train"])
    said = priorities.lines(rows.reset_index(), *[empty] * 5)
    assert said.set_index("occupation")["gap_verdict"].to_dict() == {
        "A": "uncertain", "B": "short", "C": "uncertain", "D": "uncertain", "E": "balanced"
    }  # fmt: skip
    assert labour_gap.counts(said) == {
        "short": 1,
        "uncertain": 3,
        "balanced": 1,
    }  # none enough, or in surplus


def test_the_chances_that_a_verdict_asks_for_are_more_than_three_of_four() -> None:
    """Of 400 draws: 0.79 − 2 √(0.79 × 0.21 / 400) = 0.7493, and one draw more is a verdict: 317 / 400."""
    assert [labour_gap.least_chances(draws) for draws in (400, 1, 1_000_000)] == ["79,25", "100", "75,09"]


def test_nothing_surveyed_has_no_verdict_and_no_study_says_a_thing_and_its_contrary(
    found: labour_gap.Outlook,
) -> None:
    """Of 60 territories, 70 % of the verdicts drawn without the survey came true, for 79 % stated."""
    known = heard({"Tri": 93.0, "Usinage": 100.0}, {"Usinage": 5.0})
    silent = PEOPLE.assign(**dict.fromkeys([*employment.workforce.PLANS, "hiring_difficulty"], np.nan))
    mute = known.assign(firms=np.nan, rated_people=0.0)
    gap = labour_gap.draw(plans(silent), mute, HAZARDS, MARKET, PARAMETERS)
    rows = labour_gap.by_occupation(gap, gap).frame.set_index("occupation").loc[["Tri", "Usinage"]]
    assert set(rows["gap_verdict"]) == {"unjudged"} and set(rows["uncertain_reason"]) == {"no_survey"}
    assert rows[["shortage_chances", "surplus_chances"]].isna().all(axis=None)
    # Those whom all count are a third, and nobody leaves there: not short for them is short for no audience.
    others = PEOPLE[PEOPLE["site_id"] == "B"].assign(planned_hires_3y=0.0, hiring_difficulty=0.0)
    ease = known.assign(firms=0.0, basin=0.0, dares=0.0, rated_people=4000.0)
    again = outlook(known, others=(others, ease)).by_occupation.frame.set_index("occupation")
    assert again.loc["Usinage", ["gap_verdict", "uncertain_reason"]].tolist() == ["uncertain", "apart"]
    # Too many who come is no shortage either: of sorting the team reads what they read.
    mine, agreed = found.by_occupation.frame.set_index("occupation").loc["Tri"], [*labour_gap.AGREED]
    assert again.loc["Tri"].drop(agreed).equals(mine.drop(agreed))
    assert (mine["gap_verdict"], again.loc["Tri", "gap_verdict"]) == ("enough", "surplus")
    theirs = outlook(ease, people=others).by_occupation.frame.set_index("occupation").loc["Tri"]
    assert again.loc["Tri", agreed].equals(theirs[agreed])


def test_all_who_read_a_study_read_one_verdict() -> None:
    """Of 200 draws 170 are short for those whom all count, 150 with a firm that refused: luck, or its people.

    Apart, the team would read « uncertain » where others read « short »; where others know nothing the team
    keeps what it knows, and it says nothing where all people say the contrary.
    """
    known = pd.DataFrame({"occupation": list("ABC"), "headcount": 10.0, "fap_family": None, "surveyed": True})
    sim = replace(PLANS, behind=PEOPLE.assign(occupation="A"))

    def gap(*short: int) -> labour_gap.Gap:
        coming = np.where(np.arange(200)[:, None] < np.array(short), 0, 1)
        posts = {"growth": np.ones((200, 3))}
        return labour_gap.Gap(sim, posts, {"training": coming}, known, np.ones(3, bool), np.ones(3))

    team, others = gap(150, 170, 20), gap(170, 150, 170)
    told = ["gap_verdict", "shortage_chances", "uncertain_reason"]
    rows = labour_gap.by_occupation(team, team, others).frame.set_index("occupation")[told].fillna("")
    assert rows.loc["A"].tolist() == ["short", 85.0, ""]
    assert rows.loc["B"].tolist() == ["short", 85.0, ""]
    assert rows.loc["C"].tolist() == ["uncertain", 10.0, "apart"]


def test_what_others_read_as_one_occupation_changes_no_verdict(found: labour_gap.Outlook) -> None:
    """Machining and the trade without a code are read as « Autres métiers »: of sorting all is the same."""
    known = heard({"Tri": 93.0, "Usinage": 100.0}, {"Usinage": 5.0})
    fewer = outlook(known, named={"Tri", employment.workforce.OTHER})
    assert fewer.by_occupation.frame["occupation"].tolist() == ["Tri"]
    whole = found.by_occupation.frame.set_index("occupation")
    assert fewer.by_occupation.frame.set_index("occupation").loc["Tri"].equals(whole.loc["Tri"])
    records = fewer.by_occupation.records
    assert set(records["occupation"]) == {"Tri", employment.workforce.OTHER} and len(records) == len(PEOPLE)
    pd.testing.assert_frame_equal(fewer.steps.frame, found.steps.frame)
    # So is its family; of one of which an occupation is not named nothing is said, nor from a part of it.
    families = found.by_family.frame.query("fap_family == 'E4X'").reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer.by_family.frame, families)
    paired = known.assign(fap_family="E4X")
    assert outlook(paired, named={"Tri"}).by_family.frame.empty
    assert len(outlook(paired).by_family.frame) == 1
    fewer.by_occupation.check("essai")
    fewer.by_family.check("essai")


def test_more_who_come_than_posts_are_no_balance() -> None:
    """Of 200 draws with ten posts: 90 % with twelve who come are a surplus; 90 % with eleven, a balance; half
    of each, neither, but no shortage; half of eight and twelve, nobody knows.
    """
    half = np.arange(200) < 100
    coming = np.full((200, 4), 12.0)
    coming[180:, 0], coming[:180, 1], coming[half, 2], coming[half, 3] = 10, 11, 10, 8
    known = pd.DataFrame(
        {"occupation": list("ABCD"), "headcount": 10.0, "fap_family": None, "surveyed": True}
    )
    drawn = replace(PLANS, behind=PEOPLE.assign(occupation="A"))
    told = {"training": coming}, known, np.ones(4, bool), np.ones(4)
    gap = labour_gap.Gap(drawn, {"growth": np.full((200, 4), 10.0)}, *told)
    rows = labour_gap.by_occupation(gap, gap).frame
    assert rows["occupation"].tolist() == ["D", "B", "C", "A"]
    assert rows["gap_verdict"].tolist() == ["uncertain", "balanced", "enough", "surplus"]
    assert rows["shortage_chances"].tolist() == [50, 0, 0, 0]
    assert rows["surplus_chances"].tolist() == [50, 10, 50, 90]
    assert list(labour_gap.counts(rows).items()) == [
        ("short", 0), ("uncertain", 1), ("enough", 1), ("balanced", 1), ("surplus", 1)
    ]  # fmt: skip
    idle = labour_gap.Gap(drawn, {"growth": np.zeros((200, 4))}, *told)  # not even one post: no surplus
    assert set(labour_gap.by_occupation(idle, idle).frame["gap_verdict"]) == {"no_post"}
    empty = pd.DataFrame(columns=["occupation", "origin", "destination", "skill", "to_train"])
    lines = priorities.lines(rows, *[empty] * 5)
    assert lines["who_acts"].tolist() == ["replace", "replace", "replace", "lend"]  # they told
    # Nobody is led to where too many come, only away from there; where no post opens, nobody is replaced.
    ways = pd.DataFrame({"origin": ["A", "B"], "destination": ["D", "A"]})
    led = priorities.lines(rows, *[empty] * 3, ways, empty).set_index("occupation")["bridge_said"]
    assert led["D"] == "A" and pd.isna(led["A"])
    # Nor from one as exposed as that it leads to, nor from one of which that is not known.
    for chances in (45.0, np.nan):
        near = rows.assign(shortage_chances=rows["shortage_chances"].mask(rows["occupation"] == "A", chances))
        assert priorities.lines(near, *[empty] * 3, ways, empty)["bridge_said"].isna().all()
    closed = priorities.lines(rows.assign(openings=0.0), *[empty] * 5)
    assert closed["who_acts"].fillna("").tolist() == ["", "", "", "lend"]
    untold = priorities.lines(rows.assign(uncertain_reason=["no_survey", *[None] * 3]), *[empty] * 5)
    assert untold["who_acts"][0] == "no_survey"


def test_a_first_screen_counts_what_its_reader_reads_and_says_what_has_no_verdict() -> None:
    verdicts = ["short", "uncertain", "uncertain", "enough", "short"]
    gap = pd.DataFrame({"occupation": list("ABCDE"), "gap_verdict": verdicts, "headcount": 10.0})
    gap["shortage_chances"] = [80.0, np.nan, 70.0, 10.0, 90.0]
    for end, people in {"": 1.0, "_low80": 0.0, "_high80": 2.0}.items():
        gap[f"openings{end}"] = people + np.arange(5)
    fan = pd.DataFrame({"year": [2018, 2021], "people": [81.0, 70.0]})

    def said(rows: pd.DataFrame, fan: pd.DataFrame = fan) -> dict[str, object]:
        (row,) = priorities.answers(rows, fan, year=2021, now=2018, today="").to_dict("records")
        return {name: str(value).replace("\u00a0", " ") for name, value in row.items()}

    assert said(gap) == {
        "year": "2021",
        "verdicts_said": "2 en manque, 1 incertain, 1 sans manque",  # of B nothing is known
        "short_said": "« E », « A »",  # by posts
        "most_exposed": "le plus exposé : « E »",
        "most_posts_said": "« E » 5 (4 à 6), en manque ; « D » 4 (3 à 5), sans manque ; "
        "« C » 3 (2 à 4), incertain",
        "unjudged_people": "41.0",
        "moves_said": "None",
        "balance_said": "None",
    }
    # A reader of whom the short ones are withheld finds them in no count.
    less = said(gap[gap["gap_verdict"] != "short"])
    assert less["verdicts_said"] == "0 en manque, 1 incertain, 1 sans manque"
    assert (less["short_said"], less["most_exposed"], less["unjudged_people"]) == (
        "None",
        "le plus exposé : « C »",
        "61.0",
    )
    # Of none is it known who comes; of one alone nothing is the most.
    silent = said(gap.assign(shortage_chances=np.nan), fan.assign(people=50.0))
    assert (silent["unjudged_people"], silent["verdicts_said"]) == ("50.0", "None")
    alone = said(gap.tail(1))
    assert [alone[name] for name in ("short_said", "most_exposed", "most_posts_said")] == [
        "« E »",
        "None",
        "None",
    ]
    # Nor is one that the next follows closely: the draws would name another.
    near = said(gap.assign(shortage_chances=[39.25, np.nan, 34.0, 10.0, 31.0]))
    assert near["most_exposed"] == "aucun ne se détache"
    # All have a verdict.
    assert said(gap.assign(shortage_chances=50.0), fan.assign(people=50.0))["unjudged_people"] == "nan"
    # Of what is withheld, the total or one headcount, no number follows; nor of another year.
    closed = gap.assign(headcount=[np.nan, *gap["headcount"][1:]])
    for rows, people in ((gap, fan.assign(people=np.nan)), (gap, fan.tail(1)), (closed, fan)):
        assert said(rows, people)["unjudged_people"] == "nan"
    assert set(list(said(gap.head(0), fan.head(0)).values())[1:]) == {"None", "nan"}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-9.0, -1.0, "Plus d'arrivées que de postes"),
        (1.0, 9.0, "Plus de postes que d'arrivées"),
        (-1.0, 9.0, None),
        (np.nan, np.nan, None),
    ],
)
def test_the_side_of_a_gap_is_said_where_all_of_its_interval_is_on_it(
    low: float, high: float, said: str | None
) -> None:
    steps = pd.DataFrame({"account_step": ["openings", "gap"], "step_people_low80": [5.0, low]})
    steps["step_people_high80"] = [7.0, high]
    none = pd.DataFrame(columns=["occupation", "gap_verdict", "shortage_chances", "openings", "headcount"])
    row = priorities.answers(none, steps=steps, year=2021, now=2018, today="").iloc[0]
    assert row["balance_said"] == said


def test_recruitments_are_prepared_where_a_shortage_is_as_likely_as_none() -> None:
    lines = pd.DataFrame({"occupation": list("ABC"), "shortage_chances": [50.0, 49.0, np.nan]})
    told = {"year": 2021, "today": "2021-12-31"}
    assert priorities.likely(lines, **told)["occupation"].tolist() == ["A"]
    assert priorities.likely(lines, **told | {"today": "2022-01-01"}).empty  # too late to prepare


def test_a_firm_reads_its_own_posts_and_verdicts_and_nothing_of_others(found: labour_gap.Outlook) -> None:
    """Its chemists are the only ones, withheld from all: here they have departures, posts and a verdict."""
    alone = PEOPLE[PEOPLE["site_id"] == "A"]
    chemists = alone[alone["occupation"] == "Tri"].assign(rome_code="H2301", occupation="Chimie")
    mine = pd.concat([alone, chemists], ignore_index=True)
    skills = pd.DataFrame(
        columns=["occupation", "rome_code", "skill", "site_id", "headcount", "to_train", "level_gap"]
    )
    none = sources.Sources(
        FAP, None, employment.panel.of_occupations(None), employment.basin_needs.basin_needs(None, ""),
        employment.dares_tension.local_tension(None, pd.Series(dtype=str)),
    )  # fmt: skip
    rules = (none.of(mine), HAZARDS, MARKET, PARAMETERS)
    posts = own_posts.own_posts(mine, skills, *rules, base_year=2018, sites=SITES)
    rows = posts.lines.set_index("occupation")
    assert rows["headcount"].to_dict() == {"Chimie": 60, "Inconnu": 20, "Tri": 60, "Usinage": 80}
    assert rows.loc["Chimie", "gap_verdict"].split("_")[0] in labour_gap.VERDICTS
    departures, retired = (
        rows["departures_said"].str.extract(r"^(\d+) \(.+\), dont (\d+) \(.+\)$").astype(float).to_numpy().T
    )
    assert (retired <= departures).all() and retired.sum() > 0
    assert (
        rows.loc["Chimie", "shortage_chances"] > 0
        and rows["posts_said"].str.fullmatch(r"\d+ \(\d+ à \d+\)").all()
    )
    said = rows["who_acts"].map(lambda code: wording.cell(code, "who_acts"))
    assert said["Usinage"].startswith("vous")
    assert rows["who_acts"].dropna().isin(wording.heading("who_acts").labels).all()
    assert set(posts.steps.records["site_id"]) == {"A"}
    posts.steps.check("essai")
    steps = posts.steps.frame.set_index("account_step")["step_people"]
    left = steps["retirements"] + steps["quits"]
    middles = rows["departures_said"].str.split(" ").str[0].astype(float).sum()
    assert left == pytest.approx(middles, rel=0.1)


def test_order_of_rows_and_firms_does_not_matter(found: labour_gap.Outlook) -> None:
    known = heard({"Tri": 93.0, "Usinage": 100.0}, {"Usinage": 5.0})
    shuffled = PEOPLE.sample(frac=1, random_state=1)
    again = outlook(known.sample(frac=1, random_state=2), people=shuffled)
    pd.testing.assert_frame_equal(again.by_occupation.frame, found.by_occupation.frame)


def test_nobody_declared_gives_no_row() -> None:
    nobody = PEOPLE.head(0)
    known = signals.signals(
        nobody,
        FAP,
        voice("basin_difficult_share_percent"),
        voice("tension_class"),
        heard().head(0).reindex(columns=NATIONAL),
    )
    empty = outlook(known, people=nobody)
    assert not len(empty.steps.frame) + len(empty.by_occupation.frame) + len(empty.by_family.frame)
    assert labour_gap.counts(empty.by_occupation.frame) == {"short": 0}


def test_rates_are_those_of_the_level_or_of_the_study() -> None:
    known = pd.DataFrame({"headcount": [1000.0, 1000.0], "level": ["worker", "manager"]})
    rng = np.random.default_rng(1)
    posts = np.array([200.0, 200.0])
    drawn = entrants.drawn(known, posts, [], MARKET, 3, 20_000, rng)["training"].mean(axis=0)
    rows = MARKET[MARKET["parameter"] == "training"].set_index("level")[["low", "central", "high"]]
    assert drawn == pytest.approx(3000 * rows.loc[["worker", "manager"]].mean(axis=1).to_numpy(), rel=0.01)
    stated = [Entrants(origin="mobility", low=x, central=x, high=x, source="s") for x in (0.01, 0.02)]
    found = entrants.drawn(known, posts, stated, MARKET, 3, 20_000, rng)["mobility"]
    assert found.mean() == pytest.approx(90, rel=0.01) and found.var() == pytest.approx(90, rel=0.05)
    said = entrants.source(stated[:1], heard({"Tri": 93.0}))
    assert "mobilité (s)." in said and "selon le projet" in said and "formation, demandeurs" in said
    assert "les entreprises et l'enquête BMO" in said
    assert "les entreprises" in entrants.source([], heard().head(0))  # nobody is heard: no job sheet


def test_who_comes_follows_the_posts_in_a_part_that_nobody_knows() -> None:
    """300 posts for as many people as 100: 1.5 and 0.5 times the mean, none of it or all of it followed."""
    people = np.array([1000.0, 1000.0, 0.0])
    pull = entrants.followed(people, np.array([300.0, 100.0, 0.0]), np.array([0.0, 1.0]))
    assert pull.tolist() == [[1, 1, 1], [1.5, 0.5, 1]]
    # Where no post is expected somebody comes all the same; as many come in all.
    (some,) = entrants.followed(people, np.array([300.0, 0.0, 0.0]), np.full(1, 0.5))
    assert some[1] / some[0] == pytest.approx((entrants.LEAST_POSTS / 2) ** 0.5)
    assert some @ people == pytest.approx(2000)


def exact(**values: float) -> pd.DataFrame:
    """The market with these parameters known exactly."""
    table = MARKET.copy()
    for name, value in values.items():
        table.loc[table["parameter"] == name, ["low", "central", "high"]] = value
    return table


def test_a_voice_moves_the_gap_as_normal_laws_say() -> None:
    """m = 1000, V(x) = 0.1² and no luck to speak of; e = 0.5, d = 0.7 ± 0.1: N(0, 0.01) meets 0.2 ± 0.1."""
    rng = np.random.default_rng(1)
    openings = 1000 + 100 * rng.standard_normal((40_000, 1))
    coming = {"training": np.full(openings.shape, 600.0), "mobility": np.full(openings.shape, 400.0)}
    known = pd.DataFrame({"rated_people": [0.0], "firms": [np.nan], "basin": [0.7], "dares": [np.nan]})
    market = exact(scarcity_gap=0.5, scarcity_error=0.06, basin_error=0.08)
    moved = scarcity.informed(openings, coming, known, market, rng)
    gap = (openings - sum(moved.values())) / 1000
    lasting = 0.01 - 0.002  # of which 2 / m is luck
    gain = lasting / (lasting + 0.01)
    assert gap.mean() == pytest.approx(gain * 0.2, abs=0.002)
    assert gap.var() == pytest.approx(0.01 - gain * lasting, rel=0.03)
    assert moved["training"].mean() / moved["mobility"].mean() == pytest.approx(1.5, rel=0.01)
    # Nobody speaks: nothing moves.
    mute = scarcity.informed(openings, coming, known.assign(basin=np.nan), market, rng)
    assert sum(mute.values()) == pytest.approx(1000, abs=2)


def test_what_is_said_of_an_occupation_is_drawn_to_the_mean_of_all() -> None:
    """0.9 and 0.1 by a source that errs by 0.3, where occupations differ by 0.15: a fifth, 0.58 and 0.42.

    e = 0.5, V(y) = 0.25 − 0.002: K = 0.248 / (0.248 + 0.09 (0.2 + 0.8 / 2)).
    """
    rng = np.random.default_rng(1)
    openings = 1000 + 500 * rng.standard_normal((40_000, 2))
    known = pd.DataFrame({"rated_people": [0.0, 0.0], "firms": np.nan, "basin": [0.9, 0.1], "dares": np.nan})
    market = exact(scarcity_gap=0.5, scarcity_error=1e-6, basin_error=0.3, scarcity_spread=0.15)
    moved = scarcity.informed(openings, {"training": np.full(openings.shape, 1000.0)}, known, market, rng)
    gain = 0.248 / (0.248 + 0.054)
    gap = (openings - moved["training"]).mean(axis=0) / 1000
    assert gap == pytest.approx([gain * 0.08, -gain * 0.08], abs=0.012)


def test_a_small_team_has_its_basin_and_a_large_one_its_own_answers() -> None:
    known = pd.DataFrame({"rated_people": [1.0, 400.0], "firms": 0.0, "basin": 1.0, "dares": np.nan})
    small, large = scarcity.survey_weight(known, MARKET)
    assert small < 0.3 and large > 0.85
    assert scarcity.survey_weight(known.assign(firms=np.nan), MARKET).tolist() == [0, 0]


def test_families_leave_the_total_and_move_small_teams_most() -> None:
    national = (("Tri", 100.0, 80.0), ("Usinage", 100.0, 125.0))
    known = heard(national=national).set_index("occupation").loc[PLANS.occupations].reset_index()
    assert known["national_growth"].dropna().tolist() == pytest.approx([np.log(0.8) / 5, np.log(1.25) / 5])
    moved = labour_gap._family_growth(PEOPLE, known, HAZARDS, MARKET, np.full(1, 0.5))[0]
    assert moved.sum() == pytest.approx(0) and moved[1] < 0 < moved[2] and moved[0] == 0
    silent = PEOPLE.assign(planned_hires_3y=np.nan)
    without = labour_gap._family_growth(silent, known, HAZARDS, MARKET, np.full(1, 0.5))[0]
    assert abs(without[1]) > 4 * abs(moved[1])  # 180 people who planned: w = 180 / 191


def test_voices_that_contradict_each_other_are_named_firms_first() -> None:
    known = heard({"Tri": 93.0, "Usinage": 20.0, "Inconnu": 10.0}, {"Tri": 4.0, "Inconnu": 5.0})
    rows = signals.contradictions(known, PEOPLE).frame.set_index("occupation")
    assert rows["contradiction"].to_dict() == {
        "Tri": "firms_basin", "Usinage": "basin_firms", "Inconnu": "firms_dares"
    }  # fmt: skip
    # From an eighth of the scale: nearer to its end it would tell that all answered 0.
    assert rows.loc["Tri", "voices_apart"] == pytest.approx(0.93 - 0.125)
    assert rows.loc["Tri", ["difficulty_of_4", "basin_difficult_share_percent", "tension_of_5"]].tolist() == [
        0,
        93,
        4,
    ]
    assert signals.contradictions(heard(), PEOPLE).frame.empty
    assert known.set_index("occupation")["level"].dropna().to_dict() == {"Tri": "worker", "Usinage": "worker"}


def test_ten_lines_say_what_their_tables_do_and_no_more(found: labour_gap.Outlook) -> None:
    gap, firms = found.by_occupation.frame, employment.workforce.occupations(PEOPLE).frame
    nothing = pd.DataFrame(columns=["occupation"])
    bridges = pd.DataFrame([("Usinage", "Tri"), ("Tri", "Usinage")], columns=["origin", "destination"])
    skills = pd.DataFrame(
        [("Tri", "Trier", 3.0), ("Tri", "Peser", 9.0)], columns=["occupation", "skill", "to_train"]
    )
    basin = voice("basin_difficult_share_percent", Tri=92.9).frame.assign(basin_difficult_level="dep")
    tables = (gap, firms, basin, nothing.assign(tension_class=[]), bridges, skills)
    rows = priorities.lines(*tables).set_index("occupation")
    assert (
        rows.loc["Tri", "tension_said"] == "déclarée 0/4, BMO 93\u00a0% (département)"
        and rows.loc["Inconnu", "tension_said"] == "déclarée 2/4"
    )
    # A mean at an end of what others are printed may be farther, unless one is: then all are exact.
    notes = pd.DataFrame({"occupation": ["Tri", "Usinage"], "hiring_difficulty": [0.5, 3.0]})
    clipped, exact = (
        priorities.lines(gap, firms, *tables[2:]).set_index("occupation").loc["Tri", "tension_said"]
        for firms in (notes, notes.assign(hiring_difficulty=[0.5, 4.0]))
    )
    assert clipped.startswith("déclarée 0,5/4\u00a0ou moins, ") and exact.startswith("déclarée 0,5/4, ")
    assert rows.loc["Tri", "training_said"] == "Peser"
    # Machining, short itself, lends nobody.
    assert rows["bridge_said"].fillna("").tolist() == ["Tri", "", ""]
    assert rows["who_acts"].tolist() == ["bridge", "no_entrants", "replace"]
    # By domain, and with closed cells, as an audience may get them.
    by_domain = pd.DataFrame({"rome_domain": ["H"], "skill": ["Trier"], "to_train": [4.0]})
    closed = gap.assign(openings=[np.nan, *gap["openings"][1:]])
    less = priorities.lines(
        closed,
        firms.rename(columns={"occupation": "rome_domain"}),
        basin,
        basin.head(0),
        bridges.head(0),
        by_domain,
    )
    assert less["occupation"].tolist() == ["Inconnu", "Tri"] and less["training_said"].isna().all()
    decided = pd.DataFrame(
        [
            ("Usinage", "training", "Former", "E1", "Tour", "2019-03-01"),
            ("Usinage", "bridge", "Mener", "E2", "Tri", "2019-04-01"),
        ],
        columns=["occupation", "action_kind", "job_action", "action_carrier", "action_target", "due_date"],
    )
    open_to_doubt = rows.reset_index().assign(gap_verdict=["short", "unjudged", "uncertain"])
    open_to_doubt["shortage_chances"] = 50.0
    ten = priorities.first(pd.concat([open_to_doubt] * 9), decided, today="2019-03-02")
    assert len(ten) == priorities.MOST
    # A bridge is for those it leads to.
    assert ten["who_acts"].tolist()[:3] == [
        "décidé\u00a0: Former (E1), échéance dépassée", "no_entrants", "décidé\u00a0: Mener (E2)"
    ]  # fmt: skip
    assert ten["bridge_said"].fillna("").tolist()[:3] == ["Tri", "", "Usinage"]  # the third is decided
    few = priorities.first(rows.reset_index().assign(bridge_said=None), decided.head(1), today="2019-03-02")
    assert "bridge_said" not in few and "Tri" not in set(few["occupation"])  # of Tri there is enough
    again = pd.concat([decided, decided.tail(1).assign(occupation="Tri", action_target="Usinage")])
    assert priorities.told(rows.reset_index(), again, today="2019-03-02")["who_acts"][0].endswith(
        "Mener (E2)"
    )


@pytest.mark.parametrize(
    "column",
    [
        *(*labour_gap.COLUMNS, *priorities.COLUMNS, *priorities.ANSWERS),
        *("fap_family", "contradiction", "parameter", "level"),
    ],
)
def test_every_column_and_code_is_named(column: str) -> None:
    head = wording.heading(column)
    assert head.header != column
    codes = {
        "gap_verdict": set(labour_gap.VERDICTS),
        "level": set(signals.LEVELS.values()),
        "parameter": set(MARKET["parameter"]),
    }
    assert codes.get(column, set()) <= set(head.labels)
    if column == "fap_family":
        assert set(FAP["fap_code"].str[:3]) <= set(head.labels)
