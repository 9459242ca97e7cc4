"""A name is found wherever it stands; one that is a word of the pages, where actors are listed only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from actors import actors
from command import eit
from small_pages import change_sites, empty_study, filled, texts, two_waves, write_notebook

from eit_analysis.publishing.consents import Actor
from eit_analysis.publishing.release.names import Names, ordinary
from eit_analysis.study import Study, open_study

ORDINARY = {"E5": "Total", "E6": "a", "E7": "<", "E4": "Bois", "E3": "2018"}

SIRETS = {"E1": "00000000000017"}


def called(names: dict[str, str]):
    return lambda sites: sites.assign(
        name=sites["site_id"].map(names).fillna(sites["name"]), consent="aggregated"
    )


def page(header: str, *cells: str, kind: str = "") -> str:
    rows = "".join(f'<tr{kind}><th scope="row" class="short">{cell}</th><td>1</td></tr>' for cell in cells)
    head = f'<thead><tr><th scope="col">{header}</th><th scope="col">Rang</th></tr></thead>'
    return f"<!DOCTYPE html><main><table>{head}<tbody>{rows}</tbody></table></main>"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return two_waves(filled(empty_study(tmp_path)))


def names_of(study: Study, **actors: str) -> Names:
    known = {"2018": {site: Actor(name, SIRETS.get(site, ""), "none") for site, name in actors.items()}}
    return Names(known, [], ordinary(study))


def test_a_name_that_is_a_word_of_the_pages_blocks_none_of_them(study: Study) -> None:
    for wave in ("2015", "2018"):
        change_sites(study, wave, called(ORDINARY))
    done = eit(study.root, "run", "essai", "--audience", "partners", "--audience", "public")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if "aussi un mot des pages" in line]
    assert len(told) == 1
    assert all(f"{name} ({site})" in told[0] for site, name in ORDINARY.items())
    assert told[0].count("(") == len(ORDINARY)
    assert "aussi un mot" not in eit(study.root, "run", "essai").stdout


@pytest.mark.parametrize("leak", ["Total", "17", "ABC"])
def test_among_actors_it_is_refused(study: Study, leak: str) -> None:
    """A firm called « Total », and those whose ids are 17 and ABC, in a table that says who has what."""
    ids = {"E5": "17", "E6": "ABC"}
    for path in (study.processed / f"{name}.parquet" for name in ("sites", "flows")):
        frame = pd.read_parquet(path)
        frame.assign(site_id=frame["site_id"].replace(ids)).to_parquet(path)
    change_sites(study, "2018", called({"E4": "Total"}))
    leak = f"""
import pandas as pd
release.summary(pd.DataFrame({{"members": ["{leak}, E"], "n_flows": [1]}}), "Qui", ["members"])
"""
    write_notebook(study.root, "02_liste", leak)
    done = eit(study.root, "run", "essai", "--audience", "public")
    assert done.returncode == 1
    assert "La page nomme l'acteur" in done.stderr
    pages = texts(study.reports("public"))
    assert "02_liste.echec.html" in pages and "02_liste.html" not in pages


def test_where_each_kind_of_name_is_looked_for(study: Study) -> None:
    names = names_of(study, E1="Tôlerie Müller & Fils", E2="Total", AB="Forges du Pont", **{"12": "Carton"})
    prose = "<!DOCTYPE html><style>a { margin: 12 }</style><p title='x'>Total de 12 t de carton chez AB.</p>"
    assert names.found(prose) == set()
    assert names.found("<!DOCTYPE html><p>Chez tôlerie&nbsp;Müller &amp; fils</p>") == {"E1"}
    assert names.found('<!DOCTYPE html><svg aria-label="Forges du Pont"></svg>') == {"AB"}
    assert names.found("﻿Acteur;t/an\nTôlerie Müller & Fils;3") == {"E1"}
    assert names.found("<!DOCTYPE html><p>SIRET 00000000000017</p>") == {"E1"}
    assert names.found("<!DOCTYPE html><p>E01-E2, #E2</p>") == set()
    assert names.found("<!DOCTYPE html><p>E2 et E1.</p>") == {"E1", "E2"}
    assert names.found(page("Acteur", "Total")) == {"E2"}
    assert names.found(page("Membres", "Forges, Carton", "autre acteur AB")) == {"12", "AB"}
    assert names.found(page("Acteurs de la synergie", "12 AB")) == {"12", "AB"}
    assert names.found(page("Famille", "Total", "12", "Carton")) == set()
    assert names.found(page("Acteur", "Total", kind=' class="total"')) == set()


def test_real_names_are_no_ordinary_words(study: Study) -> None:
    """Those of the sample study, even where an analyst writes one in a notebook."""
    is_ordinary = ordinary(study)
    assert [actor.name for actor in actors() if is_ordinary(actor.name)] == []
    write_notebook(study.root, "01_table", "release.text('Voyez Michelin et le rouissage.')")
    is_ordinary = ordinary(study)
    assert not is_ordinary("Michelin") and is_ordinary("Rouissage")
    assert all(map(is_ordinary, ORDINARY.values()))


def test_a_commune_that_answers_is_no_ones_secret_name(study: Study) -> None:
    assert not ordinary(study)("Bourbach-le-Bas")
    change_sites(study, "2018", lambda sites: sites.assign(commune_name="Bourbach-le-Bas"))
    assert ordinary(open_study("essai", root=study.root))("Bourbach-le-Bas")
