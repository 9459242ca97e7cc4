"""What the number of actors that hold a share says: fewer of them hold less.

« 80 % of the tonnes come from 10 actors » says that no nine of them hold 80 %. The sum of the n - 1 largest
is convex, so that this is linear with one threshold u and one excess s_i for each firm:

    (n - 1) u + sum_i s_i <= p M,   s_i >= m_i - u,   s_i >= 0,   u >= 0.

That ten do hold 80 % is not convex, and not used.
"""

from __future__ import annotations

import numpy as np

from .knowledge import Form, Known, Universe, cell
from .layout import Cell, places_of
from .pages import Table
from .rounding import number
from .rule import contributions

NOBODY = ""  # owner of what is no record of the survey


def read_holders(table: Table, out: Universe, known: Known) -> list[Cell]:
    """The inequalities of a table of shares and numbers of actors; none where it is no such table."""
    places = places_of(table, ("threshold_percent", "n_sites"))
    if None in places:
        return []
    whole = cell(out, "mass_t_per_year", np.ones(len(out.keys), dtype=bool))
    firms = contributions(whole, known)
    truth, found = known.truth, []
    for row in table.rows:
        share, count = (number(row[place]) for place in places)  # type: ignore[index]
        if share is None or count is None or count < 2 or count > len(firms):
            continue
        few, label = int(count) - 1, f"{table.title or table.file} | {row[0]}"
        masses = np.array([form.at(truth) for form in firms.values()])
        if np.sort(masses)[-few:].sum() > share / 100 * masses.sum():
            continue  # another population than the one it is read of
        level = float(np.sort(masses)[-few])
        excess = np.maximum(masses - level, 0.0)
        name = (out.name, label, table.file)
        u = known.variables("threshold", [name], [NOBODY], [level])
        s = known.variables("excess", [(*name, firm) for firm in firms], [NOBODY] * len(firms), excess)
        top = Form.of([(u, np.array([float(few)])), (s, np.ones(len(s)))])
        found.append(_row(label, top.less(whole, share / 100)))
        for form, one in zip(firms.values(), s, strict=True):
            least = Form.of([(np.array([u[0], one]), np.ones(2))])
            found.append(_row(label, form.less(least)))
    return found


def _row(label: str, form: Form) -> Cell:
    return Cell(label, "", "holders", form, (-np.inf, 0.0), False, kind="relation")
