"""Writes the columns of every table into the guide, from the contract (``eit_analysis/tables.py``)."""

from __future__ import annotations

from sphinx.application import Sphinx

from eit_analysis import tables

PAGE, PLACE = "guide/tables", "<!-- tables -->"
SENSITIVITY = {"public": "publique", "consented": "avec accord", "summed": "en totaux, avec accord"}
SENSITIVITY["confidential"] = "confidentielle"


def dictionary() -> str:
    """A heading and a Markdown table for each table; what all of them end with is listed once."""
    common = tables.fields("sites").keys() & tables.fields("flows").keys() - {"site_id"}
    parts = []
    for name in tables.TABLES:
        rows = [row(column, field) for column, field in tables.fields(name).items() if column not in common]
        head = "| colonne | en-tête | contenu | diffusion |\n|---|---|---|---|"
        parts.append(f"## `{name}`\n\nFeuille *{tables.sheet_name(name)}*.\n\n" + "\n".join([head, *rows]))
    return "\n\n".join(parts)


def row(column: str, field: dict) -> str:
    labels = ", ".join(f"{label} `{code}`" for code, label in (field["labels"] or {}).items())
    content = f"{field['description']} : {labels}" if labels else field["description"]
    return f"| `{column}` | {field['header']} | {content} | {SENSITIVITY[field['sensitivity']]} |"


def fill_in(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == PAGE:
        app.env.note_dependency(tables.__file__)
        source[0] = source[0].replace(PLACE, dictionary())


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
