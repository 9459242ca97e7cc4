"""What the study's occupations are called in the nomenclatures: ROME, and the families (FAP) of DARES."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown


def rome_labels(rome: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """``{rome_code: label}``: the imported ``rome_occupations``, else the project's short labels."""
    shipped = reference.load("rome_labels")
    named = pd.concat([shipped, rome.get("rome_occupations", shipped)])
    return dict(zip(named["rome_code"], named["rome_label"], strict=True))


@cache
def family_labels() -> dict[str, str]:
    """``{fap_code: label}``: the project's short labels of the FAP 2009."""
    table = reference.load("fap_2009")
    return dict(zip(table["fap_code"], table["fap_label"], strict=True))


def named_families(codes: Iterable[str]) -> str:
    """``Label (code), …`` of families of the FAP 2009, in the order of codes; an unknown code goes alone."""
    labels = family_labels()
    said = (f"{labels[code]} ({code})" if code in labels else code for code in sorted(set(codes)))
    return ", ".join(said)


def correspondence(
    workforce: pd.DataFrame, linked: pd.DataFrame, rome: Mapping[str, pd.DataFrame]
) -> Breakdown:
    """Each coded occupation beside its entry in the ROME and the families its published figures come from.

    Merged small occupations have no code and are left out. ``linked`` is from ``workforce.families``, and
    ``rome`` holds ``rome_occupations``, ``rome_links`` and ``rome_skills`` as far as they were imported.

    Returns
    -------
    Breakdown
        ``occupation, rome_code, rome_label`` (missing when the ROME lacks the code),
        ``n_rome_skills`` (skills the ROME lists for it, each once; missing when not imported), ``fap_codes``
        (their labels and codes).
    """
    table = workforce[["occupation", "rome_code"]].dropna().drop_duplicates().sort_values("rome_code")
    codes = linked.groupby("occupation")["fap_code"].agg(named_families)
    skills = pd.Series(dtype=float)
    if {"rome_links", "rome_skills"} <= rome.keys():
        links = rome["rome_links"]
        known = links[links["skill_code"].isin(rome["rome_skills"]["skill_code"])]
        skills = known.groupby("rome_code")["skill_code"].nunique().astype(float)
    table = table.assign(
        rome_label=table["rome_code"].map(rome_labels(rome)).astype(object),
        n_rome_skills=table["rome_code"].map(skills),
        fap_codes=table["occupation"].map(codes),
    ).reset_index(drop=True)
    return Breakdown(table, ["occupation"], workforce, "headcount", people=True)
