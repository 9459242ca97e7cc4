"""Two releases of opinions: who subtracts them finds the answer of nobody who came, left or was corrected."""

from __future__ import annotations

import pandas as pd
import pytest
from brute_force import published
from test_change import crowd, known_classes

from eit_analysis.change import opinions
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
        publication = published(table, earlier=earlier)
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
