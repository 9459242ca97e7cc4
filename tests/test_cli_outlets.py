"""`eit outlets`: any spelling of a code, one sentence for a wrong one, a page that fits, JSON that stays."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT, eit, refused

from eit_analysis.errors import UsageError
from eit_analysis.outlets.answer import answer
from eit_analysis.outlets.page import as_text

KEYS = [
    "waste_code", "label", "hazardous", "warning", "mirror", "naf", "rule_level", "outlets", "first_calls",
]  # fmt: skip
OUTLET_KEYS = [
    "rank", "naf_division_code", "naf_class_code", "outlet_score", "merit", "rule_level", "rule_id", "use",
    "treatment", "route", "worst_quality", "legal_status", "maturity", "yield_low", "yield_central",
    "yield_high", "source", "authority", "year", "basis", "likelihood", "like",
    "activity", "legal_status_label", "authority_label", "basis_label",
]  # fmt: skip


def document(folder: Path, *arguments: str) -> dict:
    done = eit(folder, "outlets", *arguments, "--json")
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "typed", ["150101", "15 01 01", "15.01.01", "15-01-01", "15 01 01*", "15\u00a001\u00a001"]
)
def test_any_spelling_gives_the_same_answer(tmp_path: Path, typed: str) -> None:
    assert document(tmp_path, typed) == document(tmp_path, "150101")


def test_a_code_typed_as_three_words(tmp_path: Path) -> None:
    assert eit(tmp_path, "outlets", "15", "01", "01").stdout == eit(tmp_path, "outlets", "150101").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["CODE", "--help"]),
        (["150108"], ["150108", "liste européenne des déchets", "vouliez-vous dire", "15\u00a001\u00a00"]),
        (["51", "01", "01"], ["51 01 01", "vouliez-vous dire"]),
        (["zzzz"], ["« zzzz »".replace(" ", "\u00a0"), "six chiffres"]),
        (["prestation"], ["prestation", "six chiffres"]),
        (["feraille"], ["feraille", "plusieurs déchets", "20\u00a001\u00a040", "choisissez un code"]),
        (["15"], ["« 15 »".replace(" ", "\u00a0"), "six chiffres"]),
        (["9" * 5000], ["six chiffres"]),
        (["x" * 5000], ["six chiffres"]),
        (["15 01 01; rm -rf"], ["liste européenne"]),
        (["150101", "--naf", "04"], ["04", "NAF rév. 2"]),
        (["150101", "--naf", "1700Z"], ["1700Z", "NAF rév. 2"]),
        (["150101", "--naf", "17.9"], ["17.9", "un groupe (17.1)"]),
        (["150101", "--naf", "carton"], ["carton", "NAF rév. 2"]),
    ],
)
def test_a_wrong_question_is_one_sentence(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    refused(eit(tmp_path, "outlets", *arguments), *words)


def test_a_designation_is_answered_as_its_first_code(tmp_path: Path) -> None:
    told, of_code = document(tmp_path, "Sciure", "de", "hêtre"), document(tmp_path, "030105")
    assert list(told) == [*KEYS, "designation", "understood"]
    # Its words may change the order within a step of the law, and take away the rules that refuse them.
    ordered = {"outlets", "first_calls"}
    assert {key: told[key] for key in KEYS if key not in ordered} == {
        key: of_code[key] for key in KEYS if key not in ordered
    }
    rules = [
        {(each["rule_id"], each["activity"]) for each in page["outlets"] if each["rule_id"]}
        for page in (told, of_code)
    ]
    assert rules[0] < rules[1]
    assert {rule for rule, _ in rules[1] - rules[0]} == {
        "wood_carpentry_030105", "wood_packaging_030105", "wood_fuel_a_030105", "chips_pulp_030105",
        "wood_mulch_030105", "wood_bedding_chips_030105",
    }  # fmt: skip
    assert [each["waste_code"] for each in told["understood"]] == ["030105"]
    # Word for word the label of an entry, however near others are.
    acid = document(tmp_path, "acide", "chlorhydrique", "usé")
    assert [each["waste_code"] for each in acid["understood"]] == ["060102"]
    page = eit(tmp_path, "outlets", "carton").stdout
    assert "«\u00a0carton\u00a0»" in page and "à confirmer" in page
    codes = [
        "15\u00a001\u00a001 (emb",
        "20\u00a001\u00a001 (pap",
        "19\u00a012\u00a001 (pap",
        "15\u00a001\u00a001\u00a0:",
    ]
    assert sorted(codes, key=page.index) == codes
    assert max(map(len, page.splitlines())) <= 100
    danger = eit(tmp_path, "outlets", "traverses créosotées").stdout
    assert "* 17\u00a002\u00a004" in danger and "opérateur autorisé" in danger


@pytest.mark.parametrize("code", ["150101", "200108", "130205", "160103", "100999", "170601", "010399"])
def test_a_page_fits_a_terminal(tmp_path: Path, code: str) -> None:
    done = eit(tmp_path, "outlets", code)
    assert done.returncode == 0
    assert max(len(line) for line in done.stdout.splitlines()) <= 100
    assert all(line == line.rstrip() for line in done.stdout.splitlines())
    assert not any(line.lstrip().startswith((";", ":")) for line in done.stdout.splitlines())
    assert " ;" not in done.stdout and " :" not in done.stdout


def test_the_page_says_what_the_document_says(tmp_path: Path) -> None:
    page, told = eit(tmp_path, "outlets", "160103").stdout, document(tmp_path, "160103")
    joined = " ".join(page.split())
    for row in told["outlets"]:
        assert (row["use"] or row["like"])[:30] in joined and f"{row['basis_label']}" in page
        assert f"{row['naf_class_code']} {row['activity'][:20]}" in page
        assert row["rule_id"] is None or row["rule_id"] not in page
    assert "Règles écrites pour ce code." in page and "Sources" in page
    cement = next(row["use"] for row in told["outlets"] if (row["rule_id"] or "").startswith("tyre_cement"))
    assert joined.index("pneus d'occasion") < joined.index(cement[:30])


def test_the_page_explains_its_order_and_tells_a_use_once(tmp_path: Path) -> None:
    page = " ".join(eit(tmp_path, "outlets", "200108").stdout.split())
    assert "la loi d'abord" in page and "réemploi et don de 67 à 100" in page
    assert page.index("don à une association") < page.index("biogaz")
    # Two rules lead to the digester, for mixed and for soiled waste: one block holds both.
    assert page.count("biogaz et digestat") == 1
    assert "mélangé accepté" in page and "souillé accepté" in page
    assert "non dangereux (non dangereux)" not in eit(tmp_path, "outlets", "010408").stdout


@pytest.mark.parametrize("typed", ["17", "17.1", "171", "17.12", "17.12Z"])
def test_an_activity_is_typed_at_any_level(tmp_path: Path, typed: str) -> None:
    rows = document(tmp_path, "150101", "--naf", typed)["outlets"]
    assert rows and all((row["naf_division_code"] or "17") == "17" for row in rows)


def test_what_is_hazardous_is_marked_and_warned_of(tmp_path: Path) -> None:
    page, told = eit(tmp_path, "outlets", "130205").stdout, document(tmp_path, "130205")
    assert "13\u00a002\u00a005*" in page and "seul un opérateur autorisé" in page
    assert told["hazardous"] is True and "opérateur autorisé" in told["warning"]
    ruled = [row for row in told["outlets"] if row["basis"] == "rule"]
    assert ruled and {row["legal_status"] for row in ruled} == {"hazardous_authorised"}
    assert document(tmp_path, "150101")["warning"] is None


@pytest.mark.parametrize(
    ("code", "level", "words"),
    [
        ("100999", "subchapter", "sous-chapitre (10\u00a009)"),
        ("010399", "chapter", "chapitre (01)"),
        ("170601", "none", "rien n'est deviné"),
    ],
)
def test_a_general_rule_and_no_rule_say_so(tmp_path: Path, code: str, level: str, words: str) -> None:
    done = eit(tmp_path, "outlets", code)
    assert done.returncode == 0 and words in done.stdout
    told = document(tmp_path, code)
    assert told["rule_level"] == level and bool(told["outlets"]) == (level != "none")


def test_a_mirror_entry_warns_and_asks(tmp_path: Path) -> None:
    """Decision 2000/532/EC: 17 05 03* and 17 05 04 are one waste, with dangerous substances or without."""
    safe, dangerous = document(tmp_path, "170504"), document(tmp_path, "170503")
    assert [entry["waste_code"] for entry in safe["mirror"]["entries"]] == ["170503"]
    assert [entry["waste_code"] for entry in dangerous["mirror"]["entries"]] == ["170504"]
    page = " ".join(eit(tmp_path, "outlets", "170504").stdout.split())
    assert "Entrée miroir" in page and "À demander au producteur" in page
    assert document(tmp_path, "150101")["mirror"] is None


def test_one_activity_is_told_whether_and_how(tmp_path: Path) -> None:
    told = document(tmp_path, "100102", "--naf", "23.51Z")
    assert told["naf"] == "2351" and [row["naf_class_code"] for row in told["outlets"]] == ["2351"]
    assert "1\u00a0règle mène à l'activité 2351" in eit(tmp_path, "outlets", "100102", "--naf", "2351").stdout
    none = eit(tmp_path, "outlets", "100102", "--naf", "62")
    assert none.returncode == 0 and "Aucune règle ne mène à l'activité 62." in none.stdout
    assert document(tmp_path, "100102", "--naf", "62")["outlets"] == []


def test_json_keys_are_stable(tmp_path: Path) -> None:
    told = document(tmp_path, "200108")
    assert list(told) == KEYS and all(list(row) == OUTLET_KEYS for row in told["outlets"])
    assert [row["rank"] for row in told["outlets"]] == list(range(1, len(told["outlets"]) + 1))
    scores = [row["outlet_score"] for row in told["outlets"] if row["basis"] == "rule"]
    assert scores == sorted(scores, reverse=True)
    # What no rule says stands behind, and has no score, no status and no yield.
    behind = told["outlets"][len(scores) :]
    assert behind and {row["basis"] for row in behind} <= {"precedent", "analogy"}
    assert all(row[key] is None for row in behind for key in ("outlet_score", "rule_id", "legal_status"))
    assert sorted(row["naf_code"] for row in told["first_calls"]) == sorted(
        {row["naf_class_code"] or row["naf_division_code"] for row in told["outlets"]} - {None}
    )
    anyone = [row for row in document(tmp_path, "150103")["outlets"] if row["naf_division_code"] is None]
    assert anyone and anyone[0]["naf_class_code"] is None and "toute activité" in anyone[0]["activity"]


def test_json_is_utf8_on_any_terminal_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    program = (
        "import sys; from eit_analysis.cli import main; code = main(['outlets', '200108', '--json']); "
        "heavy = {'matplotlib', 'seaborn', 'papermill', 'scipy', 'babel', 'pandera', 'numba'}; "
        "sys.exit(code or sorted(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0, done.stderr
    assert "biodéchets" in json.loads(done.stdout.decode("utf-8"))["label"]


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    command = (
        f"{shlex.quote(sys.executable)} -m eit_analysis outlets 150101 | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[1:] == ["0"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("xyzzy", "n'est pas compris"),
        ("chaleur fatale", "feuille Énergie et eau"),
        # A word that many wastes begin with: which one is asked, with examples.
        ("Boues", "déchets très différents.*«\u00a0boues de station d'épuration"),
        ("poussière", "déchets très différents.*«\u00a0poussières d'aciérie"),
        ("emballages", "déchets très différents.*«\u00a0emballages carton"),
    ],
)
def test_words_that_name_no_waste_are_said_to(typed, told):
    with pytest.raises(UsageError, match=told):
        answer(typed)


def test_a_collector_is_called_first_and_what_no_rule_says_is_said_to_be_published():
    assert "3811" in as_text(answer("20 01 25")).partition("─")[0]
    # Chrome sludge went to steelworks « par mérite », for their like take zinc of batteries.
    calls = " ".join(as_text(answer("04 01 06")).partition("─")[0].split())
    by_rule, _, like = calls.partition("Par analogie seulement")
    assert "2351 cimenteries (règle)" in by_rule and "2410 sidérurgie (analogie)" in like
    assert "analogie" not in by_rule
    assert "d'échanges publiés" in as_text(answer("14 06 03", "2351"))


def first_answer(designation: str) -> tuple[str, list[str], set[str]]:
    """The code understood, whom to call first, and the rules of the answer."""
    told = answer(designation)
    calls = [each["naf_code"] for each in told["first_calls"]]
    return told["waste_code"], calls, {each["rule_id"] for each in told["outlets"] if each["rule_id"]}


@pytest.mark.parametrize(
    ("designation", "code", "call", "never"),
    [
        ("Sciure de hêtre", "030105", "1621", "wood_carpentry_030105"),
        ("Copeaux de laiton", "120103", "3832", "metal_aluminium_120103"),
        ("Copeaux d'aluminium", "120103", "2442", "metal_copper_120103"),
        ("Marc de pommes", "020304", "1091", "food_donation"),
        ("Marc de café", "020304", "0113", "food_ingredient_020304"),
        ("Tournures d'acier huilées", "120101", "2410", "metal_offcuts_120101"),
        ("Chiffons souillés", "150202", "3812", ""),
        ("Huile de vidange", "130205", "3822", ""),
        ("Palettes perdues cassées", "150103", "1624", "wood_pallet_direct"),
        ("Huiles de friture", "200125", "3521", ""),
        ("Lames de scie usées", "120101", "2410", "metal_crafts_120101"),
        ("Canettes en aluminium", "150104", "2442", "metal_drums"),
        ("Déchets de poisson", "020202", "1091", ""),
        ("Moquettes", "200111", "", "textile_reuse_200111"),
        ("Films étirables", "150102", "3832", "plastic_drums"),
    ],
)
def test_the_first_answer_is_of_the_thing_that_was_named(designation, code, call, never) -> None:
    """What a facilitator of the trade would find absurd first: sawdust as furniture, brass as aluminium."""
    found, calls, rules = first_answer(designation)
    assert found == code and rules and never not in rules
    assert not call or calls[0] == call
    assert "2351" not in calls[:2]  # no cement plant stands before who collects or sorts


def test_of_what_is_oily_the_oil_is_asked() -> None:
    asked = {
        text: "huile" in (answer(text)["warning"] or "")
        for text in ("Tournures d'acier huilées", "Tournures d'acier", "Huiles de friture", "120101")
    }
    assert list(asked.values()) == [True, False, False, False]


def test_bark_is_no_pulp() -> None:
    rules = [row for row in answer("030101")["outlets"] if row["basis"] == "rule"]
    assert rules and not [row for row in rules if row["naf_division_code"] == "17"]
