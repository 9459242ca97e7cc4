"""Where the actors are, and which of them each row is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells
from eit_analysis.intake.cleaning.gathering import SurveyBatch
from eit_analysis.reference.communes import CONFLICT, locate_commune
from eit_analysis.reference.findings import finding
from eit_analysis.reference.place_names import normalise_name

ENDS = ("giver_site_id", "taker_site_id")
TYPED = ("commune_code", "commune_name", "postcode")


def locate(batch: SurveyBatch) -> None:
    """Commune of each site: known code, else name and postcode; its centre gives latitude and longitude."""
    typed = Cells.of(list(zip(*(batch.clean(name).tolist() for name in TYPED), strict=True)))
    found = {name: batch.clean(name) for name in ("commune_code", "commune_name")}
    found |= {name: np.full(len(batch), np.nan) for name in ("latitude", "longitude")}
    for key, where in zip(typed.values, typed.groups(), strict=True):
        code, name, postcode = key
        if not any(key):
            continue
        first = next(column for column, value in zip(TYPED, key, strict=True) if value)
        located = locate_commune(code=code, name=name, postcode=postcode)
        if located is None:
            batch.reject(where, first, finding("unknown_commune"), fatal=False)
            found["commune_code"][where] = None
            continue
        commune, rule = located
        if rule == CONFLICT:
            kept = {"name": commune.name, "commune_code": commune.commune_code}
            batch.mark(where, first, finding("commune_conflict", **kept))
            rule = ""
        if not name:
            batch.correct(where, "commune_name", commune.name, rule or "commune_name_from_code")
        elif normalise_name(name) != normalise_name(commune.name):
            by = "commune_name_from_code" if code else "commune_name_of_reference"
            batch.correct(where, "commune_name", commune.name, rule or by)
        if code != commune.commune_code:
            batch.correct(where, "commune_code", commune.commune_code, rule or "commune_code_from_name")
        # A commune whose centre is unknown has NaN there, which is missing.
        for name in found:
            found[name][where] = commune.name if name == "commune_name" else getattr(commune, name)
    for name in ("latitude", "longitude"):
        batch.numbers[name] = found[name]
    for name in ("commune_code", "commune_name"):
        batch.values[name] = Cells.of(found[name].tolist())


def declare(batch: SurveyBatch) -> set[str]:
    """Identifiers of the sites kept: a site is declared once, what describes it otherwise is refused."""
    first: dict[str, int] = {}
    sites = batch.clean("site_id")
    for row in np.flatnonzero(~batch.fatal).tolist():
        site = sites[row]
        if site not in first:
            first[site] = row
            continue
        file, sheet = batch.ledger.origins[batch.places[first[site]]]
        place = f"{file}, {sheet}, ligne {batch.rows[first[site]]}"
        batch.reject(np.array([row]), "site_id", finding("conflicting_site", place=place), fatal=True)
    return set(first)


def named(sites: SurveyBatch) -> dict[str, str]:
    """The identifier of each kept site by its folded name, but for names that several bear."""
    kept = np.flatnonzero(~sites.fatal)
    called = zip(sites.clean("name")[kept], sites.clean("site_id")[kept], strict=True)
    pairs = {(fold_words(str(name or "")), site) for name, site in called}
    borne = Counter(name for name, _ in pairs)
    return {name: site for name, site in pairs if name and borne[name] == 1}


def identify_carriers(batch: SurveyBatch, names: Mapping[str, str]) -> None:
    """A carrier called by the name of a site is that site."""
    carriers = batch.values["carrier"]
    kept = list(carriers.values)
    for number, (text, where) in enumerate(zip(carriers.values, carriers.groups(), strict=True)):
        if site := names.get(fold_words(str(text or ""))):
            batch.correct(where, "carrier", site, "carrier_by_name")
            kept[number] = site
    batch.values["carrier"] = Cells(kept, carriers.codes)


def _withhold(batch: SurveyBatch, known: Collection[str]) -> None:
    """A row under another firm's identifier is not counted, and is of the firm whose file it is."""
    sites, named = batch.clean("site_id"), batch.values["site_id"].where(lambda site: site in known)
    others = named[(batch.firms[named] != "") & (batch.firms[named] != sites[named])]
    if len(others):
        batch.reject(others, "site_id", finding("other_firm_in_file"), fatal=True)
        sites[others] = batch.firms[others]
        batch.values["site_id"] = Cells.of(sites.tolist())


def check_sites(batch: SurveyBatch, known: Collection[str]) -> None:
    """Every other table is only about declared sites; who answers to an exchange is one of its actors."""
    for column in ("site_id", *ENDS):
        if column in batch.values:
            unknown = batch.values[column].where(lambda site: site is not None and site not in known)
            batch.reject(unknown, column, finding("unknown_site"), fatal=True)
    if "site_id" in batch.values:
        _withhold(batch, known)
    if batch.table == "exchange_answers":
        site, giver, taker = (batch.clean(column) for column in ("site_id", *ENDS))
        others = np.flatnonzero(~batch.fatal & (site != giver) & (site != taker))
        batch.reject(others, "site_id", finding("answers_for_others"), fatal=True)
    if "site_ids" in batch.values:
        lists = batch.values["site_ids"]
        kept = []
        for text, where in zip(lists.values, lists.groups(), strict=True):
            parts = (text or "").split()
            unknown_parts = [part for part in parts if part not in known]
            kept.append(" ".join(part for part in parts if part in known) or None)
            if unknown_parts:
                found = finding("unknown_site.several", names=", ".join(unknown_parts))
                batch.reject(where, "site_ids", found, fatal=False)
        batch.values["site_ids"] = Cells(kept, lists.codes)
