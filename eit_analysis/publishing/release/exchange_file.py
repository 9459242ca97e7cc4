"""The file that other territories get: released tables as CSV in a ZIP, with a Data Package descriptor.

It holds, of each table, the rows and the numbers that the page prints for everybody: nothing is reckoned, and
nothing withheld is in it. The same tables make the same bytes.

Sources: Data Package, Tabular Data Resource and Table Schema, version 1 (Frictionless Data).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from eit_analysis import french
from eit_analysis.config import StudyConfig
from eit_analysis.errors import CONTROLS, InputError
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.released import Released, Seen
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import exchange, sentence
from eit_analysis.study import Study

AUDIENCE = "public"
DESCRIPTOR = "datapackage.json"


@dataclass(eq=False, repr=False)
class ExchangeFile(Released):
    """The exchange file of a territory."""

    viewer: Viewer
    title: str
    name: str  #: its file without suffix
    #: What the descriptor says of the whole: title, licence, contact; no day, which would change the bytes.
    about: dict[str, Any]
    tables: Mapping[str, Table]  #: released tables by their name in the format, whose columns they have

    def seen_by(self, viewer: Viewer, seen: Seen) -> ExchangeFile:
        return replace(super().seen_by(viewer, seen), viewer=viewer)

    @property
    def leaves(self) -> bool:
        """Whether this audience gets it: what everybody may read, and nothing else."""
        return self.viewer.audience == AUDIENCE

    @property
    def says(self) -> bool:
        """Who neither gets it nor gives it has nothing to do with it."""
        return self.leaves or self.viewer.internal

    @property
    def path(self) -> str:
        return f"{exchange.SENT}/{self.name}.zip"

    def members(self) -> dict[str, str]:
        """What is packed in it, by name: tables that have a row, and the descriptor."""
        rows = {name: printed_rows(table, name) for name, table in self.tables.items()}
        texts = {f"{name}.csv": to_csv(frame) for name, frame in rows.items() if len(frame)}
        resources = [
            _resource(name, frame, texts[f"{name}.csv"]) for name, frame in rows.items() if len(frame)
        ]
        package = {**self.about, exchange.PROFILE: exchange.FORMAT, "resources": resources}
        return {DESCRIPTOR: json.dumps(package, ensure_ascii=False, indent=1) + "\n", **texts}

    def plain(self) -> str:
        return f"{self.title} ({french.counted(len(self.tables), 'table', 'tables')})"

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("exchange", self, link) if self.says else Markup("")


def description(settings: StudyConfig, study: str, wave: str) -> dict[str, Any]:
    """What the descriptor says of the whole file."""
    licence = settings.exchange.licence
    title, path = exchange.LICENCES[licence]
    about = {
        "name": french.file_words(f"eit {study} {wave}", 80) or "eit",
        "title": harmless(settings.title),
        "profile": "tabular-data-package",
        "version": f"{exchange.FORMAT}.0.0",
        "licenses": [{"name": licence, "title": title, "path": path}],
    }
    if contact := harmless(settings.page.contact):
        about["contributors"] = [{"title": contact, "role": "contact"}]
    return about


def printed_rows(table: Table, name: str) -> pd.DataFrame:
    """The columns of the format that a table has, as it prints them: withheld rows are not there.

    A column is kept when it has a value; closed cells are empty.
    """
    shut = table.shut
    data = table.frame.astype(object).where(~shut, None)[~table.hidden]
    wanted = exchange.columns(name)
    kept = {}
    for column, dtype in zip(wanted["column"], wanted["dtype"], strict=True):
        if column in data and not all(map(wording.is_missing, data[column])):
            kept[column] = pd.Series([_cell(v, column, dtype) for v in data[column]], dtype=object)
    return pd.DataFrame(kept)


def _cell(value: object, column: str, dtype: str) -> object:
    if wording.is_missing(value):
        return None
    if dtype == "str" or not isinstance(value, int | float | np.number):
        return harmless(str(value))
    if dtype == "int":
        return int(value)
    number = float(value)
    return number if column in wording.PARAMETERS else round(number, wording.heading(column).decimals)


def harmless(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula."""
    plain = " ".join(CONTROLS.sub(" ", text).split())
    return f"'{plain}" if re.match(r"[-=+@]", plain) else plain


def to_csv(frame: pd.DataFrame) -> str:
    """A table for machines: commas, decimal points, codes, empty cells for what is missing."""
    texts = frame.map(lambda value: f"{value:.12g}" if isinstance(value, float) else value)
    return texts.to_csv(index=False, lineterminator="\n")


def _resource(name: str, frame: pd.DataFrame, text: str) -> dict[str, Any]:
    declared = {row["column"]: row for row in exchange.columns(name).to_dict("records")}
    content = text.encode()
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [_field(column, declared[column]) for column in map(str, frame.columns)],
            "missingValues": [""],
        },
    }


def _field(column: str, declared: dict[Hashable, Any]) -> dict[str, Any]:
    """One field of a Table Schema, in the words of the vocabulary."""
    style = wording.heading(column)
    kind = {"int": "integer", "float": "number"}.get(str(declared["dtype"]), "string")
    field: dict[str, Any] = {"name": column, "title": style.header, "type": kind}
    if style.description:
        field["description"] = style.description
    if unit := str(declared["unit"]):
        field["unit"] = unit
    if declared["required"] == "yes":
        field["constraints"] = {"required": True}
    return field


def shared(study: Study) -> str:
    """One French sentence about the exchange file beside the public pages of a wave.

    Raises
    ------
    InputError
        When the pages hold none: the notebook that makes it is missing or failed.
    """
    files = sorted((study.reports(AUDIENCE) / exchange.SENT).glob("*.zip"))
    if not files:
        folder = study.reports(AUDIENCE).relative_to(study.root)
        raise InputError(sentence("exchange_unmade"), file=folder)
    size = french.one_decimal(files[0].stat().st_size / 1000)
    place = files[0].relative_to(study.root).as_posix()
    return f"Fichier d'échange\u00a0: {place} ({size}\u00a0ko, licence {study.settings.exchange.licence})."
