"""Writes every key of ``study.toml`` into the guide, from the models that read the file.

A key's description is the string under its field in ``eit_analysis/config.py``, or in the module that its
section comes from; one without it is a warning.
"""

from __future__ import annotations

import json
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

from eit_analysis import config, config_change, config_flows, config_scenarios, config_synergies
from eit_analysis.settings_template import described, heading, section_of

PAGE, PLACE = "guide/study-toml", "<!-- keys -->"
TYPES = {str: "texte", int: "nombre entier", float: "nombre", bool: "`true` ou `false`", date: "date"}


def keys(model: type[config.Section], path: str = "") -> list[str]:
    """The plain keys of a section, then its sections under their headings, as Markdown."""
    plain, sections = [], []
    for name, field in model.model_fields.items():
        section = section_of(field.annotation)
        if section is None:
            facts = ", ".join(filter(None, [_type(field.annotation), _limits(field), _default(field)]))
            plain.append(f"`{name}`\n: {_description(model, name)}\n  *{facts[0].upper()}{facts[1:]}.*")
        else:
            below = f"{path}{name}"
            sections += [
                f"## `{heading(field.annotation, below)}`",
                _description(model, name),
                *keys(section, f"{below}."),
            ]
    return plain + sections


def _description(model: type[config.Section], name: str) -> str:
    if text := described(model).get(name):
        return text
    getLogger(__name__).warning("%s.%s has no description under its field", model.__name__, name)
    return ""


def _type(annotation: Any) -> str:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " ou ".join(f"`{json.dumps(value)}`" for value in inside)
    if origin in (UnionType, Union, Annotated):
        return _type(inside[0])
    return {list: "liste", dict: "table"}.get(origin) or TYPES[annotation]


def _limits(field: FieldInfo) -> str:
    signs = {Ge: ("≥", "ge"), Gt: (">", "gt"), Le: ("≤", "le")}
    known = [(*signs[type(limit)], limit) for limit in field.metadata if type(limit) in signs]
    return " et ".join(f"{sign}\u00a0{getattr(limit, name)}" for sign, name, limit in known)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "obligatoire"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", [], {}):
        return "rien par défaut"
    if isinstance(value, dict):
        return "`{ " + ", ".join(f"{k} = {v}" for k, v in value.items()) + " }` par défaut"
    return f"`{json.dumps(value)}` par défaut"


def fill_in(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == PAGE:
        for module in (config, config_change, config_flows, config_scenarios, config_synergies):
            app.env.note_dependency(module.__file__)
        source[0] = source[0].replace(PLACE, "\n\n".join(keys(config.StudyConfig)))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
