"""The territory's frame: from SIRENE or from counts, who of it answered, and the sample study's own."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path

import generate
import numpy as np
import pandas as pd
import pytest
from stdnum.fr import siret as siret_number

from eit_analysis import reference
from eit_analysis.cli import main
from eit_analysis.flows.extrapolation import frame
from eit_analysis.intake.registers.files import read_register
from eit_analysis.settings_file import read_config
from eit_analysis.study import open_study

STUDY = Path(__file__).resolve().parents[1] / "data" / "raw" / "thur-doller"
SAMPLE = STUDY / "sirene_fictif.csv"
COUNTS = (
    "Division NAF;Tranche d'effectifs;Établissements;Année;Source\n13;12;3;2018;Insee\n25;2;2;2018;Insee\n"
)


def listed(*rows):
    """A frame of (SIRET, NAF, lowest and highest headcount)."""
    columns = ["siret", "naf_code", "headcount_low", "headcount_high"]
    return pd.DataFrame(rows, columns=columns).astype({"headcount_low": "Int64", "headcount_high": "Int64"})


def sites(*rows):
    return pd.DataFrame(rows, columns=["site_id", "siret", "naf_code", "headcount"])


def matched(table, *rows):
    answers = sites(*rows)
    return frame.split(answers[["site_id"]].assign(mass_t_per_year=1.0), answers, table)


@pytest.mark.parametrize(("low", "high"), [(1, 2), (20, 49), (250, 499)])
def test_headcount_of_a_class_is_that_of_zipf(low, high):
    unit = frame.units(listed(("1", "2562B", low, high))).iloc[0]
    x = np.arange(low, high + 1)  # people come whole
    mass, mean, square = ((x**power * (1 / x - 1 / (x + 1))).sum() for power in (0, 1, 2))
    assert unit["headcount"] == pytest.approx(mean / mass)
    assert unit["headcount_variance"] == pytest.approx(square / mass - (mean / mass) ** 2)
    assert low <= unit["headcount"] <= (low + high + 1) / 2


def test_the_open_class_ends_at_twice_its_beginning():
    unit = frame.units(listed(("1", "2562B", 10_000, None))).iloc[0]
    assert unit["headcount"] == pytest.approx(20_000 * np.log(2), rel=1e-4)


def test_classes_are_those_of_insee():
    lows = reference.load("headcount_classes")["low"]
    assert lows[lows > 0].tolist() == list(frame.CLASSES)
    assert frame.size_class(np.array([0.0, 9, 10, 49, 50, 249, 250, np.nan])).fillna("?").tolist() == [
        "1-9", "1-9", "10-49", "10-49", "50-249", "50-249", "250+", "?",
    ]  # fmt: skip


def test_scope_keeps_those_who_employ_and_whose_waste_is_their_own():
    table = listed(
        ("1", "2562B", 20, 49), ("2", "3811Z", 20, 49), ("3", "4677Z", 6, 9), ("4", "4673A", 6, 9),
        ("5", "2562B", 0, 0), ("6", "2562B", None, None), ("7", None, 20, 49), ("8", "0000Z", 20, 49),
    )  # fmt: skip
    assert frame.units(table)["siret"].tolist() == ["1", "4"]
    counted = frame.scoped(table)["scope"].value_counts().to_dict()
    assert counted == {"kept": 2, "waste_trade": 2, "no_employee": 2, "no_activity": 2}


def test_a_respondent_takes_its_own_row_else_the_place_of_one_like_it():
    table = listed(
        ("1", "2562B", 20, 49), ("2", "2562B", 20, 49), ("3", "2562B", 50, 99), ("4", "1310Z", 20, 49)
    )
    # Its own row by SIRET, whatever the activity and the headcount it gave.
    answered, silent = matched(table, ("A", "3", "1310Z", 30.0))
    assert silent["siret"].tolist() == ["1", "2", "4"] and answered["headcount"].tolist() == [30]
    # A SIRET that is not in the list: one of the same division and class has answered.
    for unknown in ("9", None):
        assert len(matched(table, ("A", unknown, "2573A", 30.0))[1]) == 3
    # None like it: the respondent comes on top of the list.
    assert len(matched(table, ("A", "9", "2573A", 500.0))[1]) == 4
    # More respondents than there is room for.
    assert len(matched(table, *((f"A{i}", None, "2562B", 30.0) for i in range(5)))[1]) == 2


def test_a_missing_headcount_is_that_of_the_frame_when_it_is_there():
    table = listed(("1", "2562B", 20, 49))
    answered, _ = matched(table, ("A", "1", "2562B", np.nan), ("B", None, "2562B", 0.0))
    assert answered["headcount"].iloc[0] == frame.units(table)["headcount"].iloc[0]
    assert answered.iloc[1][["headcount", "size_class"]].isna().all()


def test_who_declared_no_outflow_has_not_answered():
    table, everyone = listed(("1", "2562B", 20, 49)), sites(("A", "1", "2562B", 30.0))
    nothing = everyone.head(0).assign(mass_t_per_year=1.0)
    answered, silent = frame.split(nothing, everyone, table)
    assert answered.empty and len(silent) == 1


def test_counts_are_a_list_without_names(tmp_path):
    (tmp_path / "c.csv").write_text(COUNTS, encoding="utf-8")
    table = read_register("establishment_counts", tmp_path / "c.csv").frame
    units = frame.units(table)
    assert units["naf_division"].tolist() == ["13"] * 3 + ["25"] * 2
    assert units["headcount_low"].tolist() == [20] * 3 + [3] * 2 and units["siret"].isna().all()
    three, two = ([(naf, *bounds)] * n for naf, bounds, n in (("1310Z", (20, 49), 3), ("2562B", (3, 5), 2)))
    named = listed(*((str(number), *row) for number, row in enumerate(three + two)))
    columns = ["naf_division", "size_class", "headcount", "headcount_variance"]
    pd.testing.assert_frame_equal(units[columns], frame.units(named)[columns])
    assert len(matched(table, ("A", "1", "1310Z", 25.0))[1]) == 4


@pytest.fixture(scope="module")
def rows():
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_sample_frame_is_what_its_generator_writes():
    lines = generate.establishments(generate.generator("establishments"))
    assert generate.csv_bytes(lines, "utf-8", ",") == SAMPLE.read_bytes()


def test_the_sample_frame_is_fictional_and_of_the_territory(rows):
    assert 120 <= len(rows) <= 200
    numbers = [row["siret"] for row in rows]
    assert len(set(numbers)) == len(rows)
    assert all(siret_number.is_valid(number) and number.startswith("000") for number in numbers)
    communes = reference.load("communes")
    epci = read_config(STUDY / "study.toml").epci_codes
    own = set(communes.loc[communes["epci_code"].isin(epci), "commune_code"])
    assert {row["codeCommuneEtablissement"] for row in rows} <= own
    others = [row["denominationUniteLegale"] for row in rows[25:]]
    assert all(name.startswith("Établissement fictif n°") for name in others)


def test_the_sample_frame_is_imported_and_holds_every_actor(tmp_path, capsys):
    folder = tmp_path / "data" / "raw" / "thur-doller"
    (folder / "2018").mkdir(parents=True)
    (folder / "study.toml").write_bytes((STUDY / "study.toml").read_bytes())
    with contextlib.chdir(tmp_path):
        assert main(["import", "sirene", str(SAMPLE), "thur-doller", "--wave", "2018"]) == 0
        study = open_study("thur-doller", "2018")
        table = study.load(study.establishments)
        first = (study.processed / "sirene.parquet").read_bytes()
        assert main(["import", "sirene", str(SAMPLE), "thur-doller", "--wave", "2018"]) == 0
        assert (study.processed / "sirene.parquet").read_bytes() == first
    assert "SIRENE" in capsys.readouterr().out
    counted = frame.scoped(table)["scope"].value_counts().to_dict()
    assert counted == {"kept": 172, "no_employee": 2, "waste_trade": 4}
    assert table["naf_code"].notna().all()


def test_an_empty_frame_has_no_unit():
    assert frame.units(listed()).empty and frame.scoped(listed()).empty
