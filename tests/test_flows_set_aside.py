"""What cleaning marks as implausible, from the cell to the tables of every audience."""

from __future__ import annotations

import dataclasses
import html
import re
import shutil

import pandas as pd
import pytest
from attack.knowledge import Known
from attack.other_sheets import add_actions
from attack.survey import flow_keys
from command import ROOT, eit
from small_pages import empty_study

from eit_analysis import flows, reference
from eit_analysis.flows import recommendations, target_scope
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.results import write_tables
from eit_analysis.prepared import Study
from eit_analysis.publishing.release.gate import Release
from eit_analysis.reference import obligations
from eit_analysis.reference.factors import factor_table
from eit_analysis.synergies.assessment import Assessment

MASS = "mass_t_per_year"
SITES = "Identifiant;Raison sociale;Code NAF;Code INSEE;Effectif;Type d'acteur;Diffusion\n" + "".join(
    f"E{i};Atelier {i};2562B;68334;50;entreprise;nominative\n" for i in range(1, 8)
)
HEAD = (
    "Identifiant;Sens;Catégorie;Désignation;Code déchet;Quantité;Unité;Période;Exutoire actuel;Coût (€/t)\n"
)
ROW = "E{};sortant;métal;Copeaux d'acier;120101;{};{};an;stockage;{}\n"


def surveyed(study, *odd: str) -> Study:
    """Six firms of 20 to 25 t of steel at 100 €/t, and the odd rows."""
    (study.raw / "tout_Entreprise.csv").write_text(SITES, encoding="utf-8")
    usual = [ROW.format(i, 19 + i, "t", 100) for i in range(1, 7)]
    (study.raw / "tout_Flux.csv").write_text(HEAD + "".join([*usual, *odd]), encoding="utf-8")
    write_tables(study, clean_wave(study))
    return Study(**vars(study))


@pytest.fixture
def slip(study) -> Study:
    return surveyed(study, ROW.format(7, 26_000, "t", 200))


def test_a_measured_mass_that_is_asked_may_count():
    """What cleaning found of the second is a bound of ours, and its firm has weighed it."""
    sent = pd.DataFrame({"cost_eur_per_t": [1.0, 1.0], "source_row": [2, 3]})
    sent = sent.assign(source_file="tout.xlsx", source_sheet="Flux")
    marks = sent.assign(
        column="Quantité", reason_code=["tonnes_per_employee", "tonnes_per_employee_measured"]
    )
    assert flows.dimensions.marked(sent, marks)["implausible"].tolist() == ["mass", "no"]


# A structure that receives 40 t and sends out 30 t, and a typing error of its own; a strong season of one
# firm, a weaker one of three.
OTHERS = "Identifiant;Raison sociale;Code NAF;Code INSEE;Effectif;Type d'acteur;Diffusion\n" + "".join(
    f"{site};Maison {site};4779Z;68334;20;{kind};nominative\n"
    for site, kind in (("S8", "ess"), ("A1", "entreprise"), ("A2", "entreprise"), ("A3", "entreprise"))
)
THEIRS = (
    "Identifiant;Sens;Catégorie;Désignation;Quantité;Unité;Période;Exutoire actuel;"
    "Origine de la donnée;Mois d'activité\n"
    "S8;entrant;métal;Ferrailles;40;t;an;;déclaration;\n"
    "S8;sortant;métal;Ferrailles triées;30;t;an;réemploi;pesée;\n"
    "S8;sortant;métal;Ferrailles lavées;26000;t;an;réemploi;pesée;\n"
    "A1;sortant;verre;Vitres;9;t;an;recyclage;pesée;7\n"
) + "".join(f"A{i};sortant;textile;Chiffons;12;t;an;recyclage;pesée;6 7 8\n" for i in (1, 2, 3))


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> tuple[str, str]:
    """Page 01 as the team reads it: what is before its first annex, and the whole of it."""
    study = empty_study(tmp_path_factory.mktemp("page"))
    (study.raw / "autres_Entreprise.csv").write_text(OTHERS, encoding="utf-8")
    (study.raw / "autres_Flux.csv").write_text(THEIRS, encoding="utf-8")
    surveyed(study, ROW.format(7, 26_000, "t", 200))
    (study.root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "01_flow_diagnosis.ipynb", study.root / "notebooks")
    done = eit(study.root, "run", study.name, "--audience", "internal")
    assert done.returncode == 0, done.stderr
    whole = next(study.root.glob("reports/*/*/internal/01_*.html")).read_text(encoding="utf-8")
    parts = (whole.partition('<div class="annex">')[0], whole)
    first, every = (re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(part))) for part in parts)
    return first, every


def test_page_01_leaves_typing_errors_out_of_its_totals_and_says_so(page):
    """5,000,000 € and rank 2 of the actions came from 26,000 t, without a word."""
    body, _ = page
    assert "À confirmer, et hors des totaux d’ici là : 2 valeurs invraisemblables" in body
    # 20 to 25 t of steel of six firms, then 30 + 9 + 3 x 12.
    assert re.search(r"210 t/an \([\d ]+ à [\d ]+\) déclarées par 10 acteurs", body)
    # As they were typed, and their sum, which is to be checked: nothing else is of thousands of tonnes.
    assert set(re.findall(r"\b\d\d \d{3} t\b", body)) == {"26 000 t", "52 000 t"}


def test_what_a_taker_leaves_unexplained_has_its_range_and_no_typing_error(page):
    """40 t declared, to 20 %, less 30 t weighed, to 5 %: 10 t, more or less the root of 8 and 1.5 squared."""
    body, whole = page
    assert "Reçu ou cherché par les structures de l’ESS, et non expliqué : 10,0 t/an (1,9 à 18,1)" in body
    (table,) = re.findall(r"Bilan par famille reçue (Acteur .*?) Télécharger", whole)
    assert re.search(r"Maison S8 métal 40,0 30,0 .*\b10,0 1,9 18,1\b", table)
    (paths,) = re.findall(
        r"Ce qui entre chez les filières et l’ESS, et en sort (Famille .*?) Télécharger", whole
    )
    assert "métal réemploi 30,0" in paths and "métal non expliqué 10,0" in paths
    # Six of steel, two of the structure, four of the others: no typing error is a flow that is counted.
    assert "Sur 12 flux comptés, aucun ne se vérifie" in whole


def test_page_01_calls_no_family_seasonal_for_one_firm(page):
    """All the glass of its only firm leaves in July; rags of three firms leave in three months."""
    _, whole = page
    assert "Famille la plus saisonnière, parmi celles d’au moins trois acteurs : textile" in whole
    (table,) = re.findall(r"Mois le plus chargé de chaque famille (Famille .*?) Télécharger", whole)
    assert "textile" in table and "verre" not in table


def test_a_typing_error_is_in_no_total_of_any_audience(slip):
    assert slip.load("implausible")["column"].tolist() == ["Quantité"]
    for tables in (slip, Release(slip, "internal", "essai"), Release(slip, "partners", "essai")):
        described = tables.flows("all")
        aside = flows.set_aside(described)
        assert aside[["site_id", MASS]].to_numpy().tolist() == [["E7", 26_000.0]]
        out = tables.flows()
        assert out[MASS].sum() == sum(range(20, 26))
        assert flows.totals(out, "category").frame.iloc[-1]["n_sites"] == 6
        # Nothing is lost: what is counted and what is set aside are all that was declared.
        declared = flows.totals(described, "implausible").frame.set_index("implausible")[MASS]
        assert declared.to_dict() == {"mass": 26_000, "no": 135, "Total": 26_135}
    # « Mis de côté » is what could not be read, on page 00: another word for what was, and is not counted.
    said = reference.load("labels").query("column == 'implausible'")["label_fr"].tolist()
    assert "hors des totaux" in said and not any("de côté" in text for text in said)


def test_who_attacks_the_pages_counts_no_typing_error_and_knows_who_is_to_check(slip):
    """With it in their totals, no table of tonnes would be read, so none attacked."""
    counted, known = flow_keys(slip, set()), Known()
    assert counted[MASS].sum() == 135
    add_actions(known, "r", slip, set(), counted[counted["direction"] == "out"])
    actions = known.universes[0]
    assert actions.owner[actions.keys["action"] == "check"].tolist() == ["E7"]


def test_no_exchange_counts_a_typing_error(slip):
    for audience in ("internal", "partners"):
        found = Assessment.of(Release(slip, audience, "essai"))
        assert found.flows[MASS].sum() == 135 and "E7" not in set(found.flows["site_id"])


def test_who_reads_the_same_rows_shares_one_assessment(slip):
    partners, firm, team = (
        Assessment.of(Release(slip, audience, "essai")) for audience in ("partners", "company:E1", "internal")
    )
    assert firm is partners and team is not partners
    other = slip.settings.model_copy(update={"title": "Autre"})
    assert Assessment.of(Release(dataclasses.replace(slip, settings=other), "partners", "essai")) is not firm


def test_it_is_to_be_checked_first_and_weighs_in_no_other_action(slip):
    described = slip.flows("all")
    rules = reference.load("compatibility")
    behind = recommendations.actions(
        flows.taxes.mark_tax(flows.outgoing(described), 2025),
        (2025, 2030),
        rules,
        factor_table({}),
        flows.set_aside(described),
    )
    rows = recommendations.recommendations(behind, 0).frame
    assert rows.loc[0, ["action", MASS]].tolist() == ["check", 26_000]
    assert (rows.loc[1:, MASS] <= 135).all() and len(rows) > 1


def test_what_outsiders_get_does_not_tell_the_firm_that_is_to_check(slip):
    """The check of one firm stays with the team; nothing else was reckoned with its tonnes."""
    release = Release(slip, "partners", "essai")
    described = release.flows("all")
    rules = reference.load("compatibility")
    behind = recommendations.actions(
        flows.taxes.mark_tax(release.flows(), 2025),
        (2025, 2030),
        rules,
        factor_table({}),
        flows.set_aside(described),
    )
    table = release.table(recommendations.recommendations(behind, release.least[1]), "Actions")
    shown = table.seen_by(release.viewer, {})
    cards = release.cards(shown, "{action}", stake="{stake_eur_per_year}", what="{mass_t_per_year}")
    assert "vérifier" not in cards.plain().lower() and cards.cards


def test_a_confirmed_mass_counts_again(study):
    file = surveyed(study, ROW.format(7, 26_000, "t", 200))
    marks = file.load("implausible")
    out = flows.prepared(file.load("flows"), file.load("sites"), reference.load("waste_codes"), 0.5, marks)
    assert flows.outgoing(out)[MASS].sum() == 135
    out = flows.prepared(
        file.load("flows"), file.load("sites"), reference.load("waste_codes"), 0.5, marks.head(0)
    )
    assert flows.outgoing(out)[MASS].sum() == 26_135


def test_an_implausible_cost_is_unknown_and_its_tonnes_count(study):
    odd = surveyed(study, ROW.format(7, 30, "t", 9_000))
    assert odd.load("implausible")["column"].tolist() == ["Coût (€/t)"]
    out = odd.flows()
    assert out[MASS].sum() == 135 + 30 and flows.set_aside(odd.flows("all")).empty
    told = odd.to_confirm()
    assert told[["site_id", "implausible", "raw_value"]].to_numpy().tolist() == [["E7", "cost", "9\u00a0000"]]
    assert "hors de la plage" in told.loc[0, "message"]
    costs = flows.costs.costs(out, "payment").frame.set_index("payment")
    assert costs.loc["Total", "cost_eur_per_year"] == 135 * 100
    assert pd.isna(costs.loc["unknown", "cost_eur_per_year"]) and costs.loc["unknown", "n_sites"] == 1


def test_a_code_that_is_implausible_is_said_so_beside_what_rests_on_it(small_study) -> None:
    """Clean cartons of code 15 01 10* decided of packaging and asked for notes, and no page doubted them."""
    cartons = "E7;sortant;carton;Cartons d'emballage;{};124;t;an;recyclage;-40\n"
    for code, doubted in (("150110", True), ("150101", False)):
        survey = surveyed(small_study, cartons.format(code))
        out = survey.flows()
        assert (
            out.loc[out["code_doubted"] == "yes", "description"].tolist() == ["Cartons d'emballage"] * doubted
        )
        judged = obligations.verdicts(out, survey.load("sites"), "2025-12-31")
        quoted = judged.loc[judged["fact"].str.contains("Cartons d'emballage"), "fact"]
        assert len(quoted) and quoted.str.contains("code à confirmer").all() == doubted
        scope = target_scope.told(out).frame.set_index("target_scope")[MASS]
        assert scope.get("code_doubted", 0.0) == pytest.approx(124 * doubted)
