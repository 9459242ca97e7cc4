"""Jobs of synergies: by hand, in their unit whatever the source's, and insertion within capacity."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eit_analysis.breakdown import Breakdown
from eit_analysis.change import results
from eit_analysis.config_synergies import FactorOverride
from eit_analysis.employment.forecast import insertion, synergy_jobs, synergy_tonnes
from eit_analysis.errors import InputError
from eit_analysis.records import SOURCE
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.reference.job_units import tonnes_per_unit

PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "factors" / "emplois_par_10000t.csv"
UNIT = "fte_per_1000_t"
FACTORS = pd.DataFrame(
    [
        ("jobs", None, "recycling", 2.0, 5.0, 10.0, UNIT),
        ("jobs", "wood", "recycling", 1.0, 2.0, 4.0, UNIT),
        ("jobs", None, "landfill", 0.1, 0.2, 0.5, UNIT),
        ("treatment_cost", None, "landfill", 90.0, 100.0, 110.0, "eur/t"),
        ("insertion_share", None, None, 0.2, 0.5, 1.0, "share"),
        ("insertion_hours", None, None, 1500.0, 1500.0, 1600.0, "h/fte"),
        ("indirect_jobs", None, None, 0.0, 0.5, 1.0, "indirect_fte_per_direct_fte"),
    ],
    columns=["factor", "category", "route", "low", "central", "high", "unit"],
).assign(source="essai")


def tonnes(*rows: tuple) -> pd.DataFrame:
    names = ["category", "old_route", "new_route", "tonnes_low", "tonnes", "tonnes_high"]
    return pd.DataFrame(rows, columns=names)


def test_jobs_from_tonnes_by_hand() -> None:
    jobs = synergy_jobs.jobs_from_tonnes(
        tonnes(
            ("paper", "landfill", "recycling", 800.0, 1000.0, 1200.0),
            ("wood", "landfill", "recycling", 1000.0, 1000.0, 1000.0),
            ("paper", "recycling", "recycling", 10.0, 10.0, 10.0),
            ("paper", "landfill", "teleport", 10.0, 10.0, 10.0),
        ),
        FACTORS,
    )
    assert jobs.loc[0, ["jobs_low", "jobs", "jobs_high"]].tolist() == pytest.approx([1.2, 4.8, 11.88])
    assert jobs.loc[1, ["jobs_low", "jobs", "jobs_high"]].tolist() == pytest.approx([0.5, 1.8, 3.9])
    assert jobs.loc[2, ["jobs_low", "jobs", "jobs_high"]].tolist() == [0, 0, 0]
    assert jobs.loc[2, synergy_jobs.CREATED].tolist() == pytest.approx([0.02, 0.05, 0.1])
    assert jobs.loc[3, ["jobs_low", "jobs", "jobs_high"]].isna().all()
    assert jobs.loc[0, synergy_jobs.CREATED].tolist() == pytest.approx([1.6, 5, 12])
    assert jobs.loc[0, synergy_jobs.DISPLACED].tolist() == pytest.approx([0.08, 0.2, 0.6])
    by_route = synergy_jobs.by_route(jobs.head(3).assign(stage="allocated", site_id="A B")).frame
    assert by_route[["old_route", "new_route"]].to_numpy().tolist() == [
        ["landfill", "recycling"], ["recycling", "recycling"],
    ]  # fmt: skip
    assert by_route.loc[0, ["tonnes", "jobs_created", "jobs_displaced", "jobs"]].tolist() == pytest.approx(
        [2000, 7, 0.4, 6.6]
    )
    assert by_route.loc[1, ["jobs_created", "jobs_displaced", "jobs"]].tolist() == pytest.approx(
        [0.05] * 2 + [0]
    )


def test_thirty_tonnes_are_less_than_one_job() -> None:
    move = tonnes(("cardboard", "landfill", "recycling", 30.0, 30.0, 30.0))
    jobs = synergy_jobs.jobs_from_tonnes(move, factor_table())
    assert 0 < jobs.loc[0, "jobs_low"] <= jobs.loc[0, "jobs_high"] < 1


REGISTER = pd.DataFrame(
    [
        ("wood", "A B", "done", 20.0),
        ("wood", "B C", "committed", 0.0),
        ("wood", "C", "study", 0.0),
        ("paper", "A", "lead", 0.0),
        ("paper", "A", "done", np.nan),
    ],
    columns=["category", "site_ids", "status", "realised_t_per_year"],
).assign(synergy_id=[f"SY{i}" for i in range(5)])
FLOWS = pd.DataFrame(
    [
        ("A", "out", "wood", "landfill", 50.0),
        ("B", "out", "wood", "energy", 10.0),
        ("B", "in", "wood", None, 999.0),
        ("C", "out", "wood", None, 7.0),
        ("C", "out", "wood", "recycling", 400.0),
    ],
    columns=["site_id", "direction", "category", "route", "mass_t_per_year"],
)
FLOWS["mass_low_t_per_year"], FLOWS["mass_high_t_per_year"] = (
    FLOWS["mass_t_per_year"],
    FLOWS["mass_t_per_year"],
)


def by_stage(jobs: pd.DataFrame, *of_plan: float) -> Breakdown:
    changes = pd.DataFrame([("Total", *of_plan)] if of_plan else [], columns=["category", *synergy_jobs.JOBS])
    return synergy_jobs.by_stage(jobs, changes, FACTORS)


def test_register_gives_realised_and_planned_tonnes() -> None:
    done = synergy_tonnes.realised_tonnes(REGISTER, FLOWS)
    assert done[["old_route", "new_route", "tonnes"]].to_numpy().tolist() == [["landfill", "recycling", 20.0]]
    planned = synergy_tonnes.planned_tonnes(REGISTER, FLOWS)
    # C's flow is wanted by two synergies and counts once; what is already recycled is not there to divert.
    assert planned["tonnes"].sum() == 17
    both = pd.concat([done, planned])
    stages = by_stage(synergy_jobs.jobs_from_tonnes(both, factor_table()))
    assert stages.frame["tonnes"].tolist() == [20, 17]
    behind = stages.records
    assert behind.groupby("stage")["tonnes"].sum().to_dict() == {"realised": 20, "planned": 17}


def test_what_is_done_is_known_whole_to_all_who_did_it() -> None:
    """Two synergies of two firms, 11 and 7.5 t: of the sum each firm finds the other one's, as elsewhere."""
    two = pd.DataFrame(
        {"synergy_id": ["SY1", "SY2"], "site_ids": ["A B", "D C"], "category": "wood", "status": "done"}
    ).assign(realised_t_per_year=[11.0, 7.5], title="Essai")
    done = synergy_jobs.jobs_from_tonnes(synergy_tonnes.realised_tonnes(two, FLOWS), factor_table())
    records = by_stage(done).records[["site_id", "tonnes", *SOURCE]]
    same = results.total(results.ledger(two, pd.Timestamp(2026, 12, 31)), "realised_t_per_year").records
    assert (
        records.to_numpy().tolist() == same[["site_id", "realised_t_per_year", *SOURCE]].to_numpy().tolist()
    )


def test_a_joint_plan_counts_what_it_keeps_of_each_exchange() -> None:
    plan = pd.DataFrame(
        [
            ("A", "S", "wood", "energy", "reuse", 10.0, 20.0, 30.0, 5.0),
            ("B", "C", "wood", None, "recycling", 8.0, 8.0, 8.0, 8.0),
            ("B", "S", "wood", "energy", "reuse", 10.0, 20.0, 30.0, 0.0),
        ],
        columns=[
            "site_id", "taker_site_id", "category", "old_route", "new_route", "diverted_low_t_per_year",
            "diverted_t_per_year", "diverted_high_t_per_year", "allocated_t_per_year",
        ],
    )  # fmt: skip
    tonnes = synergy_tonnes.allocated_tonnes(plan, ess=["S"])
    assert tonnes[["tonnes_low", "tonnes", "tonnes_high"]].to_numpy().tolist() == [[2.5, 5, 7.5], [8, 8, 8]]
    assert tonnes["ess_site_id"].tolist() == ["S", ""]
    assert tonnes["old_route"].tolist() == ["energy", "unknown"]
    both = pd.concat([synergy_tonnes.planned_tonnes(REGISTER, FLOWS), tonnes])
    stages = by_stage(synergy_jobs.jobs_from_tonnes(both, factor_table()), 0.1, 0.2, 0.3).frame
    future = synergy_jobs.future_jobs(stages, "Synergies")
    joint = stages.set_index("stage").loc["allocated"]
    assert (
        future.loc[0, ["jobs", "jobs_high"]].tolist() == joint[["jobs", "jobs_high"]].tolist() == [0.2, 0.3]
    )
    assert (future["jobs_low"] <= 0).all()
    assert len(future) == 1


def test_flows_whose_routes_nobody_gave_are_of_an_unknown_one() -> None:
    nowhere = FLOWS.assign(route=np.nan)  # a column of nothing is read as numbers
    both = [f(REGISTER, nowhere) for f in (synergy_tonnes.realised_tonnes, synergy_tonnes.planned_tonnes)]
    assert [set(table["old_route"]) for table in both] == [{"unknown"}] * 2


def test_the_route_left_is_none_of_those_that_recover() -> None:
    """Most of what the actor gives today may already go where the synergy takes it."""
    more = FLOWS.assign(mass_t_per_year=[50.0, 10, 999, 7, 400], site_id=["A", "B", "B", "C", "A"])
    assert synergy_tonnes.realised_tonnes(REGISTER, more)["old_route"].tolist() == ["landfill"]


def test_what_still_burns_is_not_counted_as_recycled() -> None:
    """Sawdust to a boiler, where sawdust went before: no job is made."""
    sawdust = FLOWS.assign(mass_t_per_year=[5.0, 20, 999, 7, 400])
    done = synergy_tonnes.realised_tonnes(REGISTER, sawdust)
    assert done[["old_route", "new_route"]].to_numpy().tolist() == [["energy", "energy"]]
    assert synergy_jobs.jobs_from_tonnes(done, factor_table())["jobs"].tolist() == [0]
    some = pd.concat([sawdust, sawdust.tail(1).assign(site_id="A")])  # and room for them in recycling
    assert synergy_tonnes.realised_tonnes(REGISTER, some)["new_route"].tolist() == ["recycling"]


def test_jobs_to_come_may_never_come() -> None:
    stages = pd.DataFrame(
        [("planned", 1.0, 2.0, 3.0), ("allocated", 1.0, 2.0, 3.0)],
        columns=["stage", "jobs_low", "jobs", "jobs_high"],
    )
    assert synergy_jobs.future_jobs(stages, "x")[synergy_jobs.JOBS].to_numpy().tolist() == [[0, 2, 3]]
    less = synergy_jobs.future_jobs(stages.assign(jobs_low=-4.0), "x")
    assert less["jobs_low"].tolist() == [-4]


def test_what_the_register_says_of_jobs_stands_beside_the_estimate() -> None:
    """0.5 − 0.2 FTE of the two synergies done that say it; hours of one; nothing of what is only studied."""
    register = pd.DataFrame(
        [
            ("Y1", "A B", "done", 0.5, 120.0), ("Y2", "C", "done", -0.2, None),
            ("Y3", "C", "study", 9.0, 9.0), ("Y4", "D", "done", None, None),
        ],
        columns=["synergy_id", "site_ids", "status", "realised_fte", "insertion_hours_per_year"],
    )  # fmt: skip
    told = synergy_jobs.registered(register)
    assert told.frame.to_dict("records") == [
        {"stage": "realised", "realised_fte": pytest.approx(0.3), "insertion_hours_per_year": 120.0}
    ]
    told.parents[0].check("essai")
    assert told.parents[0].records["site_id"].tolist() == ["A B", "C"]
    older = synergy_jobs.registered(register.drop(columns="realised_fte")).frame
    assert older["insertion_hours_per_year"].tolist() == [120.0] and older["realised_fte"].isna().all()
    assert synergy_jobs.registered(register.head(0)).frame.empty


def test_empty_register() -> None:
    both = pd.concat(
        [f(REGISTER.head(0), FLOWS) for f in (synergy_tonnes.realised_tonnes, synergy_tonnes.planned_tonnes)]
    )
    stages = by_stage(synergy_jobs.jobs_from_tonnes(both, FACTORS))
    assert stages.frame.empty
    assert stages.records.empty
    assert synergy_jobs.future_jobs(stages.frame, "Synergies").empty


def test_indirect_jobs_follow_the_sign_of_the_net_and_stay_beside() -> None:
    both = tonnes(*[("paper", "landfill", "recycling", 1.0, 1.0, 1.0)] * 2)
    jobs = synergy_jobs.jobs_from_tonnes(both, FACTORS).assign(stage=["a", "b"], site_id="A")
    jobs[synergy_jobs.JOBS] = own = [[-2.0, 1.0, 4.0], [1.0, 2.0, 3.0]]
    table = by_stage(jobs).frame
    assert table[synergy_jobs.INDIRECT].to_numpy().tolist() == [[-2, 0.5, 4], [0, 1, 3]]
    assert table[synergy_jobs.JOBS].to_numpy().tolist() == own


def test_insertion_stays_within_what_each_structure_can_take() -> None:
    """S is asked 100 t of wood and half of 60 t, and takes 65; T the other 30 t, and takes nothing."""
    move = tonnes(
        ("wood", "landfill", "recycling", 100.0, 100.0, 100.0),
        ("wood", "landfill", "recycling", 60.0, 60.0, 60.0),
        ("wood", "landfill", "recycling", 999.0, 999.0, 999.0),
    ).assign(ess_site_id=["S", "S T", ""], stage="allocated")
    inputs = pd.DataFrame(
        [
            ("S", "in", "wood", 40.0),
            ("S", "in", "wood", 25.0),
            ("S", "out", "wood", 500.0),
            ("S", "in", "paper", 9.0),
        ],
        columns=["site_id", "direction", "category", "mass_t_per_year"],
    )
    table = insertion.by_structure(synergy_jobs.jobs_from_tonnes(move, FACTORS), inputs, FACTORS)
    table = table.set_index("site_id")
    assert table.loc["S", ["tonnes_asked", "capacity_t_per_year", "tonnes_kept"]].tolist() == [130, 65, 65]
    assert table.loc["T", ["tonnes_asked", "capacity_t_per_year", "tonnes_kept"]].tolist() == [30, 0, 0]
    # 65 t x 1, 2, 4 jobs per 1,000 t x 0.2, 0.5, 1 in insertion x 1,500 to 1,600 h.
    assert table.loc["S", insertion.INSERTION].tolist() == pytest.approx([0.013, 0.065, 0.26])
    assert table.loc["S", insertion.HOURS].tolist() == pytest.approx([19.5, 97.5, 416])
    assert table.loc["T", insertion.INSERTION].tolist() == [0, 0, 0]
    posts = insertion.posts(table.reset_index(), "Ensemble").frame.set_index("category")
    assert posts.loc["Ensemble", ["tonnes_asked", "tonnes_kept", "full_time_posts"]].tolist() == [160, 65, 0]
    assert insertion.posts(table.reset_index().head(0), "Ensemble").frame.empty


def test_a_clause_counts_the_hours_of_a_structure_whatever_was_done_before() -> None:
    """32 t of wood that were recycled elsewhere: no net job, and 32 x 2 jobs per 1,000 t x 0.5 x 1,500 h."""
    inputs = pd.DataFrame({"site_id": ["S"], "direction": "in", "category": "wood", "mass_t_per_year": 50.0})
    hours = []
    for old in ("recycling", "landfill"):
        move = tonnes(("wood", old, "recycling", 32.0, 32.0, 32.0)).assign(ess_site_id="S", stage="allocated")
        jobs = synergy_jobs.jobs_from_tonnes(move, FACTORS)
        hours.append(insertion.by_structure(jobs, inputs, FACTORS)["insertion_hours"].tolist())
    assert hours[0] == hours[1] == pytest.approx([48.0])


def test_posts_add_up_before_they_are_rounded() -> None:
    row = {name: [0.8, 0.8] for name in insertion.SUMMED}
    structures = pd.DataFrame({"category": ["wood", "paper"], "site_id": ["S", "T"], **row})
    posts = insertion.posts(structures, "Ensemble").frame.set_index("category")["full_time_posts"]
    assert posts["Ensemble"] == 1 and posts.drop("Ensemble").isna().all()


def test_the_social_economy_is_found_in_a_synergy() -> None:
    done = synergy_tonnes.realised_tonnes(REGISTER, FLOWS, ess=["B"])
    assert done["ess_site_id"].tolist() == ["B"]
    planned = synergy_tonnes.planned_tonnes(REGISTER, FLOWS, ess=["B"]).set_index("site_id")["ess_site_id"]
    assert planned.to_dict() == {"B": "", "C": "B"}  # a structure does not help itself


def test_every_coefficient_in_use_is_listed_with_its_source() -> None:
    move = tonnes(
        ("wood", "unknown", "recycling", 1.0, 1.0, 1.0), ("paper", "energy", "recycling", 1.0, 1.0, 1.0)
    )
    table = synergy_jobs.coefficients(move, factor_table())
    used = set(
        table.loc[table["factor"] == "jobs", ["category", "route"]]
        .fillna("")
        .itertuples(index=False, name=None)
    )
    of_thirty_tonnes = {("", "landfill"), ("", "recycling")}
    assert used == {("wood", "recycling"), ("", "unknown"), ("", "energy")} | of_thirty_tonnes
    assert set(table["factor"]) == {"jobs", "insertion_share", "insertion_hours", "indirect_jobs"}
    assert table["source"].str.len().min() > 10 and table["unit"].notna().all()


# One coefficient as sources write it, and the jobs per tonne that it must always be.
RECYCLING = [
    ("ORDIF 2014, La Tribune", 54.1, "ETP pour 10 000 t", 0.00541),
    ("the same, rounded", 5.41, "5.41", None),
    ("the same", 5.41, "ETP pour 1 000 t", 0.00541),
    ("the same", 5.41, "ETP/1000 t", 0.00541),
    ("the same", 541.0, "emplois pour 100 000 tonnes", 0.00541),
    ("the same", 0.00541, "ETP par tonne", 0.00541),
    ("the same", 5.41, "ETP par kt", 0.00541),
    ("our own code", 5.41, "fte_per_1000_t", 0.00541),
    ("the same per 10,000", 54.1, "fte_per_10000_t", 0.00541),
    ("English", 54.1, "jobs per 10,000 tonnes", 0.00541),
    ("American, by weight", 54.1 * 0.90718474, "jobs per 10,000 short tons", 0.00541),
    ("American", 54.1 * 0.90718474, "jobs per 10,000 US tons per year", 0.00541),
    ("no-break spaces", 54.1, "ETP\u00a0pour\u00a010\u202f000\u00a0t", 0.00541),
    ("European Commission 2009", 200.0, "emplois pour 100 000 t", 0.002),
]


def override(value: float, unit: str, route: str = "recycling", category: str = "") -> FactorOverride:
    return FactorOverride(
        factor="jobs",
        category=category,
        route=route,
        low=value,
        central=value,
        high=value,
        unit=unit,
        source="essai",
    )


@pytest.mark.parametrize(("where", "value", "unit", "per_tonne"), RECYCLING)
def test_a_coefficient_is_the_same_in_whatever_unit_it_is_published(
    where: str, value: float, unit: str, per_tonne: float | None
) -> None:
    if per_tonne is None:
        with pytest.raises(InputError, match="nombre d'emplois par tonne"):
            factor_table([override(value, unit)])
        return
    factors = factor_table([override(value, unit)])
    row = lookup(factors, "jobs", "", "recycling")
    assert row["unit"] == UNIT and row["central"] / 1000 == pytest.approx(per_tonne), where
    move = tonnes(("paper", "landfill", "recycling", 1000.0, 1000.0, 1000.0))
    jobs = synergy_jobs.jobs_from_tonnes(move, factors)
    assert jobs.loc[0, "jobs_created"] == pytest.approx(1000 * per_tonne)


@pytest.mark.parametrize(
    ("unit", "word"),
    [
        ("", "manque"),
        ("  ", "manque"),
        ("10 000 t", "nombre d'emplois"),
        ("t par ETP", "nombre d'emplois"),
        ("ETP pour 0 t", "nombre d'emplois"),
        ("ETP pour 10 00 t", "nombre d'emplois"),
        ("ETP pour un million d'euros", "nombre d'emplois"),
        ("ETP pour 10 000 habitants", "nombre d'emplois"),
        ("eur/t", "nombre d'emplois"),
        ("jobs per 10,000 tons", "short tons"),
        ("jobs per ton", "short tons"),
    ],
)
def test_a_missing_or_unknown_unit_is_one_clear_sentence(unit: str, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        factor_table([override(5.0, unit)])
    text = str(caught.value)
    assert "study.toml" in text and "jobs//recycling" in text and "\n" not in text


@pytest.mark.parametrize(
    ("value", "unit", "route", "category"),
    [
        (54.1, "ETP pour 1 000 t", "recycling", ""),  # environnement-magazine.fr printed it so, 20 June 2018
        (115, "emplois pour 1 000 t", "recycling", ""),  # GAIA 2021, ten times too much
        (404, "emplois pour 1 000 t", "reuse", "textile"),
        (404, "emplois pour 1 000 t", "reuse", ""),
        (55, "emplois pour 1 000 t", "recycling", "weee"),
        (7, "emplois pour 1 000 t", "composting", ""),
        (2, "emplois pour 1 000 t", "landfill", ""),
        (2, "emplois pour 1 000 t", "incineration", ""),
        (15, "ETP pour 1 000 t", "recycling", "glass"),
        (200, "emplois pour 10 000 t", "incineration", ""),
        (-1, "ETP pour 1 000 t", "recycling", ""),
    ],
)
def test_a_scale_error_of_the_source_is_seen_against_the_reference(
    value: float, unit: str, route: str, category: str
) -> None:
    with pytest.raises(InputError, match="vérifiez l'unité"):
        factor_table([override(value, unit, route, category)])


def test_true_but_high_coefficients_pass() -> None:
    """RREUSE 2021: 70 jobs per 1,000 t collected for reuse, up to 140 for electricals."""
    rows = [
        override(70, "jobs per 1,000 tonnes", "reuse"),
        override(140, "jobs per 1,000 t", "reuse", "weee"),
    ]
    factors = factor_table(rows)
    assert lookup(factors, "jobs", "weee", "reuse")["central"] == 140
    assert lookup(factors, "jobs", "", "reuse")["source"] == "essai (70 jobs per 1,000 tonnes)"


def test_another_factor_may_repeat_its_unit_but_not_change_it() -> None:
    own = override(5.0, "eur/t").model_copy(update={"factor": "treatment_cost"})
    assert lookup(factor_table([own]), "treatment_cost", "", "recycling")["central"] == 5
    with pytest.raises(InputError, match="convertissez en eur/t"):
        factor_table([own.model_copy(update={"unit": "eur/kg"})])


def test_jobs_are_not_counted_from_a_table_in_another_unit() -> None:
    move = tonnes(("paper", "landfill", "recycling", 1.0, 1.0, 1.0))
    for unit in ("fte_per_10000_t", None):
        wrong = FACTORS.assign(unit=FACTORS["unit"].where(FACTORS["factor"] != "jobs", unit))
        with pytest.raises(InputError, match="unité"):
            synergy_jobs.jobs_from_tonnes(move, wrong)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="../shared/data (coefficients publiés) n'est pas là")
def test_every_published_coefficient_keeps_its_jobs_per_tonne() -> None:
    """The hand-collected file is per 10,000 t; its notes state the same per 1,000 t and per 100,000 t."""
    rows = list(csv.DictReader(PUBLISHED.open(encoding="utf-8-sig")))
    assert len(rows) == 13
    for row in rows:
        ends = [float(part) for part in row["emplois_par_10000t"].split("-")]
        for value in ends:
            ways = [(value, f"{row['unite']} pour 10 000 t"), (value / 10, f"{row['unite']} pour 1 000 t"),
                    (value * 10, f"{row['unite']} pour 100 000 t")]  # fmt: skip
            per_tonne = [number / tonnes_per_unit(unit) for number, unit in ways]
            assert per_tonne == pytest.approx([value / 10_000] * 3), row
    noted = {"5,4/1000 t": 54.1, "2,5/1000 t": 25, "1,5/1000 t": 15, "1,4/1000 t": 13.9, "0,2/1000 t": 2}
    found = {
        text: float(row["emplois_par_10000t"]) for row in rows for text in noted if text in row["qualite"]
    }
    assert found == noted
    for text, published in found.items():
        rounded, unit = text.split("/")
        rate = float(rounded.replace(",", ".")) / tonnes_per_unit(f"ETP/{unit}")
        assert rate == pytest.approx(published / 10_000, abs=0.05 / 1000)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="../shared/data (coefficients publiés) n'est pas là")
@pytest.mark.parametrize(
    ("source", "branch", "category", "route", "bound"),
    [
        ("ORDIF via La Tribune et environnement-magazine 20/06/2018", "emballages-papiers collecte+tri", "",
         "recycling", "central"),
        ("ORDIF via La Tribune", "dont tri seul", "", "recycling", "low"),
        ("GAIA 2021 fig.1", "recyclage", "", "recycling", "high"),
        ("ORDIF via La Tribune", "verre collecte+traitement", "glass", "recycling", "central"),
        ("GAIA, Zero Waste and Economic Recovery, fig.1", "reparation", "textile", "reuse", "central"),
        ("GAIA 2021 fig.1", "remanufacturing", "weee", "recycling", "central"),
        ("GAIA 2021 fig.1", "compostage", "", "composting", "central"),
        ("ORDIF via La Tribune", "OMR traitement seul (surtout incineration)", "", "incineration", "central"),
    ],
)  # fmt: skip
def test_reference_coefficients_are_the_published_ones(
    source: str, branch: str, category: str, route: str, bound: str
) -> None:
    published = pd.read_csv(PUBLISHED, encoding="utf-8-sig")
    row = published[(published["filiere"] == branch) & (published["source"] == source)]
    per_tonne = float(row["emplois_par_10000t"].iloc[0]) / 10_000
    assert lookup(factor_table(), "jobs", category, route)[bound] / 1000 == pytest.approx(per_tonne, rel=1e-3)
