"""What the scenarios state, said in words: a reader of the charts knows each by its numbers."""

from eit_analysis.config_scenarios import Reform, Scenarios, Shock
from eit_analysis.employment.forecast.assumptions import rates, shared, stated
from eit_analysis.employment.forecast.cohort import SCENARIOS
from eit_analysis.settings_template import described


def said(**parameters: object) -> dict[str, str]:
    table = stated(Scenarios(**parameters), 2018)
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
        "L'hypothèse de tendance, avec des emplois perdus : 30 % des emplois du secteur NAF 22 (caoutchouc "
        "et plastique) en 2021 ; 12,5 % des emplois du métier « Tri » du secteur NAF 25.6 en 2023 ; 100 % "
        "des emplois d'une entreprise en 2024 ; 1 % des emplois de toute l'étude en 2025."
    )


def test_no_page_names_the_firm_of_a_shock() -> None:
    assert "E01" not in said(shocks=[Shock(year=2024, share=1.0, site_id="E01")])["shock"]


def test_a_reform_is_told_step_by_step_beside_the_ages_of_the_law() -> None:
    steps = [Reform(born_from=1968, retirement_age=64), Reform(born_from="1961-09", retirement_age=62.75)]
    assert said(reform=steps)["reform"] == (
        "L'hypothèse de tendance, avec un autre âge légal de la retraite (sans la réforme, 62 ans), selon "
        "la date de naissance : 62,75 ans à partir de 09/1961, 64 ans à partir de 1968."
    )


def test_rates_are_those_of_the_parameters() -> None:
    told = said(trend_rate=-0.015, sector_trends={"13": 0.03}, plan_realisation=0.55)
    assert told["trend"] == (
        "Hypothèse : l'effectif évolue de −1,5 % par an ; 3 % par an dans le secteur NAF 13 (textile)."
    )
    assert "55 % des recrutements annoncés" in told["plans"]
    yearly = rates(Scenarios(trend_rate=-0.015, quit_rate=0.08), 2026)["statement"]
    assert [text.replace("\u00a0", " ") for text in yearly] == [
        "−1,5 % par an", "8 % par an",
        "62,75 à 64 ans selon la date de naissance, loi n° 2025-1403 du 30 décembre 2025",
    ]  # fmt: skip
    common = shared(Scenarios(quit_rate=0.08, retirement_age=63.5, long_career_age=58), 2018).replace(
        "\u00a0", " "
    )
    assert all(part in common for part in ("8 % des personnes", "63,5 ans", "58 ans"))


def test_an_age_that_the_study_has_not_chosen_is_that_of_the_law_in_force_and_says_so() -> None:
    """A study of 2018 retires at 62, one of 2026 by the ladder as suspended; each names its text."""
    then, now = (shared(Scenarios(), year, team=True).replace("\u00a0", " ") for year in (2018, 2026))
    assert "retraite, 62 ans sauf réforme ; carrières longues, dès 60 ans." in then and "n° 2010-1330" in then
    assert "retraite, 62,75 à 64 ans selon la date de naissance sauf réforme" in now and "n° 2025-1403" in now
    assert all("retirement_law" in told and "en vigueur au 1er juillet" in told for told in (then, now))
    # What study.toml says of it is what is reckoned: the year of the answers, whatever the wave is called.
    assert "du 1er juillet de l’année des réponses." in described(Scenarios)["retirement_law"]
    assert "1er juillet 2018, année des réponses" in then
    assert "retirement_law" not in shared(Scenarios(), 2018)
    chosen = shared(Scenarios(retirement_law="loi_2023"), 2018)
    assert "2023-270" in chosen and "a choisis" in chosen
    own = shared(Scenarios(retirement_age=62), 2018, team=True).replace("\u00a0", " ")
    assert "retraite, 62 ans" in own and "loi" not in own


def test_a_law_that_another_followed_is_said_with_what_the_other_moves() -> None:
    """Born in February 1965 one may leave at 63 years and 3 months by the law of 2023, at 62 and 9 since."""
    told = [rates(one, year)["statement"][2].replace("\u00a0", " ") for one, year in (
        (Scenarios(), 2025), (Scenarios(), 2021), (Scenarios(retirement_law="loi_2023"), 2025),
        (Scenarios(retirement_age=62), 2025), (Scenarios(), 2018),
    )]  # fmt: skip
    assert "n° 2023-270" in told[0] and told[0].endswith("jusqu'à 6 mois plus tôt")
    assert "n° 2010-1330" in told[1] and told[1].endswith("mois plus tard")
    assert "n° 2023-270" in told[2] and "aujourd'hui" not in told[2] and told[3] == "62 ans"
    # Whoever comes to it by 2021 is touched by none that followed.
    assert "n° 2010-1330" in told[4] and "aujourd'hui" not in told[4]
