"""Who should call each other though no group is proposed: seasons that follow, rests of sessions, posts."""

import pandas as pd
import pytest
from pooling_cases import SITES, needs, outputs, pooled

from eit_analysis.synergies.pooling.calls import to_call
from eit_analysis.synergies.pooling.costs import cost_table, threshold_table
from eit_analysis.synergies.pooling.left_out import left_out
from eit_analysis.synergies.pooling.seasons import follow, in_words, seasons
from eit_analysis.synergies.pooling.thresholds import targets

TABLE = threshold_table(cost_table())
STAFF = "skill", "Saisonniers"
NONE = pd.DataFrame({"registered": pd.Series(dtype="str")})


def called(*rows, months=()):
    """The reason of each site left out, and what is to be called, of needs with these months."""
    sharing = needs(rows, 7_000.0).assign(months=[*months, *[None] * (len(rows) - len(months))])
    pools, _ = pooled(sharing, outputs([], 100.0), SITES, TABLE, cost_table(), 15.0, 1.0)
    asked = targets(sharing, outputs([], 100.0), TABLE)
    left = left_out(sharing, asked, TABLE, pools, pools.head(0), SITES, 15.0, 1.0)
    told = to_call(left, asked, SITES, NONE)["to_call"].str.replace("\u00a0", " ")
    return left.set_index("site_id")["left_out"].to_dict(), told.tolist()


def test_seasons_that_follow_are_to_be_called_together():
    """« Personne à attendre » was said of seasonal staff who follow one another from March to November."""
    rows = ("A", *STAFF, 1_800.0, "h"), ("C", *STAFF, 5_200.0, "h")
    reasons, (told,) = called(*rows, months=("3 4 5 6", "7 8 9 10 11"))
    assert reasons == {"A": "next_season", "C": "next_season"}
    assert told == (
        "« Saisonniers », saisons qui se suivent, à appeler ensemble : Pépinière (1 800 h, mars à juin)"
        " et Cidrerie (5 200 h, juillet à novembre)"
    )


@pytest.mark.parametrize(
    "months",
    [
        (None, None),  # no reader makes months of « hors moisson »
        ("3 4 5 6", None),
        ("3 4 5 6", "6 7 8"),  # both want June
        ("3 4 5 6", "9 10"),  # nobody for the summer
        ("3 4 9", "10 11"),  # no season
    ],
)
def test_other_months_say_nothing(months):
    rows = ("A", *STAFF, 1_800.0, "h"), ("C", *STAFF, 5_200.0, "h")
    reasons, told = called(*rows, months=months)
    assert reasons == {"A": "enough_alone", "C": "enough_alone"}
    # Nobody waits for the other: what is left is to ask one price.
    assert told == ["au seuil chacun seul, prix commun à demander : « Saisonniers » (2 acteurs)"]


def test_neither_do_seasons_out_of_reach_or_of_machines():
    far = ("A", *STAFF, 1_800.0, "h"), ("D", *STAFF, 5_200.0, "h")
    machines = [(site, "equipment", "Nacelle", 900.0, "h") for site in "AC"]
    for rows in (far, machines):
        assert called(*rows, months=("3 4 5 6", "7 8 9 10 11"))[1] == []


def test_three_seasons_in_a_row_are_told_once():
    rows = [(site, *STAFF, 900.0, "h") for site in "ABC"]
    _, told = called(*rows, months=("11 12 1", "2 3 4", "5 6"))
    assert len(told) == 1 and told[0].endswith(
        "Coopérative (900 h, février à avril), Cidrerie (900 h, mai à juin)"
        " et Pépinière (900 h, novembre à janvier)"
    )


def test_a_season_goes_over_the_new_year_and_all_the_year_is_none():
    stated = pd.DataFrame(
        {"site_id": [*"ABCDD"], "months": ["12 1", "8", " ".join(map(str, range(1, 13))), "1", "2"]}
    )
    assert seasons(stated) == {"A": (12, 1), "B": (8, 8)}
    assert in_words((12, 1)) == "décembre à janvier" and in_words((8, 8)) == "août"
    assert follow((12, 1), (2, 5)) and follow((2, 5), (12, 1)) and not follow((12, 2), (2, 5))


def test_part_of_a_post_is_asked_of_a_lender_of_people():
    """300 + 160 + 120 h of an officer were too little for a post, and a day a week is lent."""
    hse = "skill", "Responsable sécurité"
    reasons, (told,) = called(("A", *hse, 300.0, "h"), ("B", *hse, 160.0, "h"), ("C", *hse, 120.0, "h"))
    assert set(reasons.values()) == {"shared_post"}
    assert told.endswith("Pépinière (300 h), Coopérative (160 h) et Cidrerie (120 h)")
    reasons, none = called(("A", *hse, 200.0, "h"), ("B", *hse, 100.0, "h"))
    assert set(reasons.values()) == {"too_little"} and none == []


def test_rests_of_sessions_are_told_with_whom():
    drivers = [(s, "training", "CACES", n, "personne") for s, n in zip("ABC", (9.0, 5.0, 4.0), strict=True)]
    _, told = called(*drivers)
    assert told == [
        "« CACES », un reste de session est à joindre à ceux de voisins : Pépinière (9 personnes),"
        " Coopérative (5 personnes) et Cidrerie (4 personnes), en 3 sessions de 6 au plus"
    ]


def test_a_threshold_reached_together_without_a_price_is_told_to_be_priced():
    """600 h and 250 h of a safety officer, for 800: « sans gain suffisant » was said of a gain unknown."""
    rows = ("A", "skill", "Conseil en sécurité et environnement", 600.0, "h"), (
        "B", "skill", "Conseil en sécurité et environnement", 250.0, "h")  # fmt: skip
    sharing = needs(rows, None).assign(months=None)
    pools, _ = pooled(sharing, outputs([], 100.0), SITES, TABLE, cost_table(), 15.0, 1.0)
    asked = targets(sharing, outputs([], 100.0), TABLE)
    left = left_out(sharing, asked, TABLE, pools, pools.head(0), SITES, 15.0, 1.0)
    assert pools["group_lacks"].tolist() == ["no_price"] and left["left_out"].tolist() == ["unpriced"] * 2
    (told,) = to_call(left, asked, SITES, NONE)["to_call"]
    assert "seuil franchi ensemble, prix à demander" in told and "600\u00a0h" in told


def test_an_offer_that_the_register_has_is_told_before_who_to_call():
    offered = pd.DataFrame({"registered": [None, "« Lavage mutualisé » (engagée)"]})
    left = pd.DataFrame(
        {"left_out": [], "with_site_ids": [], "site_id": [], "item": [], "common_operation": []}
    )
    (told,) = to_call(left.astype("str"), [], SITES, offered)["to_call"]
    assert told == "parmi ces offres, déjà au registre\u00a0: « Lavage mutualisé » (engagée)"


def test_what_several_have_enough_of_alone_counts_all_of_them_and_says_what_it_leaves_out():
    """Three were told of five who have it alone, and a need of 922,000 € was behind the three first."""
    rows = [
        (f"N{n}", site, others)
        for n, (site, others) in enumerate([("A", "B C"), ("A", "B"), ("B", "A"), ("C", "A")])
    ]
    left = pd.DataFrame(rows, columns=["item", "site_id", "with_site_ids"])
    left = left.assign(left_out="enough_alone", common_operation=left["item"])
    (told,) = to_call(left, [], SITES, NONE)["to_call"]
    assert told.endswith(
        "« N0 » (3\u00a0acteurs), « N1 » (2\u00a0acteurs), « N2 » (2\u00a0acteurs) et 1\u00a0autre besoin"
    )
