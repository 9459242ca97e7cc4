"""A sum that carries its records: what a table prints, and which records of the survey are behind each row.

    y_row = sum_r c_r x_r,   over the records r that have the keys of the row,

x_r what an actor declared (tonnes, people), c_r a coefficient that anybody can know: 1, months active / 12,
the rate of a tax, the jobs of a tonne. An analysis returns a breakdown instead of a bare table, so that
disclosure control weighs the very records that were summed: nobody names them a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.errors import DisclosureError
from eit_analysis.records import Facts, Share, actors_behind, texts
from eit_analysis.reference import sentence


@dataclass(frozen=True, eq=False, repr=False)
class Breakdown:
    """A table of sums and the records summed.

    Attributes
    ----------
    frame : pandas.DataFrame
        The keys, then the values; one row each.
    keys : sequence of str
        The columns that name a row.
    records : pandas.DataFrame
        The keys, ``site_id``, ``measure`` and ``sums``; one row per record. What several actors know alike,
        such as the tonnes of a synergy, is one record with all of them (:func:`records.known_by`).
    measure : str or None
        The column of the records by which an actor weighs in a row; None where actors are only counted. Where
        the frame has it too, it is the sum of the records; any other value is reckoned from these alone.
    total : str or None
        The code that means *all values* in a column of keys.
    of : str, mapping or None
        The column of the records that actors declared, where ``measure`` is a public multiple of it; by name,
        where sums are multiples of different ones.
    people : bool
        Whether the measure counts people: rows of very few are then withheld.
    answers : bool
        Whether each record is what one person answered, and the keys what: told once, it is told again only
        as it was, for the difference of two counts is the answer of whoever came, left or was corrected.
    sums : sequence of str
        Further columns of the frame that are sums of the same column of the records.
    ends : sequence of str
        Bounds of the measure that are such sums too: printed as a class, they tell no number of their own,
        and are read with it or not at all.
    shares : mapping
        By column of the frame that is a share, of what it is one.
    facts : callable or None
        Makes what the rows tell beside their sums, :class:`Facts`: only outsiders' pages ask for it.
    team : sequence of str
        Columns for the team alone: amounts that no form links to what actors declared.
    regrouped : callable or None
        Makes the same table by as many other keys: an audience gets the finest of the levels of its keys
        (:mod:`reference.levels`) that still shows most.
    """

    frame: pd.DataFrame
    keys: Sequence[str]
    records: pd.DataFrame = field(repr=False)
    measure: str | None = None
    total: str | None = None
    of: str | Mapping[str, str] | None = None
    people: bool = False
    answers: bool = False
    sums: Sequence[str] = ()
    ends: Sequence[str] = ()
    shares: Mapping[str, Share] = field(default_factory=lambda: {"share_percent": Share()})
    facts: Callable[[], Facts] | None = field(default=None, repr=False)
    team: Sequence[str] = ()
    regrouped: Callable[[list[str]], Breakdown] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return (
            f"Breakdown of {self.measure or 'actors'} by {', '.join(self.keys)}: {len(self.frame)} rows, "
            f"{len(self.records)} records"
        )

    def _repr_html_(self) -> str:
        return self.frame.to_html(index=False, border=0, max_rows=20, na_rep="–", decimal=",")

    def outside(self) -> Breakdown:
        """Without the columns that are for the team alone."""
        measure = None if self.measure in self.team else self.measure
        kept = self.frame.drop(columns=[name for name in self.team if name in self.frame])
        return replace(self, frame=kept, measure=measure, team=())

    @cached_property
    def signed_weights(self) -> np.ndarray:
        """Shape (records,): how much each record weighs, below zero what is earned; 1 without a measure."""
        if self.measure is None:
            return np.ones(len(self.records))
        return self.records[self.measure].fillna(0).to_numpy(dtype=float)

    @cached_property
    def sites(self) -> np.ndarray:
        """Shape (records,): the unit that each record is of."""
        return self.records["site_id"].to_numpy(dtype=object)

    @cached_property
    def units(self) -> tuple[np.ndarray, list[str]]:
        """Shape (records,): the place of each record's unit among them, and all of these."""
        codes, units = pd.factorize(self.sites, use_na_sentinel=False)
        return codes, units.tolist()

    @cached_property
    def identities(self) -> list[list[tuple[str, str]]]:
        """For each row, its keys and their values as text, without those that mean *all values*."""
        return [
            [(key, text) for key, text in zip(self.keys, row, strict=True) if text != self.total]
            for row in zip(*(texts(self.frame[key]) for key in self.keys), strict=True)
        ]

    def members(self) -> Iterator[np.ndarray]:
        """For each row, a mask of shape (records,): the records behind it."""
        return map(self.behind, self.identities)

    def unnamed(self) -> list[np.ndarray]:
        """Masks of shape (records,): the groups of all keys that have records and no row."""
        named = {tuple(row) for row in self.identities}
        columns = [codes for codes, _ in self._columns.values()]
        found = pd.DataFrame(dict(enumerate(columns))).drop_duplicates().index
        words = [np.array(list(place), dtype=object)[codes[found]] for codes, place in self._columns.values()]
        groups = [list(zip(self.keys, row, strict=True)) for row in zip(*words, strict=True)]
        known = [group for group in groups if str(None) not in dict(group).values()]
        return [self.behind(group) for group in known if tuple(group) not in named]

    def behind(self, identity: list[tuple[str, str]]) -> np.ndarray:
        """Shape (records,): which records have these values of the keys."""
        mask = np.ones(len(self.records), dtype=bool)
        for key, text in identity:
            codes, place = self._columns[key]
            mask &= codes == place.get(text, -1)
        return mask

    @cached_property
    def _columns(self) -> dict[str, tuple[np.ndarray, dict[str, int]]]:
        """Of each key, the place of every record's value among its distinct ones, and these."""
        found = {key: pd.factorize(texts(self.records[key])) for key in self.keys}
        return {
            key: (codes, {text: at for at, text in enumerate(own)}) for key, (codes, own) in found.items()
        }

    def forms(self, column: str | None = None) -> csr_array:
        """The linear form of every number of a column over what the records declare.

        Parameters
        ----------
        column : str or None
            A column of the records; the measure by default.

        Returns
        -------
        scipy.sparse.csr_array
            Shape (rows, records): y_row is the sum of coefficient times :meth:`declared`.

        Raises
        ------
        DisclosureError
            When the records do not have the column.
        """
        coefficients = self.coefficients(column)
        masks = np.array(list(self.members()), dtype=bool).reshape(len(self.frame), len(self.records))
        return csr_array(masks * coefficients)

    def coefficients(self, column: str | None = None) -> np.ndarray:
        """Shape (records,): what each declared amount is multiplied by in the sums of a column."""
        name = column or self.measure
        if name is not None and name not in self.records:
            raise DisclosureError(f"« {name} » n'est pas une somme sur les enregistrements de l'enquête.")
        amounts = np.ones(len(self.records)) if name is None else self.records[name].to_numpy(dtype=float)
        declared = self.declared(name)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(np.where(declared != 0, amounts / declared, 0.0))

    def whole_forms(self, share: Share) -> csr_array:
        """Shape (rows, records): the linear form of what the share of each row is one of."""
        coefficients = self.coefficients(share.of)
        masks = [self.behind([pair for pair in row if pair[0] in share.within]) for row in self.identities]
        return csr_array(np.array(masks, dtype=bool).reshape(len(masks), len(coefficients)) * coefficients)

    @property
    def beside(self) -> dict[str, Share]:
        """The columns that are shares of the measure printed beside them."""
        if self.measure not in self.frame:
            return {}
        return {name: share for name, share in self.shares.items() if name in self.frame and not share.of}

    @property
    def drawn(self) -> set[str]:
        """The columns of a table of people that are no sum of its records: forecasts, drawn at random."""
        told = {*self.keys, self.measure, *self.sums, *self.shares}
        return {str(name) for name in self.frame if name not in told} if self.people else set()

    def wholes(self) -> dict[str, np.ndarray]:
        """For each column of ``beside``, what its share is of on each row."""
        amounts = np.nan_to_num(self.declared())
        return {name: self.whole_forms(share) @ amounts for name, share in self.beside.items()}

    def parts(self) -> dict[str, list[np.ndarray]]:
        """For each column of ``beside``, the ways in which rows are its wholes together, the coarsest first.

        Shape (rows,): a number that the rows of one whole have in common, -1 for those that are in none. In a
        way are all rows that name certain keys; of what no such row holds, those that name more.
        """
        amounts, rows = np.nan_to_num(self.declared()), [tuple(row) for row in self.identities]
        values = self.forms() @ amounts
        found: dict[str, list[np.ndarray]] = {}
        for name, share in self.beside.items():
            within = [tuple(pair for pair in row if pair[0] in share.within) for row in rows]
            codes, _ = pd.factorize(pd.Series(within, dtype=object))
            whole, found[name] = self.whole_forms(share) @ amounts, []
            for keys in sorted({tuple(key for key, _ in row) for row in rows}, key=len):
                of = [tuple(pair for pair in row if pair[0] in keys) for row in rows]
                own = {row for row, part in zip(rows, of, strict=True) if row == part}
                inside = np.array([len(part) == len(keys) for part in of], dtype=bool)
                inside &= [row == part or part not in own for row, part in zip(rows, of, strict=True)]
                sums = np.bincount(codes, values * inside)[codes]
                found[name].append(np.where(inside & np.isclose(sums, whole), codes, -1))
        return found

    def declared(self, column: str | None = None) -> np.ndarray:
        """Shape (records,): the amounts that actors declared, of which a column holds public multiples."""
        name = column or self.measure
        name = self.of.get(str(name), name) if isinstance(self.of, Mapping) else self.of or name
        return np.ones(len(self.records)) if name is None else self.records[name].to_numpy(dtype=float)

    def check(self, title: str) -> None:
        """Refuse a table that is not what its records give.

        Raises
        ------
        DisclosureError
            When the records lack a column, or when the measure, a further sum or the number of actors of a
            row is not theirs; when the measure has the name of a count, which is printed without rounding.
        """
        if self.measure and self.measure.startswith("n_"):
            raise DisclosureError(sentence("breakdown_count", title=title, measure=self.measure))
        declared = self.of.values() if isinstance(self.of, Mapping) else [self.of]
        needed = [*self.keys, "site_id", *filter(None, [self.measure, *declared]), *self.sums, *self.ends]
        missing = [column for column in needed if column not in self.records.columns]
        if missing:
            raise DisclosureError(sentence("breakdown_columns", title=title, columns=", ".join(missing)))
        stated_sums = filter(None, [self.measure, *self.sums, *self.ends])
        summed = [name for name in stated_sums if name in self.frame.columns]
        amounts = self.records[summed].fillna(0).to_numpy(dtype=float)
        sites = self.sites
        counts = self.frame["n_sites"].to_numpy() if "n_sites" in self.frame else None
        slack = 1e-9 * (np.abs(amounts).sum(axis=0) + 1)
        stated = self.frame[summed].to_numpy(dtype=float)
        for position, mask in enumerate(self.members()):
            # What nobody declared is missing, and no zero.
            wrong = np.abs(stated[position] - amounts[mask].sum(axis=0)) > slack
            names = np.array(summed)[wrong].tolist()
            if counts is not None:
                # Who declared nothing of it may be left out: « néant » is an answer, and nobody's waste.
                some = mask & (self.signed_weights != 0)
                least, most = (len(actors_behind(sites[behind])) for behind in (some, mask))
                if not least <= counts[position] <= most:
                    names.append("n_sites")
            if names:
                keys = ", ".join(map(str, self.frame[list(self.keys)].iloc[position]))
                told = {"title": title, "column": names[0], "keys": keys, "source": "ses enregistrements"}
                raise DisclosureError(sentence("breakdown_not_given", **told))
