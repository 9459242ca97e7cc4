"""Who answered: actors known, actors who sent an answer, and those who have stopped answering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis import tables
from eit_analysis.breakdown import Breakdown
from eit_analysis.codes import ACTOR_TYPES
from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.headers import form_spec
from eit_analysis.intake.sheets.reader import read_list
from eit_analysis.intake.sheets.spec import Reading, find_layout
from eit_analysis.intake.sheets.workbook import read_files
from eit_analysis.records import TOTAL
from eit_analysis.reference import sentence

UNKNOWN = "unknown"  # nature of an actor from whom nothing came back, or who left it blank
OTHERS_TOGETHER = "others_together"  # natures of too few actors to stand alone
CONTACTED_FILE = "acteurs.csv"  # in the folder of the study
LEAST_HEADERS = 2
CONTACTED = ["site_id", "name", "siret", "commune_name"]
# What its prefilled form says of each; the analyst may leave all but the first two out.
LISTED = [
    "site_id", "name", "siret", "naf_code", "commune_name", "commune_code", "postcode", "headcount",
]  # fmt: skip
# The sheets that every actor has something for: most have neither heat nor water to pass on, and the study
# itself writes down leads and what actors answer to them.
OTHERS = ("sites", "utilities", "synergy_register", "exchange_answers")
RESPONSE_TABLES = [n for n in tables.TABLES if n not in OTHERS]

Wave = Mapping[str, pd.DataFrame]  # tidy tables by name


def _reader(column: str) -> Callable[[Any], Reading]:
    """What reads a cell of the list; only an actor without an identifier of its own is refused."""

    def read(cell: Any) -> Reading:
        # A text that a spreadsheet would take for a formula was written behind an apostrophe.
        value = readable("sites", column, clean_text(cell).removeprefix("'"))
        unnamed = column == "site_id" and value is None
        return Reading(value, error=CellError("bad_identifier.actor") if unnamed else None)

    return read


SITES = form_spec("sites")
ACTORS = replace(
    SITES,
    columns={name: replace(SITES.columns[name], read=_reader(name), free=False) for name in LISTED},
    means=lambda text: found if (found := SITES.means(text)) and found.column in LISTED else None,
)


def read_contacted(path: Path) -> pd.DataFrame:
    """``site_id, name, siret, commune_name`` of the actors that were contacted: see `read_listed`."""
    return read_listed(path)[CONTACTED].astype("str")


def read_listed(path: Path) -> pd.DataFrame:
    """The actors that the study office has contacted, from its list as it is after its own edits.

    Parameters
    ----------
    path : pathlib.Path
        CSV or workbook with the headers *Identifiant*, *Raison sociale*, *SIRET*, *Commune* and others of the
        sheet *Entreprise*; the first is enough beside one other. Order, case, encoding, separator are free.

    Returns
    -------
    pandas.DataFrame
        The columns ``LISTED``, empty when there is no such file. A SIRET that was spoilt is missing.

    Raises
    ------
    InputError
        When the file cannot be read, or a row has no identifier of its own: the count would be wrong.
    """
    if not path.exists():
        return pd.DataFrame(columns=LISTED, dtype=object)
    raw = next(read_files([path], path.parent))
    cells = Rows.of(raw.sheets[0].rows if raw.sheets else [])
    layout = find_layout(ACTORS, cells)
    if raw.problem or layout is None or not layout.whole or layout.found < LEAST_HEADERS:
        raise InputError(raw.problem or sentence("actors_no_header"), file=path.name)
    found = read_list(layout, cells, path.name)[LISTED].astype(object).drop_duplicates(ignore_index=True)
    found = found.where(found.notna(), None)
    twice = found["site_id"].duplicated()
    for site in found.loc[twice, "site_id"]:
        raise InputError(sentence("actors_twice", site=site), file=path.name, column="Identifiant")
    return found


def silent(contacted: pd.DataFrame, *sites: pd.DataFrame) -> pd.DataFrame:
    """Contacted actors from whom nothing came back: in no sheet *Entreprise* of these waves.

    The sheets are those of all actors: one that refuses all diffusion has answered, whoever looks.
    """
    heard = set().union(*(frame["site_id"] for frame in sites))
    return contacted[~contacted["site_id"].isin(heard)].reset_index(drop=True)


def known_actors(
    sites: pd.DataFrame, earlier: pd.DataFrame, contacted: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Actors of the wave, those of the earlier wave that have left it, those that were only contacted.

    Returns
    -------
    pandas.DataFrame
        ``site_id, actor_type``, the latter ``unknown`` for an actor that was only contacted.
    """
    columns = ["site_id", "actor_type"]
    gone = earlier[~earlier["site_id"].isin(sites["site_id"])]
    known = pd.concat([sites[columns], gone[columns]], ignore_index=True)
    if contacted is None:
        return known
    quiet = silent(contacted, known).assign(actor_type=UNKNOWN)
    return pd.concat([known, quiet[columns]], ignore_index=True)


def answered_in(wave: Wave) -> set[str]:
    """The actors with a usable row beyond *Entreprise*, and those who wrote there that they have no waste."""
    return set().union(*(wave[table]["site_id"] for table in RESPONSE_TABLES), _without_waste(wave))


def _without_waste(wave: Wave) -> set[str]:
    sites = wave["sites"]
    told = sites.get("no_waste")  # a later column: not in what was cleaned before
    return set() if told is None else set(sites.loc[told == "yes", "site_id"])


def response(sites: pd.DataFrame, wave: Wave) -> pd.DataFrame:
    """What each actor sent back; to write that one has no waste is to fill the sheet of flows.

    Returns
    -------
    pandas.DataFrame
        ``site_id, sheets_filled`` (of the five that an actor fills beside its own), ``rows_clean`` and
        ``missing_sheets`` (their French names), the least complete first.
    """
    frame = sites[["site_id"]].copy()
    counts = {t: frame["site_id"].map(wave[t]["site_id"].value_counts()) for t in RESPONSE_TABLES}
    by_table = pd.DataFrame(counts, index=frame.index).fillna(0).astype(int)
    filled = by_table > 0
    filled["flows"] |= frame["site_id"].isin(_without_waste(wave))
    frame["sheets_filled"] = filled.sum(axis=1)
    frame["rows_clean"] = by_table.sum(axis=1)
    frame["missing_sheets"] = [
        ", ".join(tables.sheet_name(table) for table in RESPONSE_TABLES if not row[table])
        for row in filled.to_dict("records")
    ]
    return frame.sort_values(["sheets_filled", "rows_clean"], kind="stable", ignore_index=True)


def response_rate(known: pd.DataFrame, wave: Wave, least: int = 0) -> Breakdown:
    """Response rate = actors who filled a sheet beyond *Entreprise* / actors known.

    Types of fewer than ``least`` actors are one row, with the next smallest until it has as many: a row that
    is hidden would be the total less those printed.

    Returns
    -------
    Breakdown
        ``actor_type, n_answered, n_contacted`` (actors), ``response_percent`` (%) and ``mean_sheets_filled``
        (of those who answered), with the total last; empty when no actor is known.
    """
    own = response(known, wave).merge(known.fillna({"actor_type": UNKNOWN}), on="site_id")
    sizes = own["actor_type"].value_counts(ascending=True)
    before = sizes.cumsum() - sizes
    few = sizes.index[(sizes < least) | before.between(1, least - 1)]
    own["actor_type"] = own["actor_type"].mask(own["actor_type"].isin(few), OTHERS_TOGETHER)
    own["answered"] = own["sheets_filled"] > 0
    own["sheets_filled"] = own["sheets_filled"].where(own["answered"])
    by_type = own.head(0) if len(few) == len(sizes) else own
    both = pd.concat([by_type, own.assign(actor_type=TOTAL)])
    rate = both.groupby("actor_type", as_index=False, sort=False).agg(
        n_answered=("answered", "sum"), n_contacted=("answered", "size"),
        mean_sheets_filled=("sheets_filled", "mean"),
    )  # fmt: skip
    rate.insert(3, "response_percent", 100 * rate["n_answered"] / rate["n_contacted"])
    order = [*ACTOR_TYPES, UNKNOWN, OTHERS_TOGETHER, TOTAL]
    rate = rate.sort_values("actor_type", key=lambda types: types.map(order.index), ignore_index=True)
    return Breakdown(rate, ["actor_type"], own, total=TOTAL)


def no_longer_answer(wave: Wave, earlier: Wave) -> pd.DataFrame:
    """Actors who answered the earlier wave and not this one: ``site_id, sheets_filled`` (of that wave)."""
    then = response(earlier["sites"], earlier)
    gone = then[(then["sheets_filled"] > 0) & ~then["site_id"].isin(answered_in(wave))]
    return gone[["site_id", "sheets_filled"]].sort_values("site_id", ignore_index=True)
