"""The exchanges of several studies: their tables in, one file of candidates and one page for the team out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from eit_analysis import reference
from eit_analysis.config_synergies import Scoring
from eit_analysis.errors import UsageError
from eit_analysis.files import open_atomic
from eit_analysis.flows.dimensions import counted, marked
from eit_analysis.french import whole
from eit_analysis.prepared import open_study
from eit_analysis.publishing.html import rendered
from eit_analysis.publishing.project_page import SEVERAL, write_project_page
from eit_analysis.publishing.wording import cell, heading
from eit_analysis.study import Study
from eit_analysis.synergies.across import circles, exchanges_across, stacked
from eit_analysis.synergies.nationwide import WORDS
from eit_analysis.synergies.substitution import CANDIDATE_COLUMNS

FILE, PAGE = "data/batch/exchanges.parquet", "reports/echanges.html"
MOST_ROWS = 200  # of the page
COLUMNS = CANDIDATE_COLUMNS[1:]  # but for their name, which is their two flows
NUMBERS = [name for name in COLUMNS if name.endswith(("_per_year", "_percent", "_per_t", "_km"))]
NUMBERS += ["yield_central", "fit"]
COUNTS = ["months_in_common", "maturity"]
KINDS = dict.fromkeys(NUMBERS, pa.float32())  # seven digits are more than anybody weighs
KINDS |= dict.fromkeys(COUNTS, pa.int8()) | dict.fromkeys(WORDS, pa.dictionary(pa.int16(), pa.string()))
SCHEMA = pa.schema([(name, KINDS.get(name, pa.string())) for name in COLUMNS])
# Dictionaries of the others take a tenth of the command's time and save a twentieth of the file. Without
# Arrow's own schema, who reads the file has words.
WRITTEN = {"use_dictionary": [*WORDS, *COUNTS], "write_statistics": False, "store_schema": False}
MASS, SIDES = "diverted_t_per_year", ["giver_site_id", "taker_site_id"]
SHOWN = ["category", "use", *SIDES, MASS, "distance_km", "fit"]


@dataclass(frozen=True)
class Matched:
    """How many exchanges were found, and how many of them join two studies; establishments counted once."""

    rows: int
    across: int
    repeated: int
    alone: list[str]  #: studies that share with none of the others


def match(root: Path, names: list[str], radius_km: float, top: int) -> Matched:
    """Match the last waves of studies, write all candidates as Parquet and the best ones as a page.

    Raises
    ------
    UsageError
        When no two of the studies share with each other; the sentence says what to write, and where.
    """
    studies = {name: open_study(name, root=root) for name in names}
    shares = {name: study.settings.exchange.shares_with for name, study in studies.items()}
    joined = {name for _, partners in circles(shares) for name in partners}
    if not joined:
        raise UsageError(reference.sentence("match_nobody"))
    # Checking and decoding the files is what waits most, and needs no lock of the interpreter.
    with ThreadPoolExecutor() as readers:
        tables = readers.map(lambda name: prepared_tables(studies[name]), joined)
        flows, sites, repeated = stacked(dict(zip(joined, tables, strict=True)))
    rows, across, best, least = 0, 0, pd.DataFrame(), -np.inf
    with (
        open_atomic(root / FILE) as stream,
        pq.ParquetWriter(stream, SCHEMA, **WRITTEN) as writer,
        ThreadPoolExecutor(1) as hand,
    ):
        written = hand.submit(lambda: None)
        found = exchanges_across(
            flows, sites, reference.load("compatibility"), shares, radius_km, Scoring().detour_factor, top
        )
        for part, between in found:
            written.result()  # one part is written while the next is made
            written = hand.submit(writer.write_table, narrow(part, sites["own_id"]))
            rows, across = rows + len(part), across + int(between.sum())
            # Unknown masses come last, and only where there is room for them.
            best = _best_first(pd.concat([best, part.loc[between & ~(part[MASS] < least), SHOWN]]))
            least = best[MASS].iloc[-1] if len(best) == MOST_ROWS else least
        written.result()
    matched = Matched(rows, across, repeated, sorted(set(names) - joined))
    fictional = all(study.settings.fictional for study in studies.values())
    _write_page(root, best, sites, matched, radius_km, fictional)
    return matched


def _best_first(candidates: pd.DataFrame) -> pd.DataFrame:
    """The best of each pair of sites and use."""
    ordered = candidates.sort_values(MASS, ascending=False, kind="stable")
    return ordered.drop_duplicates([*SIDES, "use"]).head(MOST_ROWS)


def prepared_tables(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The flows that its own pages count, and its sites."""
    marks = study.imported("implausible")
    return counted(marked(study.load("flows"), marks)), study.load("sites")


def narrow(part: pd.DataFrame, own_ids: pd.Series) -> pa.Table:
    """Candidates as they are written, sites by their ids."""
    part = part.assign(**{side: own_ids.iloc[part[side].to_numpy()].array for side in SIDES})
    columns = [pa.array(part[name], from_pandas=True) for name in COLUMNS]
    return pa.Table.from_arrays(columns, COLUMNS).cast(SCHEMA)


def _write_page(
    root: Path, best: pd.DataFrame, sites: pd.DataFrame, matched: Matched, radius_km: float, fictional: bool
) -> None:
    ends = {side: sites.iloc[best[side]] for side in SIDES}
    named = {side: end["name"] + " (" + end["study"].astype("str") + ")" for side, end in ends.items()}
    shown = best.assign(**{side: names.array for side, names in named.items()})
    header = [heading(name).titled for name in SHOWN]
    rows = [list(map(cell, row, SHOWN)) for row in shown.itertuples(index=False)]
    counts = {"found": whole(matched.rows), "across": whole(matched.across)}
    counts["radius"] = cell(radius_km, "distance_km")
    body = rendered("exchanges", header=header, rows=rows, matched=matched, file=FILE, **counts)
    title = "Échanges possibles entre territoires"
    write_project_page(root / PAGE, body, audience="internal", title=title, of=SEVERAL, fictional=fictional)
