"""A first ``study.toml``: every key with its French description, as ``config.py`` declares it.

A key that has a default is commented out: the file says what may be changed, and changes nothing.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from eit_analysis import reference
from eit_analysis.config import StudyConfig
from eit_analysis.config_section import Section

WIDTH = 110
YEAR = 2026  # of an example
HEAD = (
    "Paramètres de l'étude. Une clé inconnue est refusée. Ce qui suit un # ne compte pas\u00a0: pour changer "
    "une valeur, ôtez celui de sa ligne et, s'il en a un, celui du titre entre crochets au-dessus."
)


def template(title: str, epcis: Mapping[str, str] | None = None) -> str:
    """The text of ``study.toml`` for a study, with the EPCI (SIREN, name) that its communes propose."""
    own: dict[str, Any] = {"title": title, "territory": "à compléter", "epci_codes": list(epcis or {})}
    lines = [_comment(HEAD), *_keys(StudyConfig, "", own)]
    text = "\n".join(lines) + "\n"
    if epcis:
        names = _comment(f"D'après les communes données\u00a0: {', '.join(epcis.values())}. À confirmer.")
        text = text.replace("\nepci_codes =", f"\n{names}\nepci_codes =")
    return text


def described(model: type[Section]) -> dict[str, str]:
    """The French description of each key of a section: the string under its field."""
    found: dict[str, str] = {}
    for section in reversed(model.__mro__[: model.__mro__.index(Section)]):
        body = ast.parse(textwrap.dedent(inspect.getsource(section))).body[0].body  # type: ignore[attr-defined]
        for field, text in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                name, constant = field.target, text.value
                if isinstance(name, ast.Name) and isinstance(constant, ast.Constant):
                    found[name.id] = " ".join(str(constant.value).split())
    return found


def section_of(annotation: Any) -> type[Section] | None:
    """The model of a section, of a list of sections or of named sections; None for a plain key."""
    found = [a for a in (annotation, *get_args(annotation)) if isinstance(a, type)]
    return next((a for a in found if issubclass(a, Section)), None)


def heading(annotation: Any, path: str) -> str:
    """How a section is opened: ``[page]``, ``[[projects]]``, ``[audiences.nom]``."""
    many = get_origin(annotation)
    return f"[[{path}]]" if many is list else f"[{path}.nom]" if many is dict else f"[{path}]"


def _keys(model: type[Section], path: str, own: Mapping[str, Any]) -> list[str]:
    texts, plain, sections, of_project = described(model), [], [], _of_criteria()
    for name, field in model.model_fields.items():
        section, below = section_of(field.annotation), f"{path}{name}"
        if section is None:
            written = f"{name} = {_toml(own.get(name, of_project.get(below, _example(field))))}"
            plain += [
                _comment(f"{texts[name]}{_choices(field.annotation)}{' Obligatoire.' * field.is_required()}"),
                written if name in own else f"# {written}",
            ]
        else:
            opened = heading(field.annotation, below)
            # An empty section is the same as none; a line of a list, or a named section, is not.
            opened = opened if isinstance(field.annotation, type) else f"# {opened}"
            sections += ["", _comment(texts[name]), opened, *_keys(section, f"{below}.", {})]
    return plain + sections


def _choices(annotation: Any) -> str:
    """The words that a key may take, where it is one of few."""
    inside = get_args(annotation)
    words = inside if get_origin(annotation) is Literal else get_args(inside[0]) if inside else ()
    return (
        f" Au choix\u00a0: {', '.join(words)}."
        if words and all(isinstance(word, str) for word in words)
        else ""
    )


def _comment(text: str) -> str:
    return textwrap.fill(
        text.replace("``", ""), WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


@cache
def _of_criteria() -> dict[str, Any]:
    """The bounds that most depend on how large a study is, as the project proposes them."""
    rows = reference.load("criteria").set_index("criterion")
    sized = rows.loc[["tonnes_diverted_t_per_year", "joint_surplus_eur_per_year"]]
    bounds = sized[["bound_min", "bound_max"]].to_numpy().tolist()
    return {"scoring.bounds": dict(zip(sized.index, bounds, strict=True))}


def _example(field: FieldInfo) -> Any:
    """The default of a key, else a value of its type, to be replaced."""
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default is not None:
        return default
    least = next((limit.ge for limit in field.metadata if hasattr(limit, "ge")), None)
    if least is None:
        return _of_type(field.annotation)
    return YEAR if least >= 1900 else least


def _of_type(annotation: Any) -> Any:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return inside[0]
    if origin in (UnionType, Union, Annotated):
        return _of_type(inside[0])
    return {list: [], dict: {}, str: "…", date: date(YEAR, 6, 30), int: 1, float: 1.0, bool: False}[
        origin or annotation
    ]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
