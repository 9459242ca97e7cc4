"""The catalogue of findings (``findings.csv``): what cleaning finds in a cell, a row or a file.

A code may have variants, after a dot: they are logged under the code before it, and have other sentences.

=============== =====================================================================================
``kind``        ``unreadable`` (a file), ``refusal`` (quarantine), ``mark`` (kept but implausible),
                ``correction``, ``ignored`` (a row of a register that is left out)
``severity``    ``file`` and ``value`` are lost, ``doubt`` is kept and to be confirmed, ``check`` is a
                reading to check, ``note`` asks nothing, ``trace`` is not shown to the firm
``group``       of corrections, for the tables of survey quality; of refusals, ``missing`` (a value that is
                required) and ``number`` (a cell that is no number); of marks, ``counted`` (asked, and kept
                in the totals)
``asks``        what the question is about, where it is not the cell: the ``quantity`` of the row, the
                ``sheet``, the row of the ``site``; or who answers where it is not the firm: ``office``
``label_fr``    a few words, for tables
``sentence_fr`` what is found, with fields in braces; of a correction, the clean value that is logged
``advice_fr``   what the study office may do
``question_fr`` what the firm reads instead, with its full stop where it is a sentence
=============== =====================================================================================

A field is a number or a text; a number names the function of `french` that writes it: ``{mass:short}``.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, NamedTuple

import pandas as pd

from eit_analysis import french, reference

CELL = "cell_"  # before the code of a refusal of one cell only, whose row is kept
WRITTEN: dict[str, Callable[[float], str]] = {
    "exact": french.exact,
    "exact8": partial(french.exact, decimals=8),
    "short": french.short,
    "tonnes": french.tonnes,
}
COLUMNS = {"refusal": "reason", "mark": "reason", "correction": "rule", "ignored": "ignored"}


class Entry(NamedTuple):
    """A row of the catalogue, and the fields of its templates."""

    kind: str
    severity: str
    group: str
    asks: str
    label: str
    sentence: str
    advice: str
    question: str
    fields: frozenset[str]


@cache
def catalogue() -> dict[str, Entry]:
    """Every code with its row; spaces before French marks are made no-break ones."""
    table = reference.load("findings").fillna("")
    rows = {}
    for code, *cells in table.itertuples(index=False):
        kind, severity, group, asks, label, *texts = map(str, cells)
        sentence, advice, question = map(french.bound, texts)
        parsed = string.Formatter().parse(sentence + advice + question)
        fields = frozenset(name for _, name, *_ in parsed if name and name != "clean")
        rows[str(code)] = Entry(kind, severity, group, asks, label, sentence, advice, question, fields)
    return rows


class _French(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        write = WRITTEN.get(format_spec)
        return write(value) if write else format(value, format_spec)


@dataclass(frozen=True)
class Finding:
    """A code of the catalogue with the values of its fields; see `finding`.

    ``of_cell``: a refusal of one cell only, whose row is kept.
    """

    code: str
    fields: tuple[tuple[str, Any], ...] = ()
    of_cell: bool = False

    @property
    def entry(self) -> Entry:
        return catalogue()[self.code]

    @property
    def logged(self) -> str:
        """The code that is written in the logs."""
        return (CELL if self.of_cell else "") + self.code.partition(".")[0]

    @property
    def sentence(self) -> str:
        return self.written(self.entry.sentence)

    @property
    def advice(self) -> str:
        return self.written(self.entry.advice)

    @property
    def message(self) -> str:
        """What is found, and what the study office may do."""
        return "\u00a0; ".join(text for text in (self.sentence, self.advice) if text)

    def question(self, clean: str = "") -> str:
        """What the firm reads: its own sentence, else that of the study office.

        Parameters
        ----------
        clean : str
            Of a correction, what was read.
        """
        own = self.written(self.entry.question, clean=clean)
        return own or (f"{self.sentence}." if self.entry.sentence else "")

    def in_cell(self) -> Finding:
        return replace(self, of_cell=True)

    def masked(self, hide: Callable[[str], str]) -> Finding:
        """The same with its texts as a log may hold them."""
        fields = ((name, hide(value) if isinstance(value, str) else value) for name, value in self.fields)
        return replace(self, fields=tuple(fields))

    def written(self, template: str, **more: str) -> str:
        """A template with the values of the fields, numbers as French writes them."""
        return _French().vformat(template, (), {**dict(self.fields), **more})


def finding(code: str, **fields: Any) -> Finding:
    """A finding.

    Raises
    ------
    KeyError
        When the catalogue has no such code.
    TypeError
        When the fields are not those of its templates.
    """
    if catalogue()[code].fields != fields.keys():
        raise TypeError(f"{code}: fields {sorted(fields)}, templates {sorted(catalogue()[code].fields)}")
    return Finding(code, tuple(fields.items()))


def of_cells(codes: pd.Series) -> pd.Series:
    """Whether each logged refusal is about one cell, and not about its whole row."""
    return codes.astype("str").str.startswith(CELL)


def setting_aside(marks: pd.DataFrame) -> pd.DataFrame:
    """The marks, but for those whose value counts while it is asked."""
    return marks[~marks["reason_code"].isin(codes(kind="mark", group="counted"))]


def codes(**wanted: str) -> frozenset[str]:
    """Codes whose row has these values: ``codes(severity="check")``."""
    return frozenset(
        code
        for code, entry in catalogue().items()
        if all(getattr(entry, name) == value for name, value in wanted.items())
    )


@cache
def labels() -> dict[str, dict[str, str]]:
    """French label of each logged code, by the column that holds it: ``reason``, ``rule`` or ``ignored``."""
    found: dict[str, dict[str, str]] = {column: {} for column in COLUMNS.values()}
    for code, entry in catalogue().items():
        if entry.label:
            found[COLUMNS[entry.kind]][Finding(code).logged] = entry.label
            if entry.kind == "refusal" and entry.group == "file":  # the reader notes it, cleaning refuses it
                found["rule"][code] = entry.label
    return found
