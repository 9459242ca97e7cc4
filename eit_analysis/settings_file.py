"""Reading ``study.toml``: every wrong key in one French sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eit_analysis import reference
from eit_analysis.config import StudyConfig
from eit_analysis.errors import InputError

# What pydantic finds wrong, by its name for it; {} stands for the value, named parts for the limit it gives.
FRENCH = reference.pairs("settings_errors", "error", "sentence_fr")
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
            f"clé « {_path(e['loc'])} »\u00a0: "
            + FRENCH.get(e["type"], OTHERWISE).format(f"« {e['input']} »", **_limits(e.get("ctx", {})))
            for e in error.errors()
        )
        raise InputError(problems, file=path.name) from None


def _path(parts: Sequence[str | int]) -> str:
    """The key as people count: the first line of a list is 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in parts)


def _limits(context: dict[str, Any]) -> dict[str, Any]:
    """What pydantic names in a message, without its English: « 'public' or 'private' »."""
    if "expected" in context:
        return context | {"expected": context["expected"].replace(" or ", " ou ")}
    return context
