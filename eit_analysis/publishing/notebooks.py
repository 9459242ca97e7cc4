"""Which notebooks a run takes, and the parameters given to them, checked against their parameters cells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eit_analysis.errors import UsageError
from eit_analysis.reference import sentence
from eit_analysis.study import Study

RESERVED = ("study", "wave", "audience")
STAGES = ("sur une telle vague, qui a des réponses", "tant que personne n'a répondu à cette vague")
LARGEST = 1_000_000  # draws, rows, years: more is a slip of the keys, and would run for hours


def find_notebooks(study: Study, wanted: list[str]) -> list[Path]:
    """The notebooks for a wave, or those named (with or without their ending).

    A notebook whose metadata say ``{"eit": {"before_survey": true}}`` is for a wave without any answer yet,
    all others for one that has some; with ``{"eit": {"waves": 3}}``, for one that is at least the third.

    Raises
    ------
    UsageError
        When one does not exist, or is for the other kind of wave; the sentence lists those that are.
        When there is none.
    """
    folder, early = study.root / "notebooks", study.unsurveyed
    nth = sum(study.at(wave).has("flows") for wave in study.waves if wave <= study.wave)
    known = {path.stem: path for path in sorted(folder.glob("[0-8]*.ipynb")) if _serves(path, early, nth)}
    if not known:
        raise UsageError(sentence("notebook_none"))
    names = [Path(name).name.removesuffix(".ipynb") for name in wanted] or list(known)
    for name in names:
        if name not in known:
            there = ", ".join(known)
            raise UsageError(sentence("notebook_unknown", notebook=name, stage=STAGES[early], known=there))
    return [known[name] for name in names]


def _serves(notebook: Path, early: bool, nth: int) -> bool:
    """Whether a notebook is for a wave without answers (``early``), or for the nth that has some."""
    told = json.loads(notebook.read_text(encoding="utf-8")).get("metadata", {}).get("eit", {})
    return bool(told.get("before_survey", False)) == early and (early or nth >= int(told.get("waves", 0)))


def read_parameters(notebooks: list[Path], given: list[str]) -> dict[str, dict[str, Any]]:
    """The ``-p NAME=VALUE`` by name of notebook, typed as its parameters cell declares them.

    Raises
    ------
    UsageError
        For a name no notebook declares, or a value not of the declared type.
    """
    import papermill

    declared = {path: papermill.inspect_notebook(str(path)) for path in notebooks} if given else {}
    chosen: dict[str, dict[str, Any]] = {}
    for item in given:
        name, separator, value = item.partition("=")
        users = [path for path in notebooks if name in declared[path] and name not in RESERVED]
        if not separator:
            raise UsageError(f"Il manque la valeur de « {item} »\u00a0: écrivez -p NOM=VALEUR.")
        if not users:
            known = sorted({n for parameters in declared.values() for n in parameters} - set(RESERVED))
            names = ", ".join(known) or "(aucun)"
            raise UsageError(sentence("parameter_unknown", item=item, known=names))
        for path in users:
            chosen.setdefault(path.stem, {})[name] = _typed(name, value, declared[path][name]["default"])
    return chosen


def _typed(name: str, value: str, default: str) -> Any:
    kinds: list[tuple[str, Callable[[str], Any], str]] = [
        (r"True|False", {"oui": True, "non": False}.__getitem__, "oui ou non"),
        (r"-?\d[\d_]*", int, "un nombre entier"),
        (r"-?\d[\d_]*\.\d*(e-?\d+)?", lambda text: float(text.replace(",", ".")), "un nombre"),
    ]
    for pattern, convert, words in kinds:
        if re.fullmatch(pattern, default.strip()):
            try:
                chosen = convert(value)
                if words != "oui ou non" and not abs(chosen) <= LARGEST:
                    words += " d'au plus un million"
                    raise ValueError
                # Draws, rows, years: where the notebook's own value is above zero, so is the user's.
                if words != "oui ou non" and convert(default.strip()) > 0 >= chosen:
                    words += " au-dessus de zéro"
                    raise ValueError
                return chosen
            except (KeyError, ValueError):
                said = sentence("parameter_kind", parameter=name, words=words, value=value)
                raise UsageError(said) from None
    return value
