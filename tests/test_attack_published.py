"""The attack on what is really published of the sample study.

``AUDITED`` says whether the release audits what a reader knows. As long as it does not, the sample must be
broken into (strict xfail).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from attack.campaign import Attacker
from attack.shown import silent_answers

AUDITED = True
LEAKS = {
    # Firm, tonnes, and where: what the issue names.
    "cardboard of retail, less what is recycled": ("E18", 2.4),
    "a family less its codes": ("E05", 11.916),
    "months of a seasonal firm": ("E17", 120.0),
}


@pytest.fixture(scope="module")
def attacker(published: Path) -> Attacker:
    made = Attacker(["partners", "public", "company:E12"])
    made.receive(published, "thur-doller", ["2018"])
    return made


@pytest.mark.xfail(not AUDITED, reason="the release does not audit what a reader knows", strict=True)
@pytest.mark.parametrize("audience", ["partners", "public", "company:E12"])
def test_no_firm_can_be_derived_from_the_sample(attacker: Attacker, audience: str) -> None:
    result = attacker.attack(audience)
    assert result.parts > 1500
    assert not result.broken, [(v.part.firm, v.part.cells[0], v.insider) for v in result.broken[:10]]


@pytest.mark.skipif(AUDITED, reason="the leaks of the version before the audit")
def test_the_attacker_finds_the_leaks_that_are_known(attacker: Attacker) -> None:
    broken = [(v.part.firm, v.part.value) for v in attacker.attack("partners").broken]
    for what, (firm, tonnes) in LEAKS.items():
        assert any(f == firm and value == pytest.approx(tonnes, rel=1e-3) for f, value in broken), what


def test_the_attacker_understands_the_pages(attacker: Attacker) -> None:
    read = attacker.held["partners"]
    assert read.numbers["in the system"] > 1000
    titles = {reading.table.title for reading in read.readings if reading.numbers["in the system"]}
    assert {"Tonnages sortants par famille", "Effectif par type de contrat"} <= titles


@pytest.mark.skipif(not AUDITED, reason="the release does not audit what a reader knows")
@pytest.mark.parametrize("audience", ["partners", "public", "company:E12"])
def test_the_first_screen_always_answers(attacker: Attacker, audience: str) -> None:
    assert not silent_answers(attacker.held[audience])
