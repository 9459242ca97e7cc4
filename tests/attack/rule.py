"""The rule: what may no firm derive of another, and the attack that tries all of it.

For every firm i and every printed or closed cell, no other single firm, knowing its own records and all that
was published to the audience, may bound i's part below 1.15 times, or from below above 0.85 times; and for a
cell that the primary rules close, not what two or more others put in it within 15 % on both sides. What a
synergy brings is a part by itself, and its actors all know it: kept from everybody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from eit_analysis.config import Disclosure

from .bounds import MARGIN, Bound, Programme, settle
from .knowledge import Form, Known, knows
from .layout import Cell
from .system import Row, System, build, rows_of

SMALL = 1e-6  # of a part: zero


@dataclass
class Part:
    """What one firm (or all others, of a closed cell) put in a cell; the cells that it is the part of."""

    form: Form
    firm: str  # "" for what all but the insider put in a closed cell
    value: float
    cells: list[str] = field(default_factory=list)
    printed: bool = False


@dataclass
class Violation:
    """One part that one insider bounds too tightly."""

    part: Part
    insider: str
    bound: Bound

    @property
    def kind(self) -> str:
        return self.part.cells[0].split(" | ")[0]

    @property
    def tightest(self) -> float:
        return min(abs(self.bound.up - 1), abs(1 - self.bound.down))

    def more_than(self, before: Violation | None) -> bool:
        """Whether a side is bound that was not before; of several firms' sum both are together."""
        if before is None or not self.part.firm:
            return before is None
        sides = [(bound.up < 1 + MARGIN, bound.down > 1 - MARGIN) for bound in (self.bound, before.bound)]
        return any(now and not then for now, then in zip(*sides, strict=True))


@dataclass
class Result:
    """What an attack came to."""

    parts: int = 0
    rows: int = 0
    programmes: int = 0
    given: int = 0  # parts that earlier releases bound by themselves
    violations: list[Violation] = field(default_factory=list)
    tightest: float = np.inf

    def kinds(self) -> Counter[str]:
        return Counter(v.kind for v in self._firsts())

    def _firsts(self) -> list[Violation]:
        """Each part once, by the insider that knows it best."""
        best: dict[int, Violation] = {}
        for violation in self.violations:
            key = id(violation.part)
            if key not in best or violation.tightest < best[key].tightest:
                best[key] = violation
        return sorted(best.values(), key=lambda v: v.tightest)

    @property
    def broken(self) -> list[Violation]:
        return self._firsts()

    def count(self, firms: bool) -> int:
        """Broken parts of single firms, or of several others in a closed cell."""
        return sum(bool(v.part.firm) == firms for v in self.broken)

    def closest(self) -> str:
        return f"± {self.tightest:.1%}" if self.violations else "> 15 %"


def primary_closed(contributions: dict[str, float], people: bool, rules: Disclosure, p: float = 0.15) -> bool:
    """Fewer than three actors, one part above 85 %, p %, fewer than five people."""
    sizes = {unit: abs(value) for unit, value in contributions.items() if abs(value) > SMALL}
    total, readers = sum(sizes.values()), {who for unit in sizes for who in unit.split() if who[0] != "#"}
    if len(readers) < rules.minimum_units or total <= 0 or max(sizes.values()) > rules.maximum_share * total:
        return True
    ranked = sorted(((value, unit.split()) for unit, value in sizes.items()), reverse=True)
    for reader in [None, *readers]:
        largest, *others = [value for value, owners in ranked if reader not in owners] or [0]
        # Each counts one person at least.
        if largest and sum(others) - len(others) * people < p * largest:
            return True
    return people and total < rules.minimum_people


def contributions(form: Form, known: Known) -> dict[str, Form]:
    """What each firm has in a form, and each synergy."""
    owners = np.array([known.owner[v] for v in form.variables], dtype=object)
    owners = np.array([f"{o} #{v}" if " " in o else o for o, v in zip(owners, form.variables, strict=True)])
    return {
        str(who): Form(form.variables[owners == who], form.coefficients[owners == who])
        for who in np.unique(owners)
    }


def protected(
    cells: Iterable[Cell], known: Known, rules: Disclosure
) -> tuple[list[Part], list[tuple[Part, Form]]]:
    """Every part of every firm, once; and the cells that the primary rules close."""
    truth = known.truth
    parts: dict[tuple, Part] = {}
    closed: dict[tuple, tuple[Part, Form]] = {}
    for cell in cells:
        # A line that only counts what is withheld is no cell: its parts are, each for itself.
        counts_only = cell.kind == "pooled" and cell.interval is None
        if cell.kind == "relation" or counts_only or not len(cell.form.variables):
            continue
        label = f"{cell.table} | {cell.label} | {cell.measure}"
        own = contributions(cell.form, known)
        values = {who: form.at(truth) for who, form in own.items()}
        for who, form in own.items():
            if abs(values[who]) > SMALL:
                part = parts.setdefault(_key(form, who), Part(form, who, values[who]))
                part.cells.append(label)
                part.printed |= cell.interval is not None
        # A difference has no rule of its own: what it is the difference of has.
        if (cell.form.coefficients > 0).all() and primary_closed(values, cell.people, rules):
            key = _key(cell.form, "")
            part, _ = closed.setdefault(key, (Part(cell.form, "", cell.form.at(truth)), cell.form))
            part.cells.append(label)
    return list(parts.values()), list(closed.values())


def _key(form: Form, who: str) -> tuple:
    """The same for forms that differ by a factor: a bound of one is a bound of the other."""
    first = form.coefficients[0] if len(form.coefficients) else 1.0
    return who, form.variables.tobytes(), (form.coefficients / first).round(9).tobytes()


def attack(
    cells: list[Cell],
    known: Known,
    rules: Disclosure | None = None,
    insiders: list[str] | None = None,
    earlier: Sequence[Cell] = (),
) -> Result:
    """Every part against every insider (all firms by default), each block of the system apart.

    What the releases before the last bound by themselves, ``earlier``, no later one can take back: a firm
    that leaves knows its own part of what was printed with it. Nor that each who counts in a cell of people
    counts one at least. Parts bound on the same side by these alone are counted, and no violation.
    """
    found, closed = protected(cells, known, rules or Disclosure())
    ones = one_each([*earlier, *cells], known)
    parts, rows = [*found, *(part for part, _ in closed)], [*rows_of(cells), *ones]
    firms = insiders or sorted({who for owner in known.owner for who in owner.split()})
    result = Result(parts=len(parts), rows=len(rows))
    _attack(parts, rows, known, firms, result)
    if result.violations:
        broken = {id(violation.part): violation.part for violation in result.violations}
        before = Result()
        _attack(list(broken.values()), [*rows_of(earlier), *ones], known, firms, before)
        given = {(id(violation.part), violation.insider): violation for violation in before.violations}
        # Who has nothing to do with what was known before knows what anybody knew.
        before_it = [
            given.get((id(v.part), v.insider)) or given.get((id(v.part), "outsider"))
            for v in result.violations
        ]
        left = [v for v, then in zip(result.violations, before_it, strict=True) if v.more_than(then)]
        result.given = len(broken) - len({id(v.part) for v in left})
        result.violations = left
        result.tightest = min((v.tightest for v in left), default=np.inf)
    return result


def one_each(cells: Iterable[Cell], known: Known) -> list[Row]:
    """That every firm that counts people in a cell counts one at least."""
    found: dict[tuple, Row] = {}
    for cell in cells:
        whole = cell.people and cell.measure != "fte" and cell.whole is None
        if whole and cell.kind == "leaf" and (cell.form.coefficients == 1).all():
            for who, form in contributions(cell.form, known).items():
                if form.at(known.truth) >= 1:
                    found[_key(form, who)] = Row(form, 1.0, np.inf, f"each of {cell.table} | {cell.label}")
    return list(found.values())


def _attack(parts: list[Part], rows: list[Row], known: Known, firms: list[str], result: Result) -> None:
    system = build(known, rows, [part.form for part in parts])
    by_block: dict[int, list[Part]] = {}
    for part in parts:
        by_block.setdefault(int(system.blocks[next(iter(system.vector(part.form)))]), []).append(part)
    for block, members in sorted(by_block.items()):
        if (system.matrix[:, system.blocks == block].nnz) == 0:
            continue
        _attack_block(system, block, members, firms, result)


def _attack_block(system: System, block: int, members: list[Part], firms: list[str], result: Result) -> None:
    programme = Programme(system, block)
    column = {int(g): i for i, g in enumerate(programme.groups)}
    entries = [
        (i, column[group], factor)
        for i, part in enumerate(members)
        for group, factor in system.vector(part.form).items()
    ]
    row, place, factor = (np.array(column) for column in zip(*entries, strict=True))
    forms = csr_array((factor, (row, place)), shape=(len(members), len(column)))
    amounts = forms * system.truth[programme.groups][None, :]  # of every group in every part
    whole = np.array([part.firm == "" for part in members])
    owners = np.array([part.firm for part in members], dtype=object)
    names, owned = np.unique(programme.owner.astype(str), return_inverse=True)
    shares = amounts @ csr_array((np.ones(len(owned)), (np.arange(len(owned)), owned)))
    given = shares.toarray()  # (parts, firms)
    result.programmes += 1
    present = [who for who in firms if any(knows(who, name) for name in names)]
    shared = any(" " in name for name in names)
    nobody = [None] if len(present) < len(firms) or not present or shared else []
    for insider in [*present, *nobody]:
        others = np.array([not knows(insider, name) for name in names])
        worth = given[:, others].sum(axis=1)
        several = (np.abs(given[:, others]) > SMALL).sum(axis=1) >= 2
        secret = np.array([not knows(insider, owner) for owner in owners])
        asked = secret & (np.abs(worth) > SMALL) & (several | ~whole)
        numbers = np.flatnonzero(asked)
        if not len(numbers):
            continue
        for place, bound in settle(programme, csr_array(forms[numbers]), worth[numbers], insider).items():
            part = members[numbers[place]]
            # Of several firms' sum, one side alone may be known.
            if part.firm == "" and not (bound.up < 1 + MARGIN and bound.down > 1 - MARGIN):
                continue
            result.violations.append(Violation(part, insider or "outsider", bound))
            result.tightest = min(result.tightest, result.violations[-1].tightest)
