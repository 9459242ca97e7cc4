"""pyproject.toml, environment.yml, the locks and docs/dependencies.md say the same thing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_ON_CONDA_FORGE: set[str] = set()


def requirements(lines: list[str]) -> dict[str, Requirement]:
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


RUNTIME = requirements(PYPROJECT["project"]["dependencies"])
DEV = requirements(PYPROJECT["dependency-groups"]["dev"])
LAB = requirements(PYPROJECT["dependency-groups"]["lab"])
DOCS = requirements(PYPROJECT["dependency-groups"]["docs"])
PEERS = requirements(PYPROJECT["dependency-groups"]["peers"])
DIRECT = RUNTIME | DEV | LAB | DOCS


def pins(lock: str) -> list[tuple[str, str]]:
    return re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)


def imported(folder: str) -> set[str]:
    """Top-level names of everything a folder imports from outside itself and the standard library."""
    files = list((ROOT / folder).rglob("*.py"))
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(str(node.module).split(".")[0])
    sample = (ROOT / "data" / "raw" / "thur-doller").glob("*.py")  # its generator
    own = {"eit_analysis", "benchmarks", folder, *(path.stem for path in (*files, *sample))}
    own |= {path.parent.name for path in files}
    return found - set(sys.stdlib_module_names) - own


known = cache(packages_distributions)  # reads every file of the environment


def distributions(modules: set[str]) -> dict[str, set[str]]:
    return {module: {canonicalize_name(name) for name in known().get(module, [])} for module in modules}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", RUNTIME | DEV),
        ("requirements-lab.lock", LAB),
        ("requirements-docs.lock", DOCS),
        ("requirements-peers.lock", PEERS),
    ],
)
def test_the_lock_pins_every_direct_dependency_within_its_bounds(lock: str, wanted: dict) -> None:
    locked = dict(pins(lock))
    assert wanted.keys() <= locked.keys()
    outside = [str(r) for name, r in wanted.items() if not r.specifier.contains(locked[name])]
    assert outside == []


@pytest.mark.parametrize("lock", [path.name for path in sorted(ROOT.glob("requirements*.lock"))])
def test_the_lock_holds_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://| @ |^-|--(?!hash=)\S+", text, flags=re.MULTILINE) == []


def test_every_python_version_gets_the_same_versions() -> None:
    names = [name for name, _ in pins("requirements.lock")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("lock", ["requirements-lab.lock", "requirements-docs.lock"])
def test_what_goes_beside_the_main_lock_has_its_versions(lock: str) -> None:
    main, beside = dict(pins("requirements.lock")), dict(pins(lock))
    assert {name: beside[name] for name in main.keys() & beside.keys()} == {
        name: main[name] for name in main.keys() & beside.keys()
    }


def test_jupyterlab_stays_out_of_the_main_lock() -> None:
    main = dict(pins("requirements.lock"))
    # With these, importing nbformat builds a grammar and takes a second longer.
    assert main.keys().isdisjoint({"jupyter-server", "lark", "rfc3987-syntax", "rfc3339-validator", "fqdn"})


def test_the_conda_environment_has_the_same_bounds() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^( +)- ([a-z][^:\n]*)$", text.split("dependencies:")[1], flags=re.MULTILINE)
    conda = requirements([line for indent, line in listed if len(indent) == 2])
    by_pip = requirements([line for indent, line in listed if len(indent) > 2])
    assert by_pip.keys() == NOT_ON_CONDA_FORGE
    assert str(conda.pop("python").specifier) == PYPROJECT["project"]["requires-python"]
    conda.pop("pip")
    both = conda | by_pip
    assert {name: r.specifier for name, r in both.items()} == {
        name: r.specifier for name, r in DIRECT.items()
    }


def test_what_the_package_imports_is_what_it_declares() -> None:
    found = distributions(imported("eit_analysis"))
    assert {module for module, names in found.items() if not names & RUNTIME.keys()} == set()
    assert RUNTIME.keys() - set().union(*found.values()) == set()


def test_what_the_tests_import_is_declared() -> None:
    found = distributions(imported("tests"))
    assert {module for module, names in found.items() if not names & (RUNTIME | DEV).keys()} == set()


def test_every_direct_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    in_use = text.split("## Tried")[0]
    explained = re.findall(r"^\| ([\w.-]+) \|", in_use, flags=re.MULTILINE)
    assert set(explained) - {"package"} == (DIRECT | PEERS).keys()
