"""The catalogue of findings: every code that the package gives has its row, and every row its use."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import eit_analysis
from eit_analysis import reference
from eit_analysis.intake.registers.files import REGISTERS
from eit_analysis.intake.sheets.ledger import CORRECTIONS, Ledger
from eit_analysis.intake.sheets.personal import HEADERS
from eit_analysis.reference.findings import CELL, catalogue, codes, finding, labels

PACKAGE = Path(eit_analysis.__file__).parent
# The place of a code, which is followed by its fields by name.
MAKERS = {"finding": 0, "CellError": 0, "UnreadableError": 0, "mark": 3}
LOGS = {"correct", "write"}  # a rule last


@cache
def nodes() -> list[ast.Call | ast.Constant]:
    """Every call and every constant of the package; read when asked for, by the process that asks."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Constant)]


def calls() -> Iterator[ast.Call]:
    return (node for node in nodes() if isinstance(node, ast.Call))


def texts(node: ast.AST | None) -> set[str]:
    """The texts that an expression may be, where it says so: ``"a" if x else "b"``."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def made() -> Iterator[tuple[str, set[str] | None]]:
    """Codes given by name, with their fields where these are named too."""
    for call in calls():
        place = MAKERS.get(name_of(call), 0)
        if name_of(call) in MAKERS and len(call.args) > place:
            names = {word.arg for word in call.keywords}
            for code in texts(call.args[place]):
                yield code, None if None in names else {str(name) for name in names}


def logged() -> set[str]:
    """Rules of corrections and problems of numbers, given by name."""
    found: set[str] = set()
    for call in calls():
        if name_of(call) in LOGS and len(call.args) > 2:
            found |= texts(call.args[-1])
        if name_of(call) in ("Number", "_replace"):
            for word in call.keywords:
                found |= texts(word.value) if word.arg in ("rule", "problem") else set()
    return found - {""}


def constants() -> set[str]:
    """Every text of the package, with the whole of those that are put together from two parts, and the
    reasons that the declarations of registers, of headers of persons and of spellings give."""
    found = {node.value for node in nodes()
             if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    found |= {reason for register in REGISTERS.values() for layout in register.layouts
              for words in layout.ignore.values() for reason in words.values()}  # fmt: skip
    found |= set(reference.load("number_spellings")["rule"].dropna())
    return found | {f"dropped_{kind}" for kind in HEADERS}


def test_every_code_given_has_its_row():
    given = {code for code, _ in made()} | logged()
    assert len(given) > 100 and given <= set(catalogue())


def test_every_row_is_used():
    assert set(catalogue()) <= constants()


def test_fields_are_those_of_the_templates():
    named = [(code, fields) for code, fields in made() if fields is not None]
    assert len(named) > 90
    assert not [(code, fields) for code, fields in named if fields != catalogue()[code].fields]


def test_finding_without_its_row_or_with_other_fields_is_refused():
    with pytest.raises(KeyError):
        finding("never_heard_of")
    with pytest.raises(TypeError):
        finding("unknown_unit")
    with pytest.raises(TypeError):
        finding("missing_value", unit="t")
    ledger = Ledger()
    ledger.correct(ledger.place("a.xlsx"), 1, "", "", "", "never_heard_of")
    with pytest.raises(KeyError):
        ledger.frame(ledger.corrected, CORRECTIONS)


def test_rows_are_whole():
    table = reference.load("findings").fillna("")
    assert table["code"].is_unique
    kinds = {"unreadable", "refusal", "mark", "correction", "ignored"}
    assert set(table["kind"]) == kinds
    assert set(table["severity"]) == {"file", "value", "doubt", "check", "note", "trace"}
    assert set(table["asks"]) == {"", "quantity", "sheet", "site", "office"}
    known = labels()
    for code, entry in catalogue().items():
        column = {"correction": "rule", "ignored": "ignored"}.get(entry.kind, "reason")
        assert entry.kind == "unreadable" or code.partition(".")[0] in known[column], code
        assert bool(entry.sentence) or entry.kind in ("correction", "ignored"), code
        assert not entry.sentence.endswith(".") or code == "unreadable_file", code
        for template in (entry.sentence, entry.advice, entry.question):
            assert all(spec in ("", "g", ".0f", "exact", "exact8", "short", "tonnes")
                       for _, name, spec, _ in string.Formatter().parse(template) if name)  # fmt: skip


def test_sentence_of_the_office_and_question_of_the_firm():
    slip = {"mass": 85_000.0, "corrected": 85.0, "ratio": 1000.0, "category": "carton"}
    found = finding("decimal_slip.high", **slip)
    assert found.logged == "decimal_slip" and found.in_cell().logged == f"{CELL}decimal_slip"
    assert found.message.startswith("85\u00a0000 t par an, soit 1\u00a0000 fois plus par salarié")
    assert found.message.endswith("kilogrammes et tonnes\u00a0; vérifiez auprès de l'entreprise")
    assert found.question().startswith("85\u00a0000\u00a0t par an\u00a0: ne serait-ce pas 85\u00a0t\u00a0?")


def test_factor_of_a_unit_is_written_with_its_family():
    numbers = {"tonnes": 0.0629, "low": 0.0297, "high": 0.089}
    found = finding("unit_converted", unit="m3", family="carton", source="US EPA", **numbers)
    assert "carton" in found.sentence and "0,0629" in found.sentence and "EPA" in found.sentence
    assert "EPA" not in found.question()


def test_what_is_asked_follows_from_the_catalogue():
    assert codes(asks="office") == {"same_siret"}
    assert {"missing_value", "missing_mass", "missing_unit", "missing_period"} == codes(group="missing")
