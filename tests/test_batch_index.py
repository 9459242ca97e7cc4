"""The index of many studies: what is pooled, what is needed, and where each stands."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_batch_together import Tables, siret

from eit_analysis.batch.entries import UNREADABLE, Entry, as_counted
from eit_analysis.batch.pages import _inside
from eit_analysis.batch.pooled_means import pooled_means
from eit_analysis.batch.standing import Standing, pooled_done, pooled_per_employee, standing
from eit_analysis.batch.studies_map import studies_map
from eit_analysis.batch.together import told_needs
from eit_analysis.config import Disclosure, StudyConfig
from eit_analysis.publishing.figures.ground import labels

SCHOOLS = np.array([28, 8, -3, 7, -1, 1, 18, 12]), np.array([15, 10, 16, 11, 9, 11, 10, 18])


def test_eight_schools_are_one_and_spread_measures_stay_apart() -> None:
    """Rubin (1981), Gelman et al., section 5.5: a common effect of 7.7, standard error 4.1."""
    means, errors = pooled_means(*SCHOOLS)
    assert means == pytest.approx(np.full(8, 7.69), abs=0.01)
    assert errors == pytest.approx(np.full(8, 4.07), abs=0.01)
    apart, errors = pooled_means(np.array([0.0, 100.0, 200.0]), np.array([1.0, 1.0, 30.0]))
    assert apart[:2] == pytest.approx([0, 100], abs=0.1)
    assert 100 < apart[2] < 200  # hardly known: drawn to the others
    assert errors[2] < 30
    assert pooled_means(np.array([1.0, 5.0]), np.array([2.0, 2.0]))[0].tolist() == [1.0, 5.0]


def test_indicators_hold_those_that_are_known_and_keep_their_order() -> None:
    known = {
        "a": Standing((2.0, 1.8, 2.2), n_leads=10, n_done=1),
        "b": Standing((4.0, 1.0, 16.0), n_leads=2, n_done=2),
        "c": Standing((2.1, 1.9, 2.3), n_leads=40, n_done=8),
        "d": Standing(None),
    }
    tonnes = pooled_per_employee({name: one.per_employee for name, one in known.items()})
    assert tonnes.index.tolist() == ["a", "b", "c"]
    assert tonnes.loc["b", "pooled"] < 3 < tonnes.loc["b", "raw"]
    assert (tonnes["low"] < tonnes["pooled"]).all()
    done = pooled_done(known)
    assert done.loc["b", "raw"] == 100
    assert done.loc["b", "pooled"] < 100
    assert pooled_per_employee({"d": None}).empty
    assert pooled_done({}).empty


def test_a_mark_for_each_study_with_a_known_commune() -> None:
    places = {"ici": ["68334", "68334"], "nulle-part": ["00000"]}
    drawing = studies_map(places, {"ici": "failed", "nulle-part": "good"})
    assert drawing.count('<a href="#etudes-ici">') == 1
    assert "nulle-part" not in drawing
    assert "À reprendre" in drawing
    assert studies_map({"nulle-part": []}, {"nulle-part": "good"}) == ""


def test_a_caption_stands_nearer_to_its_own_mark_and_those_to_help_have_theirs_first() -> None:
    rows = range(8)
    places = {f"étude-{i}": (60.0 + 9 * (i % 3), 60.0 + 9 * (i // 3), 6.0) for i in rows}
    captions = labels({name: [name] for name in places}, places, (0.0, 0.0, 350.0, 200.0))
    assert captions and len(captions) < len(places)
    for caption in captions:
        x, y = (float(value) for value in re.findall(r'[xy]="([\d.]+)"', caption))
        name = caption[caption.index(">") + 1 : caption.rindex("<")]
        left, right, top, foot = x, x + 0.54 * 11 * len(name), y - 11, y + 2

        def away(place: tuple[float, float, float], box: Any = (left, right, top, foot)) -> float:
            across = max(box[0] - place[0], 0.0, place[0] - box[1])
            return float(np.hypot(across, max(box[2] - place[1], 0.0, place[1] - box[3])))

        assert away(places[name]) <= min(away(place) for place in places.values()) + 0.1, name
    communes = {f"étude-{i}": ["68334"] for i in rows}
    states = dict.fromkeys(communes, "good") | {"étude-7": "failed"}
    assert ">étude-7</text>" in studies_map(communes, states)


ASIDE = "reprendre les lignes laissées de côté (quarantaine)\u00a0: "


class Surveyed(Tables):
    """Four actors of whom some declare a flow, a register of two of them, how many flows of a hundred were
    not read, and the sheets that nobody filled."""

    wave = "2018"

    def __init__(self, routes: list[str], statuses: list[str], unread: int, *empty: str) -> None:
        super().__init__({siret(i): 10.0 for i in range(1, 5)})
        self.routes, self.statuses, self.unread, self.empty = routes, statuses, unread, empty

    def sites(self) -> pd.DataFrame:
        return super().sites().assign(actor_type="firm", commune_code="68334", reference_year=2018)

    def load(self, table: str) -> pd.DataFrame:
        return self.sites().head(0 if table in self.empty else 1)

    def flows(self, direction: str) -> pd.DataFrame:
        return (
            super()
            .flows(direction)
            .head(len(self.routes))
            .assign(
                route=self.routes, valorised=["no" if route == "landfill" else "yes" for route in self.routes]
            )
        )

    def synergy_register(self) -> pd.DataFrame:
        ids = [f"S{number}" for number in range(len(self.statuses))]
        return pd.DataFrame({"synergy_id": ids, "status": self.statuses, "site_ids": "E0 E1"})

    def manifest(self) -> dict:
        few = {"rows_read": 100, "rows_quarantined": self.unread}
        people = {"rows_read": 0 if "workforce" in self.empty else 1000, "rows_quarantined": 0}
        return {"tables": {"flows": few, "workforce": people}, "inputs": []}


def test_a_sheet_that_came_and_could_not_be_read_is_not_asked_to_be_filled() -> None:
    class Broken(Surveyed):
        def manifest(self) -> dict:
            lost = {"rows_read": 288, "rows_quarantined": 288}
            return {"tables": {"readiness": lost}, "inputs": [{"problem": "abîmé"}, {"problem": ""}]}

    found = standing(Broken(["reuse"] * 4, ["done"], 0, "readiness", "skills"), 2021).needs  # type: ignore
    assert found == {
        "Feuilles sans réponse": "obtenir la feuille Compétences",
        "Fichiers abîmés": "faire renvoyer 1\u00a0fichier abîmé",
        "Lignes illisibles": f"{ASIDE}Changement 288 sur 288",
    }


def needs(*made: object, year: int = 2021) -> dict[str, str]:
    return standing(Surveyed(*made), year).needs  # type: ignore[arg-type]


def test_what_a_study_still_needs_is_said_beyond_each_threshold_and_not_at_it() -> None:
    assert needs(["recycling"] * 4, ["lead", "done"], 10) == {}
    assert needs(["recycling", "reuse"], ["done"], 0) == {}  # half of its actors
    assert list(needs(["unknown", "reuse", "reuse", "reuse"], ["done"], 0)) == []
    assert needs(["recycling"] * 4, ["done"], 11) == {"Lignes illisibles": f"{ASIDE}Flux 11 sur 100"}
    found = needs(["unknown"], ["lead"], 0)
    assert found == {
        "Flux qui manquent": "obtenir des flux\u00a0: 1\u00a0acteur en déclare, sur 4",
        "Destinations inconnues": "demander aux acteurs où vont 10\u00a0t/an, "
        "100\u00a0% des tonnes sortantes",
        "Aucune synergie réalisée": "mener une première synergie à terme, sur 1\u00a0piste",
    }
    assert list(needs(["reuse"] * 4, [], 0)) == ["Registre vide"]
    assert needs(["reuse"] * 4, ["done"], 0, "skills", "workforce", year=2022) == {
        "Feuilles sans réponse": "faire remplir les feuilles Emplois et Compétences",
        "Enquête ancienne": "interroger de nouveau les acteurs (réponses de 2018)",
    }


def test_outside_a_need_has_no_number_and_is_told_of_as_many_firms_as_a_count() -> None:
    """Ninety flows unread and where tonnes go are the team's; the register is one of two actors."""
    few, rules = Surveyed(["unknown"], ["lead"], 90, "skills"), Disclosure()
    studies: Any = {"few": few, "good": Surveyed(["reuse"] * 4, ["done"], 0)}
    assert told_needs(studies, rules, 2021) == {
        "few": {
            "Flux qui manquent": "obtenir des flux\u00a0: moins de 50\u00a0% des acteurs en déclarent",
            "Feuilles sans réponse": "faire remplir la feuille Compétences",
        },
        "good": {},
    }
    assert "Aucune synergie réalisée" in told_needs(studies, Disclosure(minimum_units=2), 2021)["few"]
    assert told_needs(studies, Disclosure(minimum_units=5), 2021)["few"] == {}
    few.siret = [siret(1, number) for number in range(1, 5)]  # four sites of one firm
    assert told_needs(studies, rules, 2021)["few"] == {}


def words_of(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page).replace("\u00a0", " ")


def test_what_all_studies_lack_is_said_once_and_tells_none_from_the_others() -> None:
    old, empty = {"Enquête ancienne": "interroger de nouveau"}, {"Registre vide": "ouvrir le registre"}
    lacking = {"étude-2": old | empty, "étude-10": old, "étude-1": old, "étude-3": {UNREADABLE: "abîmée"}}
    settings = StudyConfig(title="", territory="")
    entries = [Entry(name, settings, {}, [], Standing(needs=needs)) for name, needs in lacking.items()]
    page = words_of(_inside(entries, {}))
    first = page[page.index("Par où commencer") : page.index("À aider (2)")]
    assert "étude-2 : ouvrir le registre." in first and "étude-10" not in first
    assert "À faire dans les 3 études dont les tables ont été lues : interroger de nouveau." in first
    assert page.count("interroger de nouveau") == 1
    two = [entry for entry in entries if entry.name in ("étude-1", "étude-10")]  # two are no rule
    assert words_of(_inside(two, {})).count("interroger de nouveau") >= 2
    assert sorted(lacking, key=as_counted) == ["étude-1", "étude-2", "étude-3", "étude-10"]


def test_a_row_says_whom_it_is_of_and_who_is_left_out() -> None:
    known = {
        "étude-1": Standing((2.0, 1.8, 2.2), (1.0, 0.9, 1.1), 6, 1552.4, 0.14),
        "étude-2": Standing((4.0, 3.0, 5.0), None, 9, 80.0, 0.72, 230.4),
    }
    settings = StudyConfig(title="", territory="")
    page = words_of(_inside([Entry(name, settings, {}, [], one) for name, one in known.items()], {}))
    lost = page[page.rindex("Tonnes incinérées sans valorisation ou stockées") :]
    assert "Absentes, plus de 30 % de leurs tonnes ayant une destination inconnue : étude-2, 72 %." in lost
    assert re.search(r"étude-1\s*1,00 t\s*0,90 à 1,11 t\s*1,00 t\s*6\s*1\u202f552\s*14 %", lost)


def test_a_study_that_needs_nothing_but_loses_more_is_said() -> None:
    settings, lost = StudyConfig(title="", territory=""), {"à aider": 100.0, "grande": 1950.4, "petite": 40.0}
    needs = {"à aider": {"Répondants": "obtenir des flux"}}
    entries = [
        Entry(name, settings, {}, [], Standing(None, None, 0, 0.0, 0.2, tonnes, needs=needs.get(name, {})))
        for name, tonnes in lost.items()
    ]
    page = words_of(_inside(entries, {}))
    assert re.search(r"que dans une étude à aider, les plus fortes\s: grande \(1\s950\st/an\)\.", page)
    assert "À suivre" not in words_of(_inside(entries[1:], {}))  # of which none is to help


def test_tonnes_per_employee_are_of_those_who_declare() -> None:
    """Two of four actors of 40 declare 10 t each, one of which is buried."""
    known = standing(Surveyed(["reuse", "landfill"], ["done"], 0), 2021)  # type: ignore[arg-type]
    assert known.per_employee is not None and known.per_employee[0] == pytest.approx(20 / 80)
    assert known.lost_per_employee is not None and known.lost_per_employee[0] == pytest.approx(10 / 80)
    assert (known.n_leads, known.n_done, len(known.establishments)) == (1, 1, 4)
    # Who burns and buries nothing loses 0 t, which has no logarithm: it stands beside those that are pooled.
    nothing = standing(Surveyed(["reuse", "recycling"], ["done"], 0), 2021)  # type: ignore[arg-type]
    assert nothing.lost_per_employee == (0.0, 0.0, 0.0)
    lost = pooled_per_employee({"a": known.lost_per_employee, "b": nothing.lost_per_employee, "c": None})
    assert lost.loc["b"].tolist() == [0.0] * 4 and lost.loc["a", "pooled"] == pytest.approx(10 / 80)
    assert standing(Surveyed([], ["done"], 0), 2021).lost_per_employee is None  # type: ignore[arg-type]
    # Where most go nobody knows where, what is lost would be told too low.
    unknown = standing(Surveyed(["unknown", "landfill"], ["done"], 0), 2021)  # type: ignore[arg-type]
    assert unknown.lost_per_employee is None and unknown.per_employee == known.per_employee
