"""Reading ``study.toml``: every wrong key in one French sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eit_analysis.config import StudyConfig
from eit_analysis.errors import InputError

# What pydantic finds wrong, by its name for it; {} stands for the value, named parts for the limit it gives.
FRENCH = {
    "extra_forbidden": "cette clé est inconnue, retirez-la ou corrigez son nom",
    "missing": "cette clé est obligatoire, ajoutez-la",
    "greater_than_equal": "{} est trop petit, écrivez {ge} ou plus",
    "less_than_equal": "{} est trop grand, écrivez {le} ou moins",
    "greater_than": "{} est trop petit, écrivez un nombre au-dessus de {gt}",
    "int_type": "{} n'est pas un nombre entier, écrivez-en un sans guillemets",
    "float_type": "{} n'est pas un nombre, écrivez-en un sans guillemets, avec un point décimal",
    "bool_type": "{} n'est ni true ni false, écrivez l'un des deux sans guillemets",
    "string_type": "{} n'est pas un texte entre guillemets, ajoutez-les",
    "date_type": "{} n'est pas une date, écrivez-la sans guillemets, comme 2026-06-30",
    "literal_error": "{} n'est pas prévu, choisissez {expected}",
    "too_short": "{} est une liste trop courte, complétez-la (au moins {min_length})",
    "value_error": "{error}",  # what the sections of config.py say
}
OTHERWISE = "la valeur {} ou son type est incorrect, voyez l'exemple de study.toml"


def read_config(path: Path) -> StudyConfig:
    """Read and check ``study.toml``.

    Raises
    ------
    InputError
        With every wrong key of the file in one sentence.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("ce fichier manque, créez l'étude avec « eit new »", file=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"ce fichier TOML est illisible ({error}), corrigez-le", file=path.name) from None
    try:
        return StudyConfig.model_validate(raw)
    except ValidationError as error:
        problems = "\u00a0; ".join(
            f"clé « {'.'.join(str(part) for part in e['loc'])} »\u00a0: "
            + FRENCH.get(e["type"], OTHERWISE).format(f"« {e['input']} »", **_limits(e.get("ctx", {})))
            for e in error.errors()
        )
        raise InputError(problems, file=path.name) from None


def _limits(context: dict[str, Any]) -> dict[str, Any]:
    """What pydantic names in a message, without its English: « 'public' or 'private' »."""
    if "expected" in context:
        return context | {"expected": context["expected"].replace(" or ", " ou ")}
    return context
