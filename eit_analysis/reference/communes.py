"""Communes of France, found from what a respondent typed: code, name or postcode, of today or of before.

Nothing here guesses in silence: what is unknown or fits several communes is ``None``, and whatever is not
an exact reading names its rule. No function raises on odd input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd
from rapidfuzz.distance import OSA

from eit_analysis import reference
from eit_analysis.errors import UsageError
from eit_analysis.reference.commune_tables import (
    Commune,
    by_code,
    by_name,
    by_postcode,
    commune_at,
    former_by_code,
    former_by_name,
    former_names,
    in_department,
    name_at,
)
from eit_analysis.reference.place_names import bare_name, five_digits, normalise_name, typed_text

FORMER = "commune_former"  # an old code or name led to the commune of today
SHORT_NAME = "commune_short_name"  # beginning of the only such name of its postcode
SPELLING = "commune_spelling"  # one letter away from the only such name of its postcode
FROM_POSTCODE = "commune_from_postcode"  # a postcode stood for the code, or alone
CONFLICT = "commune_conflict"  # what was typed speaks of several places

LEADING_POSTCODE = re.compile(r"^(?:f(?:r|rance)?[ -]*)?(\d{2} ?\d{3})(?!\d)[ ,;:/-]*(?=\D)", re.I)
TRAILING_POSTCODE = re.compile(r"[ ,;:/(-]+(\d{2} ?\d{3})\)?$")
TRAILING_DEPARTMENT = re.compile(r" *[(\[] *(\d{2,3}|2[ab]) *[)\]]$| *[,-] +(\d{2}|2[ab])$", re.I)


class Place(NamedTuple):
    """What the cell of a name says: the name as it is compared, and the postcode and department beside it."""

    name: str
    postcode: str
    department: str


def read_place(value: object) -> Place:
    """Take apart what was typed as a name.

    >>> read_place("68700 CERNAY")
    Place(name='cernay', postcode='68700', department='')
    >>> read_place("Cernay (68)")
    Place(name='cernay', postcode='', department='68')
    """
    text = typed_text(value)
    postcode = department = ""
    for pattern in (LEADING_POSTCODE, TRAILING_POSTCODE):
        if not postcode and (match := pattern.search(text)):
            postcode = match[1].replace(" ", "")
            text = f"{text[: match.start()]} {text[match.end() :]}".strip()
    if match := TRAILING_DEPARTMENT.search(text):
        department = (match[1] or match[2]).upper()
        text = text[: match.start()]
    return Place(normalise_name(text), postcode, department)


def find_commune(code: object = None, name: object = None, postcode: object = None) -> Commune | None:
    """The commune that `locate_commune` finds, without how it was found."""
    found = locate_commune(code, name, postcode)
    return found[0] if found else None


def locate_commune(
    code: object = None, name: object = None, postcode: object = None
) -> tuple[Commune, str] | None:
    """The one commune meant by a code, else by a name narrowed by a postcode, and the rule that found it.

    A code decides, whatever is beside it. A name is compared without case, accents, punctuation and
    leading article (``St`` is *Saint*, ``s/`` is *sur*), first among the communes of its postcode: of today,
    of before, beginning of a name, one letter wrong. Then in the department of the postcode (a CEDEX number
    is in no list), or without postcode in the whole country, and never there with a letter wrong.

    Parameters
    ----------
    code, name, postcode : object
        What was typed, in any type; missing when unknown.

    Returns
    -------
    tuple of (Commune, str) or None
        The rule is ``""`` for an exact reading, else one of this module's. ``None`` when unknown or
        ambiguous.
    """
    typed, place = five_digits(code), read_place(name)
    post = five_digits(postcode) or place.postcode
    position, rule = by_code().get(typed), ""
    moved = typed in by_postcode() and post in ("", typed)
    # A number that is a postcode today is read as one: 75012 was the code of Boulogne-Billancourt.
    if position is None and typed in former_by_code() and not (moved and _by_name(place, typed)):
        position, rule = by_code()[former_by_code()[typed]], FORMER
    if position is not None:
        if _agrees(position, place, post):
            return commune_at(position), rule
        # Some numbers are both: the code of one commune and the postcode of another, which the name tells.
        found = _by_name(place, typed) if place.name and typed in by_postcode() else None
        if found and found[1] != CONFLICT:
            return commune_at(found[0]), FROM_POSTCODE
        return commune_at(position), CONFLICT
    found = _by_name(place, typed if moved else post)
    if found is None:
        return None
    position, rule = found
    commune = commune_at(position)
    if rule == CONFLICT or not _beside(position, place, post):
        rule = CONFLICT
    elif moved:
        rule = FROM_POSTCODE
    elif typed and position not in in_department(typed):
        rule = CONFLICT
    return commune, rule


def epcis_of(communes: Sequence[str]) -> dict[str, str]:
    """SIREN and name of the intercommunalities of communes given by code or name; those with most come first.

    The name is followed by those of the communes: one that was typed otherwise may not be meant.

    Raises
    ------
    UsageError
        When one is unknown, or its name is that of several.
    """
    found = {typed: find_commune(typed) or find_commune(name=typed) for typed in communes}
    if unknown := [typed for typed, place in found.items() if place is None]:
        if several := " ou ".join(_namesakes(unknown[0])):
            raise UsageError(reference.sentence("commune_several", commune=unknown[0], several=several))
        raise UsageError(reference.sentence("commune_unknown", commune=unknown[0]))
    table = reference.load("communes").set_index("commune_code")
    own = table.loc[[place.commune_code for place in found.values() if place]].dropna(subset="epci_code")
    own = own.assign(named=own["name"] + " " + own.index)
    counts = own.groupby(["epci_code", "epci_name"]).size().sort_values(ascending=False, kind="stable")
    members = own.groupby("epci_code")["named"].agg(lambda names: ", ".join(names.unique()))
    return {code: f"{name} ({members[code]})" for code, name in counts.index.tolist()}


def _namesakes(typed: str) -> list[str]:
    """Of a name that several communes bear, each as one may type it: ``Castres (81)``."""
    positions: list[int] = next((step for step, _ in _anywhere(read_place(typed)) if step), [])
    return [f"{one.name} ({one.department_code})" for one in map(commune_at, positions)]


def departments_of(commune_codes: pd.Series) -> set[str]:
    """The départements of communes; a code that no commune has is in none."""
    known = reference.load("communes").set_index("commune_code")["department_code"]
    return set(commune_codes.dropna().map(known).dropna())


def regions_with(department_codes: set[str]) -> dict[str, set[str]]:
    """The régions that these départements are in, each with all of its départements."""
    regions = reference.load("regions").set_index("region_code")["department_codes"].str.split().map(set)
    return {str(code): inside for code, inside in regions.items() if department_codes & inside}


def _by_name(place: Place, post: str) -> tuple[int, str] | None:
    """Position of the commune of a name, narrowed by a postcode, and the rule.

    The first step that holds any commune decides, when it holds only one.
    """
    if not place.name:
        served = by_postcode().get(post, [])
        return (served[0], FROM_POSTCODE) if len(served) == 1 else None
    steps = _near(place.name, post) if post else _anywhere(place)
    positions, rule = next((step for step in steps if step[0]), ([], ""))
    return (positions[0], rule) if len(positions) == 1 else None


def _anywhere(place: Place) -> Iterator[tuple[list[int], str]]:
    """Communes that a name without postcode may mean, step by step, and the rule of each step."""
    near = in_department(place.department) if place.department else None
    named = by_name().get(bare_name(place.name), [])
    yield _exact(place.name, [i for i in named if near is None or i in near]), ""
    yield [i for i in _former(place.name) if near is None or i in near], FORMER


def _near(wanted: str, post: str) -> Iterator[tuple[list[int], str]]:
    """Communes that a name with a postcode may mean, ever wider, and the rule of each step."""
    served, near = by_postcode().get(post, []), in_department(post)
    yield _exact(wanted, served), ""
    yield [i for i in _former(wanted) if i in served], FORMER
    yield [i for i in served if _begins(name_at(i), wanted)], SHORT_NAME
    yield _misspelt(wanted, served), SPELLING
    # A postcode of the lists that does not serve the commune contradicts it; a CEDEX number is in no list.
    far = CONFLICT if served else ""
    yield _exact(wanted, [i for i in by_name().get(bare_name(wanted), []) if i in near]), far
    yield [i for i in _former(wanted) if i in near], far or FORMER


def _exact(wanted: str, positions: Sequence[int]) -> list[int]:
    """Communes of that name, those with the same article first."""
    whole = [i for i in positions if name_at(i) == wanted]
    return whole or [i for i in positions if bare_name(name_at(i)) == bare_name(wanted)]


def _former(wanted: str) -> list[int]:
    return [by_code()[code] for code in former_by_name().get(bare_name(wanted), ())]


def _misspelt(wanted: str, positions: Sequence[int]) -> list[int]:
    """Communes whose name is one letter away, unless what was typed names another commune."""
    if len(wanted) < 4 or bare_name(wanted) in by_name():
        return []
    return [i for i in positions if _one_letter(wanted, name_at(i))]


def _begins(name: str, words: str) -> bool:
    return f"{name} ".startswith(f"{words} ")


def _one_letter(typed: str, name: str) -> bool:
    """One letter added, dropped or changed, or two neighbours swapped."""
    return OSA.distance(bare_name(typed), bare_name(name), score_cutoff=1) <= 1


def _agrees(position: int, place: Place, post: str) -> bool:
    """Whether a name and a postcode may speak of the commune that a code gave."""
    return _beside(position, place, post) and (not place.name or _may_be_named(position, place.name))


def _beside(position: int, place: Place, post: str) -> bool:
    """Whether every postcode and department typed can be those of a commune."""
    for typed in {post, place.postcode} - {""}:
        served = by_postcode().get(typed)
        if position not in (served or in_department(typed)):
            return False
    return not place.department or position in in_department(place.department)


def _may_be_named(position: int, wanted: str) -> bool:
    name, bare = name_at(position), bare_name(wanted)
    if bare == bare_name(name) or bare in former_names().get(commune_at(position).commune_code, ()):
        return True
    if bare in by_name():
        return False
    return _begins(name, wanted) or _begins(wanted, name) or _one_letter(wanted, name)
