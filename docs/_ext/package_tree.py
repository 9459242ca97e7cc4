"""The modules of the package as its source files tell them: what each is for, and who imports whom."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "eit_analysis"


@dataclass(frozen=True)
class Module:
    """A module or a package: what it is for, the modules of the house it imports, the names it gives."""

    name: str
    purpose: str
    imports: frozenset[str]
    holds: frozenset[str]
    tree: ast.Module


@cache
def read_modules() -> dict[str, Module]:
    """Every module of the package, by its dotted name."""
    trees = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        if path.name == "__main__.py":  # runs the command as soon as it is imported
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        trees[name] = ast.parse(path.read_text("utf-8"))
    return {
        name: Module(name, _purpose(tree), _imported(tree) & trees.keys() - {name}, _held(tree), tree)
        for name, tree in trees.items()
    }


def _purpose(tree: ast.Module) -> str:
    return " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())


def _imported(tree: ast.Module) -> frozenset[str]:
    """Dotted names that may be modules: ``from a import b`` asks for ``a`` and perhaps for ``a.b``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def _held(tree: ast.Module) -> frozenset[str]:
    """The functions and classes that a module defines, and those that a package passes on."""
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ImportFrom)]
    passes_on = any(
        isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "__all__" for n in tree.body
    )
    names = {node.name for node in nodes if not isinstance(node, ast.ImportFrom)}
    if passes_on:
        names |= {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return frozenset(names)


def children(package: str, known: dict[str, Module]) -> list[str]:
    """The modules and packages directly inside a package."""
    return [name for name in known if name.rpartition(".")[0] == package]


def imports_between_children(package: str, known: dict[str, Module]) -> dict[str, set[str]]:
    """For each child of a package, the other children that it, or anything inside it, imports."""

    def child(name: str) -> str:
        return ".".join(name.split(".")[: package.count(".") + 2])

    graph: dict[str, set[str]] = {name: set() for name in children(package, known)}
    for module in known.values():
        if child(module.name) in graph:
            graph[child(module.name)] |= {child(target) for target in module.imports}
    return {name: (targets & graph.keys()) - {name} for name, targets in graph.items()}
