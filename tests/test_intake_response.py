"""Who answered: the rate with its numerator and denominator, and who stopped."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.errors import InputError
from eit_analysis.intake.survey.response import (
    RESPONSE_TABLES,
    known_actors,
    no_longer_answer,
    read_contacted,
    response,
    response_rate,
    silent,
)
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.wording import heading


def wave(sites: dict[str, str], **rows: list[str]) -> dict[str, pd.DataFrame]:
    """Actors with their type, and the ids of the rows of each table."""
    frames = {table: pd.DataFrame({"site_id": rows.get(table, [])}, dtype="str") for table in RESPONSE_TABLES}
    frames["sites"] = pd.DataFrame({"site_id": list(sites), "actor_type": list(sites.values())}, dtype="str")
    return frames


EARLIER = wave({"E1": "firm", "E2": "firm", "E3": "ess"}, flows=["E1", "E2", "E2"], skills=["E2", "E3"])
NOW = wave({"E1": "firm", "E3": "ess", "E4": "firm"}, flows=["E1", "E1"], workforce=["E1"])


def test_known_actors_are_those_of_both_waves_once():
    known = known_actors(NOW["sites"], EARLIER["sites"])
    assert known.values.tolist() == [["E1", "firm"], ["E3", "ess"], ["E4", "firm"], ["E2", "firm"]]


CONTACTED = pd.DataFrame({"site_id": ["E1", "E2", "E8", "E9"], "name": ["A", "B", "H", "I"]}, dtype="str")


def test_those_contacted_who_never_answered_count_in_the_denominator():
    known = known_actors(NOW["sites"], EARLIER["sites"], CONTACTED)
    assert known.values.tolist()[-2:] == [["E8", "unknown"], ["E9", "unknown"]]
    assert known["site_id"].is_unique
    rate = response_rate(known, NOW).frame.set_index("actor_type")
    assert list(rate.index) == ["firm", "ess", "unknown", "Total"]
    assert rate.loc["unknown", ["n_answered", "n_contacted"]].tolist() == [0, 2]
    assert rate.loc["Total", "response_percent"] == pytest.approx(100 / 6)
    assert "unknown" in heading("actor_type").labels


def test_one_who_refused_diffusion_is_not_taken_for_one_who_kept_silent():
    seen_outside = NOW["sites"][NOW["sites"]["site_id"] != "E1"]
    quiet = silent(CONTACTED, NOW["sites"], EARLIER["sites"])
    assert quiet["site_id"].tolist() == ["E8", "E9"]
    assert "E1" not in set(known_actors(seen_outside, EARLIER["sites"].head(0), quiet)["site_id"])


@pytest.mark.parametrize("audience", ["partners", "public", "company:E1"])
def test_one_who_never_answered_is_named_inside_only(small_study, audience):
    quiet = pd.DataFrame(
        {"site_id": ["E98"], "name": ["Muet SARL"], "siret": ["1"], "commune_name": ["Thann"]}
    )
    inside = Release(small_study, "internal", "essai")
    listing = inside.listing(quiet, title="Sans réponse", sites=["site_id"])
    assert "Muet SARL" in str(listing.seen_by(inside.viewer, {}).html())
    viewer = Release(small_study, audience, "essai").viewer
    shown = listing.seen_by(viewer, {})
    assert shown.frame.empty
    assert "E98" not in str(shown.html())
    assert "n’est pas diffusé" in str(shown.html())


LIST = "Identifiant;Raison sociale;SIRET;Commune\nE01;Filature Müller;12345678200010;Thann\ne 02;Régie;;\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_list_of_the_contacted_survives_a_spreadsheet(tmp_path, encoding, separator):
    path = tmp_path / "acteurs.csv"
    path.write_bytes(LIST.replace(";", separator).encode(encoding))
    found = read_contacted(path)
    assert found["site_id"].tolist() == ["E01", "E02"]
    assert found["name"].tolist() == ["Filature Müller", "Régie"]
    assert found["siret"].tolist()[0] == "12345678200010"
    assert found["commune_name"].isna().tolist() == [False, True]


def test_the_list_of_the_contacted_survives_its_analyst(tmp_path):
    path = tmp_path / "acteurs.csv"
    path.write_text(
        "Acteurs contactés en mai;;;\n;;;\nCOMMUNE;relancé le;identifiant;raison  sociale\n"
        "Thann;;E01;'=Filature\n;;;\nThann;;E01;'=Filature\n;12/05;7;\n",
        encoding="utf-8",
    )
    found = read_contacted(path)
    assert found[["site_id", "name", "commune_name"]].fillna("").values.tolist() == [
        ["E01", "=Filature", "Thann"], ["7", "", ""],
    ]  # fmt: skip
    path.write_text("Identifiant;Raison sociale;SIRET\nE01;Filature;1,23457E+13\n", encoding="utf-8")
    assert read_contacted(path)["siret"].isna().all()


def test_without_a_list_nobody_was_only_contacted(tmp_path):
    found = read_contacted(tmp_path / "acteurs.csv")
    assert found.empty
    assert silent(found, NOW["sites"]).empty
    known = known_actors(NOW["sites"], EARLIER["sites"], found)
    pd.testing.assert_frame_equal(known, known_actors(NOW["sites"], EARLIER["sites"]))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "acteurs.csv"),
        ("Nom;Ville\nFilature;Thann\n", "en-têtes"),
        ("Identifiant;Raison sociale\nE01;Filature\n;Régie\n", "ligne «\u00a03\u00a0»"),
        ("Identifiant;Raison sociale\nE01;Filature\ne01;Régie\n", "E01 désigne deux acteurs"),
        ("Identifiant;Raison sociale\n../x;Filature\n", "identifiant"),
    ],
)
def test_a_list_that_would_count_wrong_is_refused(tmp_path, content, told):
    (tmp_path / "acteurs.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_contacted(tmp_path / "acteurs.csv")
    assert told in str(refused.value)


def test_the_rate_counts_rows_beyond_entreprise():
    rate = response_rate(known_actors(NOW["sites"], EARLIER["sites"]), NOW).frame.set_index("actor_type")
    assert list(rate.index) == ["firm", "ess", "Total"]
    assert rate.loc["firm", ["n_answered", "n_contacted"]].tolist() == [1, 3]
    assert rate.loc["ess", "response_percent"] == 0
    assert rate.loc["Total", "response_percent"] == 25
    assert rate.loc["firm", "mean_sheets_filled"] == 2  # of those who answered
    assert pd.isna(rate.loc["ess", "mean_sheets_filled"])


def test_no_type_of_few_is_told_by_the_others_and_the_total():
    types = {f"E{n}": "firm" for n in range(4)} | {"S1": "ess", "S2": "ess", "S3": "ess", "P1": "public"}
    now = wave(types, flows=["E1", "P1"])
    rate = response_rate(now["sites"], now, least=3).frame.set_index("actor_type")
    assert rate["n_contacted"].to_dict() == {"firm": 4, "others_together": 4, "Total": 8}
    assert rate["n_answered"].to_dict() == {"firm": 1, "others_together": 1, "Total": 2}
    assert "others_together" in heading("actor_type").labels
    few = wave({"E1": "firm", "E2": "firm", "E3": "firm", "P1": "public"}, flows=["P1"])
    assert response_rate(few["sites"], few, least=3).frame["actor_type"].tolist() == ["Total"]


def test_who_wrote_to_have_no_waste_has_answered_the_sheet_of_flows():
    now = {**NOW, "sites": NOW["sites"].assign(no_waste=[None, "yes", None])}
    rate = response_rate(known_actors(now["sites"], NOW["sites"]), now).frame.set_index("actor_type")
    assert rate.loc["ess", ["n_answered", "mean_sheets_filled"]].tolist() == [1, 1]
    row = response(now["sites"], now).set_index("site_id").loc["E3"]
    assert (row["sheets_filled"], row["rows_clean"]) == (1, 0) and "Flux" not in row["missing_sheets"]
    assert "E3" not in set(no_longer_answer(now, EARLIER)["site_id"])


def test_an_actor_of_unknown_type_is_counted():
    now = wave({"E1": "firm", "E2": "firm"}, flows=["E1"])
    now["sites"].loc[1, "actor_type"] = None
    rate = response_rate(now["sites"], now).frame
    assert rate["n_contacted"].tolist() == [1, 1, 2]


def test_who_did_not_say_its_type_and_who_sent_nothing_are_one_line():
    now = wave({"E1": "firm", "E2": "firm"}, flows=["E1", "E2"])
    now["sites"].loc[1, "actor_type"] = None
    known = known_actors(now["sites"], now["sites"].head(0), pd.DataFrame({"site_id": ["E9"]}))
    rate = response_rate(known, now).frame
    assert rate["actor_type"].tolist() == ["firm", "unknown", "Total"]
    assert rate["n_contacted"].tolist() == [1, 2, 3]


def test_who_answered_then_and_not_now():
    assert no_longer_answer(NOW, EARLIER).values.tolist() == [["E2", 2], ["E3", 1]]
    assert no_longer_answer(EARLIER, EARLIER).empty
    first = {table: frame.head(0) for table, frame in EARLIER.items()}
    assert no_longer_answer(NOW, first).empty


def test_response_of_each_actor_names_its_empty_sheets():
    own = response(NOW["sites"], NOW).set_index("site_id")
    assert own.loc["E3", "sheets_filled"] == 0
    assert own.loc["E1", ["sheets_filled", "rows_clean"]].tolist() == [2, 3]
    assert own.loc["E1", "missing_sheets"] == "Mutualisations, Compétences, Changement"


def test_nobody_known():
    nothing = {table: frame.head(0) for table, frame in NOW.items()}
    assert response(nothing["sites"], nothing).empty
    assert response_rate(nothing["sites"], nothing).frame.empty
