"""What others did that fits here, with whom to ring, and whether their methods are those of this territory.

Everything is reckoned from tables that their readers have: those that this territory prints, and those that
the others sent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.change.indicators import MASSES
from eit_analysis.change.pooled_rates import pooled
from eit_analysis.config import StudyConfig
from eit_analysis.records import TOTAL
from eit_analysis.reference import exchange
from eit_analysis.reference.stages import RANK
from eit_analysis.reference.vocabulary import heading

FIT_COLUMNS = [
    "rank", "category", "kind", "here_status", "left_t_per_year", "each_t_per_year", "there_percent",
    "territory",
]  # fmt: skip
COMPARED_COLUMNS = [
    "territory", "reference_year", "exchange_format", "n_same", "n_differing", "n_not_said", "same_evidence",
]  # fmt: skip
EVIDENCE = "evidence_"  # parameters that the width of a mass rests on
HALF = 50.0  # percent of a family that are to be recovered where its pooling is an example
MADE = ["format", "program"]  # told of a file, and no method


def rates(funnel: pd.DataFrame, others: pd.DataFrame, here: str) -> pd.DataFrame:
    """Raw and pooled rates from lead to done (:mod:`pooled_rates`).

    ``funnel`` is the printed one of this territory, of which all kinds together are read: some of them may be
    withheld. ``others`` are those received, with ``territory``; one that tells kinds alone is their sum.
    """
    own = funnel[funnel["kind"] == TOTAL].assign(territory=here)
    told = others["territory"].isin(others.loc[others["kind"] == TOTAL, "territory"])
    every = pd.concat([others[~told | (others["kind"] == TOTAL)], own], ignore_index=True)
    counted = every.groupby(["territory", "kind", "status"])["n_synergies"].sum(min_count=1)
    wide = counted.unstack("status")
    wide = wide.reindex(columns=["lead", "done"]).set_axis(["n_leads", "n_done"], axis=1)
    # A stage that is not told is not nothing: of kinds, what is summed is all of it or none.
    counts = wide.groupby("territory").agg(pd.Series.sum, skipna=False).dropna().astype(int)
    return pooled(counts.reset_index(), here)


def standing(rates: pd.DataFrame, here: str) -> pd.DataFrame:
    """How this territory stands in :func:`rates`: ``standing, n_territories, territory`` (their names).

    A row for the ``others`` that have a rate, for those of them whose pooled rate is ``above``, ``below`` or
    ``level`` with this one, be it nobody, and for those whose difference is ``established`` (``higher``,
    ``lower``) or not (``unclear``), where there are any; none at all without a rate here. Of the last three
    each name has its leads done and all (``3 sur 4``): how few they are is what a reader weighs.
    """
    own, others = rates[rates["territory"] == here], rates[rates["territory"] != here]
    gap = others["pooled_percent"] - (own["pooled_percent"].iloc[0] if len(own) else np.nan)
    gap = gap.round(9)  # what the order of sums leaves is no difference
    known = others["rate_difference"]
    groups = {"others": gap.notna(), "above": gap > 0, "below": gap < 0, "level": gap == 0}
    groups["established"] = gap.notna() & known.isin(["higher", "lower"])
    each = ("higher", "lower", "unclear")
    groups |= {name: gap.notna() & (known == name) for name in each}
    name = others["territory"]
    done, leads = (others[column].astype("Int64").astype(str) for column in ("n_done", "n_leads"))
    counted = name + " (" + done + " sur " + leads + ")"
    names = {group: (counted if group in each else name)[mask].tolist() for group, mask in groups.items()}
    always = {"above", "below", "level"} if names["others"] else set()
    lines = [
        (group, len(found), french.listed(found, "et") if found else None)
        for group, found in names.items()
        if found or group in always
    ]
    return pd.DataFrame(lines, columns=["standing", "n_territories", "territory"])


def reachable(fits: pd.DataFrame, likeness: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    """Of each territory that says whom to ring, the first of :func:`to_take_up` that has tonnes left.

    In their order: what is answered first is what is rung for first. Nobody is rung for a pooling of what is
    thrown away there. ``subjects`` are all that a territory is to be asked, in words; ``same_evidence`` is
    that of :func:`compared`.
    """
    contacts = territories.set_index("territory")["contact"].dropna()
    known = fits[~_collected(fits) & fits["territory"].isin(contacts.index)].dropna(subset="left_t_per_year")
    family, kind = (known[name].map(heading(name).labels) for name in ("category", "kind"))
    subjects = ("«\u00a0" + family + "\u00a0», par " + kind).groupby(known["territory"]).agg("\u00a0; ".join)
    alike = likeness.set_index("territory")["same_evidence"]
    first = _ranked(known.drop_duplicates("territory"))
    asked = first["territory"]
    return first.assign(
        contact=asked.map(contacts), subjects=asked.map(subjects), same_evidence=asked.map(alike)
    )


def methods_of(settings: StudyConfig, program: str) -> pd.DataFrame:
    """What this territory chose that another may choose otherwise: ``exchange_parameter, value_text``."""
    rules = settings.disclosure
    values: dict[str, object] = {
        f"{EVIDENCE}{name}": width for name, width in settings.evidence_half_width.items()
    }
    values |= {
        "shared_error": settings.shared_error_correlation,
        "prefer_register": "yes" if settings.prefer_register else "no",
        "minimum_units": rules.minimum_units,
        "maximum_share": rules.maximum_share,
        "minimum_people": rules.minimum_people,
        "lead_counted": "every line of the register, dropped ones too",
        "format": exchange.FORMAT,
        "program": program,
    }
    texts = [
        (name, f"{value:g}" if isinstance(value, float) else str(value)) for name, value in values.items()
    ]
    return pd.DataFrame(texts, columns=["exchange_parameter", "value_text"])


def to_take_up(
    own_flows: pd.DataFrame,
    own_done: pd.DataFrame,
    own_lines: pd.DataFrame,
    theirs: dict[str, pd.DataFrame],
    likeness: pd.DataFrame,
    whole: bool = True,
) -> pd.DataFrame:
    """Synergies done elsewhere for families that leave tonnes unrecovered here.

    What is known to be done here, or whose family is recovered whole, is left out; of what the register has
    under way, ``here_status`` says how far: ``none`` where it has no such line, ``untold`` where none may be
    read. As an exchange returns a matter and a pooling only collects it, poolings of a family of which less
    than ``HALF`` is recovered there (``there_percent``) come last, whatever is known to be left: they are no
    example. Before them those come first that are known to have tonnes left; then those who take masses as
    here (the tonnes of the others may be of another kind) and say whom to ring. Among equals their prospect
    decides: the tonnes of one such elsewhere, or what is left here if that is less; where nothing is known to
    be left, the tonnes of one such.

    Parameters
    ----------
    own_flows, own_done : pandas.DataFrame
        As printed, :func:`flows` and ``achieved.done``.
    own_lines : pandas.DataFrame
        ``category, kind, status`` of the lines of the register here that may be read.
    theirs : dict of pandas.DataFrame
        ``synergies_done``, ``flows`` and ``territory`` as received, with ``territory``.
    likeness : pandas.DataFrame
        :func:`compared`, of the same territories.
    whole : bool
        Whether ``own_lines`` are the whole register.

    Returns
    -------
    pandas.DataFrame
        Columns ``FIT_COLUMNS``, one row for each family, kind and territory that has done such a synergy.
    """
    mass = own_flows[MASSES[0]].astype(float)
    left = mass * (1 - own_flows["recovered_percent"] / 100)
    known = own_flows.assign(left_t_per_year=left, limit=left.fillna(mass))
    known = known.loc[known["limit"] > 0, ["category", "left_t_per_year"]]
    done = theirs["synergies_done"]
    done = done[(done["n_synergies"] > 0) & (done["category"] != TOTAL) & (done["kind"] != TOTAL)]
    done = done.assign(each_t_per_year=done["realised_t_per_year"] / done["n_synergies"])
    done = done[done["each_t_per_year"] > 0].merge(known, on="category")
    recovered = theirs["flows"].set_index(["territory", "category"])["recovered_percent"].to_dict()
    rung = theirs["territory"].dropna(subset="contact")["territory"]
    lines_here = own_lines.fillna({"category": "other"}).assign(rank=own_lines["status"].map(RANK))
    lines_here = lines_here.dropna(subset="rank").sort_values("rank")
    known_here = lines_here.groupby(["category", "kind"])["status"].last()
    here = set(own_done[["category", "kind"]].itertuples(index=False, name=None))
    here |= set(known_here.index[known_here == "done"])
    lines = []
    for (category, kind), rows in done.groupby(["category", "kind"]):
        if (category, kind) not in here:
            status = known_here.get((category, kind), "none" if whole else "untold")
            columns = ["left_t_per_year", "each_t_per_year", "territory"]
            for left, each, name in rows[columns].itertuples(index=False, name=None):
                share = recovered.get((name, category))
                lines.append((category, kind, status, left, each, share, name))
    table = pd.DataFrame(lines, columns=FIT_COLUMNS[1:]).astype({"there_percent": float})
    alike = likeness.loc[likeness["same_evidence"] == "yes", "territory"]
    table = table.assign(
        unknown=table["left_t_per_year"].isna(),
        collected=_collected(table),
        unlike=~table["territory"].isin(alike),
        unsaid=~table["territory"].isin(rung),
        prospect=table["each_t_per_year"].clip(upper=table["left_t_per_year"]),
    )
    first = ["collected", "unknown", "unlike", "unsaid"]
    order = [*first, "prospect", "each_t_per_year", "category", "kind", "territory"]
    down = [True] * len(first) + [False, False, True, True, True]
    return _ranked(table.sort_values(order, ascending=down, kind="stable"))


def tell_families(done: pd.DataFrame) -> bool:
    """Whether any of the files received tells what is done by family, and not in all alone."""
    return bool((done["category"] != TOTAL).any())


def _collected(fits: pd.DataFrame) -> pd.Series:
    """Poolings of a family that is recovered there by less than half: they collect, and recover little."""
    return fits["kind"].eq("pooling") & fits["there_percent"].lt(HALF)


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(rank=range(1, len(rows) + 1))[FIT_COLUMNS].reset_index(drop=True)


def compared(own: pd.DataFrame, methods: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    """Each neighbour's methods beside those of this territory.

    Parameters
    ----------
    own, methods : pandas.DataFrame
        ``exchange_parameter, value_text``; of the others with ``territory``.

    Returns
    -------
    pandas.DataFrame
        ``territory, reference_year, exchange_format, n_same, n_differing, n_not_said, same_evidence``
        (``yes``, ``no`` or ``unknown``: whether masses are taken to be as uncertain as here).
    """
    ours = own.set_index("exchange_parameter")["value_text"].drop(labels=MADE, errors="ignore")
    lines = []
    for row in territories.itertuples(index=False):
        theirs = methods[methods["territory"] == row.territory].set_index("exchange_parameter")["value_text"]
        theirs = theirs[~theirs.index.duplicated()].reindex(ours.index)
        same, missing = theirs == ours, theirs.isna()
        of_masses = ours.index.str.startswith(EVIDENCE)
        evidence = "unknown" if missing[of_masses].any() else "yes" if same[of_masses].all() else "no"
        counts = (int(same.sum()), int((~same & ~missing).sum()), int(missing.sum()))
        lines.append((row.territory, row.reference_year, row.exchange_format, *counts, evidence))
    return pd.DataFrame(lines, columns=COMPARED_COLUMNS)


def side_by_side(own: pd.DataFrame, methods: pd.DataFrame, here: str) -> pd.DataFrame:
    """Every parameter of every territory: ``exchange_parameter, territory, value_text, as_here``.

    Whether a file is of the same format or program is not said: that is no method.
    """
    ours = own.set_index("exchange_parameter")["value_text"]
    rows = pd.concat([own.assign(territory=here), methods], ignore_index=True)
    rows = rows[rows["exchange_parameter"].isin(ours.index)]
    same = rows["value_text"] == rows["exchange_parameter"].map(ours)
    as_here = same.map({True: "yes", False: "no"}).mask(rows["exchange_parameter"].isin(MADE))
    rows = rows.assign(as_here=as_here, other=rows["territory"] != here)
    order = {name: place for place, name in enumerate(ours.index)}
    rows = rows.assign(order=rows["exchange_parameter"].map(order))
    rows = rows.sort_values(["order", "other", "territory"], ignore_index=True)
    return in_french(rows[["exchange_parameter", "territory", "value_text", "as_here"]])


def unlicensed(territories: pd.DataFrame) -> pd.DataFrame:
    """Those whose file says no licence, or one that is not among the open ones (``exchange.LICENCES``)."""
    return territories[~territories["licence"].isin(exchange.LICENCES)].reset_index(drop=True)


def in_french(methods: pd.DataFrame) -> pd.DataFrame:
    """Values of parameters as a page prints them, which files write with a decimal point."""
    comma = methods["value_text"].str.replace(r"^(\d+)\.(\d+)$", r"\1,\2", regex=True)
    return methods.assign(value_text=comma)
