"""What a firm is told of its values that are kept but surprise: the reason in a few words, without jargon.

The full reason, with its thresholds and sources, stays in ``implausible.csv`` for the study office.
"""

from __future__ import annotations

import re
from functools import cache

from eit_analysis import reference
from eit_analysis.french import counted
from eit_analysis.intake.checks.slips import SLIP
from eit_analysis.intake.relance.texts import tonnes

# Marks that name another firm: only the study office is asked.
FOR_OFFICE = {"same_siret", "other_firm_in_file"}
PER_EMPLOYEE = re.compile(r"(.+?) t par salarié.* de (.+?) à (.+?) t\b")


def surprise(
    code: str, message: str, raw: str, mass: float | None = None, category: str = "", aside: int = 0
) -> str:
    """The beginning of a question about a value that is kept but marked.

    Parameters
    ----------
    code, message, raw : str
        Of ``implausible.csv``.
    mass : float, optional
        Of the flow (t/year).
    category : str
        French label of the category of the flow.
    aside : int
        Rows of the sheet of jobs that were set aside.
    """
    found = message.split("\u00a0;")[0].strip()
    if code == "decimal_slip" and mass:
        other = mass * SLIP if "fois moins" in message else mass / SLIP
        return f"{tonnes(mass)}\u00a0t par an\u00a0: ne serait-ce pas {tonnes(other)}\u00a0t\u00a0?"
    if code == "tonnes_per_employee" and (figures := PER_EMPLOYEE.match(found)):
        own, low, high = figures.groups()
        return (
            f"tous vos flux sortants réunis font {own}\u00a0t par salarié et par an, c'est beaucoup pour "
            f"votre activité (d'ordinaire {low} à {high}\u00a0t)."
        )
    if code in ("waste_code_against_category", "hazard_conflict") and raw in waste_labels():
        what = "un déchet dangereux, " if code == "hazard_conflict" else ""
        return (
            f"le code {raw} désigne {what}«\u00a0{waste_labels()[raw]}\u00a0», alors que ce flux est dans la "
            f"catégorie «\u00a0{category}\u00a0»."
        )
    if code == "ages_against_headcount" and aside:
        return f"{found}, sans compter {counted(aside, 'ligne mise de côté', 'lignes mises de côté')}."
    if code == "repeated_in_files":
        return "le même flux est aussi dans un autre fichier\u00a0: il compte deux fois."
    return f"{found}."


@cache
def waste_labels() -> dict[str, str]:
    codes = reference.load("waste_codes")
    return dict(zip(codes["waste_code"], codes["label_fr"], strict=True))
