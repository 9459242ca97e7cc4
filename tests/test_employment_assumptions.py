"""What the scenarios state, said in words: a reader of the charts knows each by its numbers."""

from eit_analysis.config import Reform, Scenarios, Shock
from eit_analysis.employment.forecast.assumptions import shared, stated
from eit_analysis.employment.forecast.cohort import SCENARIOS


def said(**parameters: object) -> dict[str, str]:
    table = stated(Scenarios(**parameters))
    return dict(zip(table["scenario"], table["statement"].str.replace("\u00a0", " "), strict=True))


def test_every_scenario_has_its_sentence_and_none_that_is_not_stated() -> None:
    everything = said(reform=[Reform(born_from=1962, retirement_age=64)], shocks=[Shock(year=2021, share=1)])
    assert list(everything) == list(SCENARIOS)
    assert list(said()) == ["trend", "plans", "synergies"]
    assert all(text.endswith(".") and "\n" not in text for text in everything.values())


def test_a_shock_is_told_with_its_share_year_and_where_it_strikes() -> None:
    shocks = [
        Shock(year=2023, share=0.125, occupation="Tri", naf="25.6"),
        Shock(year=2021, share=0.3, naf="22"),
        Shock(year=2024, share=1.0, site_id="E01"),
        Shock(year=2025, share=0.01),
    ]
    assert said(shocks=shocks)["shock"] == (
        "La tendance, avec des emplois perdus : 30 % des emplois du secteur NAF 22 (caoutchouc et plastique) "
        "en 2021 ; 12,5 % des emplois du métier « Tri » du secteur NAF 25.6 en 2023 ; 100 % des emplois "
        "d'une entreprise en 2024 ; 1 % des emplois de toute l'étude en 2025."
    )


def test_no_page_names_the_firm_of_a_shock() -> None:
    assert "E01" not in said(shocks=[Shock(year=2024, share=1.0, site_id="E01")])["shock"]


def test_a_reform_is_told_step_by_step_from_the_age_of_today() -> None:
    steps = [Reform(born_from=1968, retirement_age=64), Reform(born_from=1962, retirement_age=62.75)]
    assert said(reform=steps)["reform"] == (
        "La tendance, avec un âge légal de la retraite qui passe de 62 ans à 64 ans, selon l'année de "
        "naissance : 62,75 ans à partir de 1962, 64 ans à partir de 1968."
    )


def test_rates_are_those_of_the_parameters() -> None:
    told = said(trend_rate=-0.015, sector_trends={"13": 0.03}, plan_realisation=0.55)
    assert told["trend"] == (
        "L'effectif évolue de −1,5 % par an ; 3 % par an dans le secteur NAF 13 (textile)."
    )
    assert "55 % des recrutements annoncés" in told["plans"]
    common = shared(Scenarios(quit_rate=0.08, retirement_age=63.5, long_career_age=58)).replace("\u00a0", " ")
    assert all(part in common for part in ("8 % des personnes", "63,5 ans", "58 ans"))


def test_an_age_that_the_study_has_not_chosen_is_told_with_its_text_and_its_setting() -> None:
    """« Retraite à 62 ans » of a study of 2026 is a default, not a finding."""
    told = shared(Scenarios(quit_rate=0.08), team=True).replace("\u00a0", " ")
    assert "retraite à 62 ans" in told
    for part in ("supposé", "loi du 9 novembre 2010", "L161-17-2", "loi du 14 avril 2023", "retirement_age"):
        assert part in told
    assert "retirement_age" not in shared(Scenarios(quit_rate=0.08))
    chosen = shared(Scenarios(retirement_age=62), team=True).replace("\u00a0", " ")
    assert "retraite à 62 ans" in chosen and "supposé" not in chosen and "loi" not in chosen
