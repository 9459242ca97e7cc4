"""Opinions as published, once or twice: who reads, or subtracts, finds the answer of nobody."""

from __future__ import annotations

import csv
import html
import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from brute_force import published as released
from scipy.optimize import LinearConstraint, milp
from test_change import crowd, known_classes

import eit_analysis as eit
from eit_analysis import reference
from eit_analysis.change import answers, opinions
from eit_analysis.change.answers import CLASSES
from eit_analysis.publishing.release.statements import from_frame

SOURCE = {"source_file": "a.xlsx", "source_sheet": "Changement"}


def two_releases(people: pd.DataFrame, before: pd.Series, after: pd.Series) -> int:
    """How many classes a reader knows who reads the counts that leave first, and those that leave next."""
    tables, by, earlier = [], [], []
    people = people.assign(before=before, after=after)
    for name in ("before", "after"):
        kept = opinions.grouped(people[people[name]], "")
        table = opinions.distribution(kept)
        if table.frame.empty:
            continue
        publication = released(table, earlier=earlier)
        tables.append(table.frame[publication.shown(0)[:-1]].assign(**{name: True}))
        by.append(name)
        earlier = [from_frame(publication.told())]
    return known_classes(people, tables, by, [])


def respondents(seed: int, n_sites: int = 12) -> pd.DataFrame:
    people = crowd(seed, n_sites)
    people = people[people["readiness_dimension"] == "trust"].reset_index(drop=True)
    return people.assign(**SOURCE, source_row=people.index)


@pytest.mark.parametrize("change", ["comes", "leaves", "corrects"])
@pytest.mark.parametrize("seed", range(3))
def test_no_answer_follows_from_two_releases(change: str, seed: int) -> None:
    people = respondents(seed)
    one = people.index == len(people) - 1
    if change == "leaves":
        one = (people["site_id"] == people["site_id"].iloc[0]).to_numpy()
    always = pd.Series(True, index=people.index)
    if change == "corrects":
        other = {"agree": "mixed", "mixed": "disagree", "disagree": "agree"}
        now = people[one].assign(opinion=people.loc[one, "opinion"].map(other))
        people = pd.concat([people, now], ignore_index=True)
        last = people.index == len(people) - 1
        before, after = pd.Series(~last), pd.Series(people.index != len(people) - 2)
    else:
        before, after = (always & ~one, always) if change == "comes" else (always, always & ~one)
    assert two_releases(people, before, after) == 0


def printed(published: Path, audience: str, stem: str) -> list[tuple[str, str, str, int]]:
    """Lines that a table of opinions tells: dimension, function ("" for all), class, how many."""
    folder = published / "reports" / "thur-doller" / "2018" / audience / "tables"
    found = []
    for path in folder.glob(f"04_change_governance-{stem}*.csv"):
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines(), delimiter=";"):
            if row["Personnes"].isdigit():
                cells = (row["Dimension"], row.get("Fonction du répondant", ""), row["Avis"])
                found.append((*(cell.replace("’", "'") for cell in cells), int(row["Personnes"])))
    return found


def agreeing(published: Path, audience: str, asked: pd.Series) -> list[tuple[str, float, float]]:
    """Dimension, fewest and most people who agree, by the percents in the sentences and cards of page 04.

    A percent that ends in zero may be one of tens. The board has none of trust for these audiences.
    """
    folder = published / "reports" / "thur-doller" / "2018" / audience
    page = re.sub(r"<[^>]+>", " ", html.unescape((folder / "04_change_governance.html").read_text("utf-8")))
    page = " ".join(page.replace("’", "'").split())
    board = next(folder.glob("tables/04_change_governance-tableau-de-bord*.csv")).read_text("utf-8-sig")
    rows = csv.DictReader(board.splitlines(), delimiter=";")
    assert not any(row["Valeur"] for row in rows if row["Indicateur"] == "Confiance entre acteurs")
    found = []
    for name, n in asked.items():
        for percent in re.findall(rf"{name}(?: :|, avec) ([\d,]+) % de", page):
            value, half = float(percent.replace(",", ".")), 5.0 if percent.endswith("0") else 0.5
            found.append((str(name), *((value + side) * n / 100 for side in (-half, half))))
    return found


def readable(people: pd.DataFrame, lines: list[tuple[str, str, float, float]], own: pd.Series) -> int:
    """How many people of one dimension have the only class that lines leave them.

    A line is a function ("" for all), a class, and the fewest and most people who may be of it.

    Nothing printed tells people of one function apart: one of each class is asked about, by an integer
    programme over how many of each function are of each class. ``own`` are those that the reader knows.
    """
    left = people[~own]
    groups, classes = sorted(left["told"].unique()), list(CLASSES)
    at = {pair: place for place, pair in enumerate(product(groups, classes))}
    rows, fewest, most = [], [], []
    for name, opinion, low, high in lines:
        known = own & (people["opinion"] == opinion) & (people["told"].eq(name) | (name == ""))
        row = np.zeros(len(at))
        for group in groups:
            row[at[group, opinion]] = name in ("", group)
        rows.append(row)
        fewest.append(low - known.sum())
        most.append(high - known.sum())
    for group in groups:
        rows.append(np.repeat([group == each for each in groups], len(classes)).astype(float))
        fewest.append((left["told"] == group).sum())
        most.append(fewest[-1])
    found = 0
    for (group, opinion), here in left.groupby(["told", "opinion"]):
        others = np.zeros(len(at))
        others[[at[group, each] for each in classes if each != opinion]] = -1
        bounds = LinearConstraint(np.array(rows), fewest, most)
        solved = milp(others, constraints=bounds, integrality=np.ones(len(at)), bounds=(0, np.inf))
        assert solved.status == 0  # what is printed is true
        found += len(here) * (solved.fun > -0.5)
    return found


def test_the_programme_reads_a_group_of_one_mind() -> None:
    people = pd.DataFrame(
        {"site_id": list("ABCDE"), "told": ["x"] * 4 + ["y"], "opinion": ["agree"] * 4 + ["mixed"]}
    )
    every = [("", "agree", 4, 4), ("", "mixed", 1, 1), ("", "disagree", 0, 0)]
    nobody, last = people["site_id"] == "", people["site_id"] == "E"
    assert (readable(people, every, nobody), readable(people, every, last)) == (0, 4)
    assert readable(people, [*every, ("x", "agree", 4, 4)], nobody) == 5


def test_no_answer_of_one_person_follows_from_the_published_pages(published: Path) -> None:
    """Not from all of them together, nor for an actor who knows what its own people answered."""
    study = eit.open_study("thur-doller", "2018", root=published)
    sites, rules = study.load("sites"), study.settings.disclosure
    counted = sites.loc[sites["consent"] != "none", "site_id"]
    people = answers.respondents(study.load("readiness"), sites)
    people = people[people["site_id"].isin(counted)]
    people = opinions.grouped(people, "respondent_role", rules.minimum_people, rules.minimum_units)
    people = people.rename(columns={"respondent_role": "told"})
    labels = reference.load("labels").set_index(["column", "code"])["label_fr"]
    codes = {labels["opinion", code]: code for code in CLASSES}
    every = [
        line
        for audience in ("public", "partners", "company-E12")
        for stem in ("avis-des-personnes", "avis-par-dimension-et-par-fonction")
        for line in printed(published, audience, stem)
    ]
    names = people["readiness_dimension"].map(labels["readiness_dimension"])
    shares = [
        line
        for audience in ("public", "partners", "company-E12")
        for line in agreeing(published, audience, names.value_counts())
    ]
    assert len(every) > 45 and len(shares) >= 3
    for dimension, own in people.groupby("readiness_dimension"):
        name = labels["readiness_dimension", dimension]
        lines = [(role, codes[opinion], n, n) for about, role, opinion, n in set(every) if about == name]
        lines += [("", "agree", low, high) for about, low, high in set(shares) if about == name]
        for site in ["", *own["site_id"].unique()]:
            assert readable(own, lines, own["site_id"] == site) == 0, (dimension, site)
