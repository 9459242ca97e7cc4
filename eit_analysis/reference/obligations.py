"""What the law asks of each actor, and what its answers show: the one reader of ``obligations.csv``.

    not_concerned   the activity, the threshold or what is declared leaves the actor out
    not_met         a declared flow of the matter takes a route that the text bars, or its designation says so
    met             every declared flow of the matter takes another
    unknown         anything else, with what to ask

``check`` says how a row is asked of the flows: ``route`` (which routes they take), ``sorted`` (that, and whether a
mix names the matter in its designation) or ``ask`` (no survey tells, but for a proof that is named). Its flows are
those of its ``categories`` or with a code that begins like one of its ``waste_codes``, less
``except_waste_codes``. A mix that does not say what it holds proves nothing; nor does what nobody declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.french import exact, listed, tonnes
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.law_flows import named, readable
from eit_analysis.reference.vocabulary import heading

VERDICTS = ("not_met", "unknown", "met", "not_concerned")  # the gravest first
SOURCE = ["source_file", "source_sheet", "source_row"]
COLUMNS = ["site_id", "obligation", "duty", "law_flow", "verdict", "fact", "question", "text_ref", *SOURCE]
MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"
KEPT_APART = ("reuse", "recycling", "composting", "digestion")  # a mix that goes there is sorted
COOKING_OIL_KG_PER_L = 0.92
LISTED = 3
OF_FLOWS = ("categories", "waste_codes", "words", "hazardous", "collected_by")  # what a row says of its flows


def verdicts(flows: pd.DataFrame, sites: pd.DataFrame, day: str) -> pd.DataFrame:
    """The verdict of each actor on each row in force.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tidy tables of one wave; outlets are left out, for what they hand on is not their own waste.
    day : str
        Of the law, ``2018-12-31``.

    Returns
    -------
    pandas.DataFrame
        ``site_id, obligation, duty`` (the code of the row), ``law_flow, verdict, fact, question`` (``""`` where
        nothing is to be asked), ``text_ref`` and the cell that the question is about.
    """
    rules = in_force(reference.load("obligations"), day).fillna("").to_dict("records")
    actors = sites[sites["actor_type"] != "outlet"].drop_duplicates("site_id").to_dict("records")
    out = flows[(flows["direction"] == "out") & (flows[MASS] > 0)].sort_values(MASS, ascending=False)
    out = readable(out[out["site_id"].isin([actor["site_id"] for actor in actors])])
    mixed = out["category"].eq("mixed") & out["hazard"].ne("yes") & ~out["route"].isin(KEPT_APART)
    every, mixes = _by_actor(out), _by_actor(out[mixed])
    none, found = out.head(0), []
    concerned = [(rule, _by_actor(out[_concerned(out, rule)])) for rule in rules]
    for actor in actors:
        site = actor["site_id"]
        judge = _Actor(actor, every.get(site, none), mixes.get(site, none))
        found += [judge.judged(rule, own.get(site, none)) for rule, own in concerned]
    return pd.DataFrame(found, columns=COLUMNS)


def gravest(judged: pd.DataFrame) -> pd.DataFrame:
    """One row per actor and obligation: the gravest of its verdicts, ``VERDICTS`` in order."""
    rank = {verdict: place for place, verdict in enumerate(VERDICTS)}
    ordered = judged.assign(rank=judged["verdict"].map(rank)).sort_values("rank", kind="stable")
    kept = ordered.drop_duplicates(["site_id", "obligation"]).drop(columns="rank")
    return kept.sort_values(["site_id", "obligation"], ignore_index=True)


def _by_actor(out: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(site): rows for site, rows in out.groupby("site_id", sort=False)}


def _concerned(out: pd.DataFrame, rule: Mapping[str, Any]) -> pd.Series:
    """Which flows a row is about."""
    chosen = pd.Series(not (rule["categories"] or rule["waste_codes"]), out.index)
    if rule["categories"]:
        chosen |= out["category"].isin(rule["categories"].split())
    if rule["waste_codes"]:
        chosen |= out["code"].str.startswith(tuple(rule["waste_codes"].split()))
    if rule["except_waste_codes"]:
        chosen &= ~out["code"].str.startswith(tuple(rule["except_waste_codes"].split()))
    if rule["words"]:
        chosen &= named(out["words"], rule["words"])
    if rule["collected_by"] == "private":
        chosen &= ~out["public"]
    if rule["hazardous"] == "yes":
        chosen &= out["hazard"] == "yes"
    elif rule["hazardous"] == "no":
        chosen &= out["hazard"] != "yes"
    if rule["routes"]:
        chosen &= out["route"].isin(rule["routes"].split())
    return chosen & ((out["quality"] == rule["quality"]) if rule["quality"] else True)


class _Actor:
    """One actor before the rows of the law."""

    def __init__(self, actor: Mapping[str, Any], out: pd.DataFrame, mixes: pd.DataFrame) -> None:
        self.actor, self.mixes = actor, mixes
        self.flows = out[out["site_id"] == actor["site_id"]]
        self.naf = actor["naf_code"] if isinstance(actor["naf_code"], str) else ""

    def judged(self, rule: Mapping[str, Any], own: pd.DataFrame) -> list[Any]:
        verdict, fact, asked, about = self._case(rule, own)
        question = asked and (rule["question_fr"] if asked == "own" else _said(asked, rule))
        about = about if len(about) else self.flows
        place = about.iloc[0] if len(about) else self.actor
        names = [self.actor["site_id"], rule["obligation"], rule["code"], rule["flow_fr"]]
        return [*names, verdict, fact, question, rule["text_ref"], *(place[name] for name in SOURCE)]

    def _case(self, rule: Mapping[str, Any], own: pd.DataFrame) -> tuple[str, str, str, pd.DataFrame]:
        """Verdict, what it rests on, which question to ask, and the flows that it is about."""
        activities = tuple(rule["naf_codes"].split())
        if activities and self.naf and not self.naf.startswith(activities):
            return "not_concerned", _said("law_activity", rule, naf=self.naf), "", own
        if activities and not self.naf:
            return "unknown", _said("law_no_activity", rule), "law_ask_activity", own
        below = self._threshold(rule, own)
        if below:
            return (*below, own if len(own) else self.mixes)
        if own.empty and any(rule[name] for name in OF_FLOWS):
            asked = ("own" if rule["question_fr"] else "law_ask_absent") if rule["if_absent"] == "unknown" else ""
            if rule["check"] == "sorted" and len(self.mixes):
                return self._mixed(rule) or (
                    rule["if_absent"], _flows("law_mix", self.mixes), "law_ask_mix" if asked else "", self.mixes
                )  # fmt: skip
            return rule["if_absent"], _said("law_absent", rule), asked, own
        if (bad := own[named(own["words"], rule["barred_words"])]).size:
            return "not_met", _flows("law_declared", bad), "", bad
        if rule["check"] == "ask":
            asked = "law_ask_mix" if rule["question_fr"] == "MIX" else "own"
            of_flows = any(rule[name] for name in OF_FLOWS)
            proven = named(own["proof"], rule["proof_words"])
            if proven.all() if of_flows else proven.any():
                return "met", _flows("law_declared", own[proven]), "", own
            return "unknown", _flows("law_declared", own) if of_flows else rule["who_fr"], asked, own
        return self._routes(rule, own)

    def _threshold(self, rule: Mapping[str, Any], own: pd.DataFrame) -> tuple[str, str, str] | None:
        """What leaves the actor below the threshold, or in doubt of it; none where it is above."""
        unit, limit = rule["threshold_unit"], float(rule["threshold"] or 0)
        if unit == "people":
            people = float(self.actor["headcount"])
            if people <= limit:
                return "not_concerned", _said("law_people", rule, amount=exact(people)), ""
            return ("unknown", _said("law_no_people", rule), "law_ask_people") if pd.isna(people) else None
        if unit == "l_per_week":
            waste = self.flows[self.flows["hazard"] != "yes"]
            if len(waste) and waste["public"].all() and waste["stated"].all() and waste["litres"].sum() < limit:
                return "not_concerned", _said("law_below", rule, amount=f"{exact(waste['litres'].sum())} l"), ""
            return None
        if unit == "l_per_year":
            litres = 1000 / COOKING_OIL_KG_PER_L * own[[LOW, HIGH]].sum()
            if len(own) and litres[HIGH] <= limit:
                return "not_concerned", _said("law_below", rule, amount=f"{exact(round(litres[HIGH]))} l/an"), ""
            return None
        if unit != "t_per_year" or not limit:
            return None
        declared = own[[LOW, HIGH]].sum()
        if declared[LOW] > limit:
            return None
        fact = _said("law_below", rule, amount=f"{tonnes(float(own[MASS].sum()))}\u00a0t/an")
        return ("not_concerned", fact, "") if declared[HIGH] <= limit else ("unknown", fact, "law_ask_weight")

    def _routes(self, rule: Mapping[str, Any], own: pd.DataFrame) -> tuple[str, str, str, pd.DataFrame]:
        barred = own["route"].isin(rule["barred_routes"].split())
        soiled = barred & (own["quality"] == "soiled") & (rule["check"] == "sorted")
        doubtful = soiled | own["route"].isin(rule["doubtful_routes"].split())
        if (bad := own[barred & ~soiled]).size:
            return self._breach(rule, bad)
        if rule["check"] == "sorted" and (found := self._mixed(rule)):
            return found
        if (bad := own[doubtful]).size:
            return "unknown", _flows("law_declared", bad), "law_ask_why", bad
        if (bad := own[own["route"] == "unknown"]).size:
            return "unknown", _flows("law_declared", bad), "law_ask_route", bad
        if rule["proof_words"]:
            bad = own[~named(own["proof"], rule["proof_words"]) & (own["route"] != "reuse")]
            if len(bad):
                return "unknown", _flows("law_declared", bad), "own", bad
        return "met", _flows("law_declared", own), "", own

    def _mixed(self, rule: Mapping[str, Any]) -> tuple[str, str, str, pd.DataFrame] | None:
        """The breach where a mix that is disposed of names the matter."""
        away = self.mixes["route"].isin(rule["barred_routes"].split())
        bad = self.mixes[away & named(self.mixes["words"], rule["mix_words"])]
        return self._breach(rule, bad) if len(bad) else None

    def _breach(self, rule: Mapping[str, Any], bad: pd.DataFrame) -> tuple[str, str, str, pd.DataFrame]:
        """Not met, unless the text has a threshold in litres for what the public service collects."""
        litres = self.flows.loc[self.flows["hazard"] != "yes", "litres"].sum()
        of_public = rule["threshold_unit"] == "l_per_week" and not bad["private"].any()
        if of_public and litres < float(rule["threshold"]):
            return "unknown", _flows("law_barred", bad), "law_ask_collection", bad
        return "not_met", _flows("law_barred", bad), "", bad


def _said(name: str, rule: Mapping[str, Any], **fields: str) -> str:
    known = {"flow": rule["flow_fr"], "threshold": exact(float(rule["threshold"] or 0))}
    return reference.sentence(name, **known, unit=_unit(rule["threshold_unit"]), **fields)


def _unit(code: str) -> str:
    return heading("threshold_unit").labels.get(code, "") if code else ""


def _flows(name: str, rows: pd.DataFrame) -> str:
    """A sentence that quotes the heaviest flows: designation, tonnes and route."""
    return reference.sentence(name, flows=listed(list(_quoted(rows))))


def _quoted(rows: pd.DataFrame) -> Iterator[str]:
    routes, families = heading("route").labels, heading("category").labels
    for row in rows.head(LISTED).itertuples():
        name = row.description if isinstance(row.description, str) else families[row.category]
        yield f"«\u00a0{name}\u00a0» ({tonnes(row.mass_t_per_year)}\u00a0t/an, {routes[row.route]})"
    if len(rows) > LISTED:
        yield f"{len(rows) - LISTED} autres flux"
