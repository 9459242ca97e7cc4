"""The house: imports go downward only, none in a circle, and one folding of accents serves all."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "eit_analysis"
STUDIES = ("flows", "synergies", "employment", "change")


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.Module) -> set[str]:
    """Every module of the package that a module imports, for types too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & modules().keys()


@cache
def imports() -> dict[str, set[str]]:
    return {name: imported(tree) for name, tree in modules().items()}


def room(name: str) -> str:
    return [*name.split("."), ""][1]


def test_no_import_goes_round_in_a_circle() -> None:
    # A package names its modules as its face, which is no use of them.
    faces = {name for name in modules() if (PACKAGE / Path(*name.split(".")[1:]) / "__init__.py").exists()}
    TopologicalSorter({name: used - faces for name, used in imports().items() if name not in faces}).prepare()


def test_studies_never_import_one_another_and_publishing_imports_none() -> None:
    for name, used in imports().items():
        others = {room(i) for i in used} & set(STUDIES)
        if room(name) in STUDIES:
            assert others <= {room(name)}, name
        if room(name) in ("publishing", "intake", "reference"):
            assert not others, name


def test_what_is_below_imports_nothing_from_above() -> None:
    order = ["errors", "french", "spreadsheet_csv", "records", "breakdown", "derived", "tables", "reference"]
    order += ["config_section", "config_change", "config_flows", "config_scenarios", "config_synergies"]
    order += ["config", "settings_file", "study", "intake"]
    above = {"publishing", "prepared", "cli", "commands", "outlets", "settings_checks", *STUDIES}
    for name, used in imports().items():
        if room(name) in order:
            assert not {room(i) for i in used} & above, name
    for below, over in (("errors", order[1:]), ("french", order[2:]), ("reference", ["study", "intake"])):
        for name, used in imports().items():
            if room(name) == below:
                assert not {room(i) for i in used} & set(over), name


def test_accents_are_folded_in_one_place() -> None:
    folding = [path.name for path in PACKAGE.rglob("*.py") if "NFKD" in path.read_text(encoding="utf-8")]
    assert folding == ["french.py"]
