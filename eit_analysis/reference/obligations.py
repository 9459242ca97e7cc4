"""What the law asks of each actor, and what its answers show: the one reader of ``obligations.csv``.

    not_concerned   the activity, the threshold or what is declared leaves the actor out
    not_met         a declared flow of the matter takes a route that the text bars, or its designation says so
    met             every declared flow of the matter takes another
    unknown         anything else, with what to ask

``check`` says how a row is asked of the flows: ``route`` (which routes they take), ``sorted`` (that, and
whether a mix names the matter in its designation), ``order`` (a route that an order of priority puts last is
no offence: it is asked), ``ask`` (no survey tells, unless a proof is named) or ``right`` (what the actor may
have is no duty: it is asked and judges nothing).
Its flows are those of its ``categories`` or with a code that begins like one of its ``waste_codes``, less
``except_waste_codes`` and ``other_words``. A mix that does not say what it holds proves nothing; nor does
what nobody declared, is without a quantity that can be read or that its firm has confirmed, or may be of
another matter (:mod:`law_matter`). Where a text leaves some out, only ``sure_words`` show that it is not met.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.french import exact, listed, tonnes
from eit_analysis.records import SOURCE
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.law_flows import concerned, has_word, mirrors, readable
from eit_analysis.reference.law_matter import doubt, is_fuel, is_goods, is_of_meals, of_primary, outside, seen
from eit_analysis.reference.law_words import MASS, Row, quoting, said

VERDICTS = ("not_met", "unknown", "met", "not_concerned")  # the gravest first
COLUMNS = ["site_id", "obligation", "duty", "law_flow", "verdict", "fact", "question", "text_ref", *SOURCE]
LOW, HIGH = "mass_low_t_per_year", "mass_high_t_per_year"
KEPT_APART = ("reuse", "recycling", "composting", "digestion")  # a mix that goes there is sorted
PER_CELL = 2  # questions that one text may answer
COOKING_OIL_KG_PER_L = 0.92
CATERING, RESTAURANTS = "5629", ("55", "56")
OFFICE_PAPER = "sort_office_paper"
Told = tuple[list[Any], str, list[Row]]  # a line of the result, its question, and the flows of both
Case = tuple[str, str, str, list[Row]]  # verdict, what it rests on, which question, the flows it is about
# What a row says of its flows.
OF_FLOWS = ("categories", "waste_codes", "words", "hazardous", "collected_by", "inert_landfill", "routes")


def verdicts(
    flows: pd.DataFrame, sites: pd.DataFrame, day: str, unread: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The verdict of each actor on each row in force.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tidy tables of one wave; outlets are left out, for what they hand on is not their own waste.
    day : str
        Of the law, ``2018-12-31``.
    unread : pandas.DataFrame or None
        Flows declared without a mass that can be read (``Cleaned.unread_flows``) or that no firm has
        confirmed (``PreparedTables.unweighed``).

    Returns
    -------
    pandas.DataFrame
        ``site_id, obligation, duty`` (the code of the row), ``law_flow, verdict, fact, question`` (``""``
        where nothing is to be asked), ``text_ref`` and the cell that the question is about.
    """
    rules = in_force(reference.load("obligations"), day).astype(object).fillna("").to_dict("records")
    actors = sites[sites["actor_type"] != "outlet"].drop_duplicates("site_id").to_dict("records")
    out = flows[(flows["direction"] == "out") & (flows[MASS] > 0)].sort_values(MASS, ascending=False)
    if unread is not None:
        aside = unread[unread["direction"] == "out"].assign(**dict.fromkeys((MASS, LOW, HIGH), float("nan")))
        out = pd.concat([out, aside[[name for name in aside if name in out]]]) if len(aside) else out
    activity = {actor["site_id"]: str(actor["naf_code"])[:2] for actor in actors}
    out = out[out["site_id"].isin(activity)]
    out = out.assign(naf_division=out["site_id"].map(activity))
    out = seen(readable(out)).reset_index(drop=True)
    of_rules = [(concerned(out, rule) & ~outside(out, rule)).to_numpy() for rule in rules]
    places, records = out.groupby("site_id").indices, out.to_dict("records")
    found = []
    for actor in actors:
        own = [int(place) for place in places.get(actor["site_id"], ())]
        judge = _Actor(actor, [records[place] for place in own])
        told = [
            judge.judged(rule, [records[place] for place in own if chosen[place]])
            for rule, chosen in zip(rules, of_rules, strict=True)
        ]
        found += judge.placed(told)
    return pd.DataFrame(found, columns=COLUMNS)


def gravest(judged: pd.DataFrame) -> pd.DataFrame:
    """One row per actor and obligation: the gravest of its verdicts, ``VERDICTS`` in order."""
    rank = {verdict: place for place, verdict in enumerate(VERDICTS)}
    ordered = judged.assign(rank=judged["verdict"].map(rank)).sort_values("rank", kind="stable")
    kept = ordered.drop_duplicates(["site_id", "obligation"]).drop(columns="rank")
    return kept.sort_values(["site_id", "obligation"], ignore_index=True)


def questions(judged: pd.DataFrame) -> pd.DataFrame:
    """What to ask of each cell: ``site_id``, the cell, ``law_flow`` and ``question``, at most two together.

    A quantity that cannot be counted is asked in its own cell, where it goes once that is known.
    """
    cell = ["site_id", *SOURCE]
    asked = judged[~judged["question"].isin(["", reference.sentence("law_ask_unread")])]
    # Where a flow goes is asked of its row, whatever rows of the law wait for it.
    of_row = asked["question"] == reference.sentence("law_ask_route")
    asked = asked.assign(law_flow=asked["law_flow"].mask(of_row, reference.sentence("law_route")))
    flows = asked.groupby([*cell, "question"], sort=False)["law_flow"].agg(
        lambda names: listed([*dict.fromkeys(", ".join(names).split(", "))])
    )
    texts = flows.reset_index()
    texts = texts.groupby(cell, sort=False).head(PER_CELL)
    names = texts["law_flow"].str[:1].str.upper() + texts["law_flow"].str[1:]
    texts = texts.assign(question=names + "\u00a0: " + texts["question"])
    together = {"law_flow": "\u00a0; ".join, "question": " ".join}
    return texts.groupby(cell, sort=False).agg(together).reset_index()


def _among(flow: Row, flows: list[Row]) -> bool:
    return any(flow is other for other in flows)


def _litres(flows: list[Row]) -> float:
    """What these flows are in a week, at least."""
    return sum(flow["litres"] for flow in _read(flows))


class _Actor:
    """One actor before the rows of the law; ``flows`` are its own, the heaviest first, the unread last."""

    def __init__(self, actor: Row, flows: list[Row]) -> None:
        self.actor, self.flows = actor, flows
        self.waste = [flow for flow in flows if flow["hazard"] != "yes"]
        self.mixes = [f for f in self.waste if f["category"] == "mixed" and f["route"] not in KEPT_APART]
        self.naf = actor["naf_code"] if isinstance(actor["naf_code"], str) else ""
        self.mirrored = [flow for flow in self.waste if self.naf.startswith(mirrors().get(flow["code"], ()))]

    def judged(self, rule: Row, own: list[Row]) -> Told:
        """What is said of it by one row of the law, its question, and the flows that they are about."""
        verdict, fact, asked, about = self._case(rule, own)
        question = asked and (rule["question_fr"] if asked == "own" else said(asked, rule))
        names = [self.actor["site_id"], rule["obligation"], rule["code"], rule["flow_fr"]]
        line = [*names, verdict, fact, question, rule["text_ref"]]
        return line, question, about or self.flows or [self.actor]

    def placed(self, told: list[Told]) -> list[list[Any]]:
        """What is said, each with the cell of a flow that it is about: the heaviest of those least asked of.

        Two questions in one cell would be answered by one text. Where there are too few flows, they share.
        """
        asked: list[tuple[str, Row]] = []
        for _, question, about in sorted(told, key=lambda one: len(one[2])):
            alike = any(question == other and _among(flow, about) for other, flow in asked)
            if question and not alike:
                places = [place for _, place in asked]
                shared = [sum(flow is place for place in places) for flow in about]
                asked.append((question, about[shared.index(min(shared))]))
        found = []
        for line, question, about in told:
            places = [flow for other, flow in asked if other == question and _among(flow, about)]
            found.append([*line, *((places or about)[0][name] for name in SOURCE)])
        return found

    def _case(self, rule: Row, own: list[Row]) -> Case:
        activities, of_flows = tuple(rule["naf_codes"].split()), any(rule[name] for name in OF_FLOWS)
        if activities and not self.naf:
            return "unknown", said("law_no_activity", rule), "law_ask_activity", own
        if activities and not self.naf.startswith(activities):
            # A canteen is catering, by whoever runs it; a restaurant serves its own meals.
            meals = [flow for flow in self.flows if is_of_meals(flow)]
            if meals and CATERING.startswith(activities) and not self.naf.startswith(RESTAURANTS):
                return "unknown", quoting("law_canteen", meals), "law_ask_canteen", meals
            return "not_concerned", said("law_activity", rule, naf=self.naf), "", own
        if self.naf.startswith(tuple(rule["primary_naf_codes"].split())):
            grown, own = own, [flow for flow in own if not of_primary(flow)]
            if not (own or self.mixes):
                if rule["if_absent"] == "unknown" and not float(rule["threshold"] or 0):  # it has meals too
                    return "unknown", said("law_primary", rule), "law_ask_kitchen", grown
                return "not_concerned", said("law_primary", rule), "", own
        aside, own = [flow for flow in own if pd.isna(flow[MASS])], _read(own)
        below = self._threshold(rule, own)
        if below and rule["threshold_unit"] == "people":
            return *below, own
        doubts = [(doubt(flow, rule), flow) for flow in own]
        unsure, own = [(why, flow) for why, flow in doubts if why], [flow for why, flow in doubts if not why]
        found = (*below, own) if below else self._found(rule, own, of_flows)
        free = found[0] in ("met", "not_concerned") or (found[0] == "unknown" and not own)
        if unsure and free and not below:
            (told, asked), about = unsure[0][0], [flow for _, flow in unsure]
            return "unknown", quoting(told, about), asked, about
        # A matter is not absent of which all that is declared is unread.
        if aside and free:
            return "unknown", quoting("law_declared", aside), "law_ask_unread", aside
        return found

    def _found(self, rule: Row, own: list[Row], of_flows: bool) -> Case:
        """The case of an actor that the activity and the threshold leave in."""
        if of_flows and not own:
            return self._absent(rule)
        if bad := [flow for flow in own if has_word(flow["words"], rule["barred_words"])]:
            return "not_met", quoting("law_declared", bad), "", bad
        if rule["check"] == "right":
            return "not_concerned", rule["duty_fr"], "own", own
        if rule["check"] != "ask":
            return self._routes(rule, own)
        if rule["code"] == "landfill_ultimate" and (wet := [flow for flow in own if flow["liquid"]]):
            return "unknown", quoting("law_declared", wet), "law_ask_liquid", wet
        proven = [flow for flow in own if has_word(flow["proof"], rule["proof_words"])]
        if proven and (len(proven) == len(own) or not of_flows):
            return "met", quoting("law_declared", proven), "", own
        return "unknown", quoting("law_declared", own) if of_flows else rule["who_fr"], "own", own

    def _absent(self, rule: Row) -> Case:
        """Nothing declared of the matter: a mix may name it, or hide it; nobody has no hazardous waste.

        Of a row about a route alone, what goes by a route that is not known may go by that.
        """
        if rule["routes"] and not any(rule[name] for name in OF_FLOWS[:-1]):
            untold = [
                flow for flow in self.flows if pd.isna(flow["route"]) or flow["route"] in ("", "unknown")
            ]
            if untold:
                return "unknown", quoting("law_declared", untold), "own", untold
        if rule["if_absent"] == "ask_hazard":
            if self.mirrored:
                return "unknown", quoting("law_mirror", self.mirrored), "law_ask_mirror", self.mirrored
            return "unknown", said("law_no_hazard", rule), "law_ask_hazard", []
        asked = rule["if_absent"] == "unknown"
        if rule["check"] == "sorted" and self.mixes:
            told, question = quoting("law_mix", self.mixes), "law_ask_mix" if asked else ""
            return self._mixed(rule) or (rule["if_absent"], told, question, self.mixes)
        own = "own" if rule["question_fr"] else "law_ask_absent"
        told = said("law_absent" if asked else "law_absent_free", rule)
        return rule["if_absent"], told, own if asked else "", []

    def _threshold(self, rule: Row, own: list[Row]) -> tuple[str, str, str] | None:
        """What leaves the actor below the threshold, or in doubt of it; none where it is above."""
        unit, limit = rule["threshold_unit"], float(rule["threshold"] or 0)
        low, high = (sum(flow[name] for flow in own) for name in (LOW, HIGH))
        if unit == "people":
            people = float(self.actor["headcount"])
            if pd.isna(people):
                return "unknown", said("law_no_people", rule), "law_ask_people"
            below, amount = people <= limit, exact(people)
        elif unit == "l_per_week":
            # A volume that masses give is a least one: it never proves that it is below.
            told = self.waste and all(flow["public"] and flow["stated"] for flow in self.waste)
            litres = _litres(self.waste)
            below, amount = bool(told) and litres < limit, f"{exact(litres)}\u00a0l par semaine"
        elif unit == "l_per_year":
            litres = 1000 / COOKING_OIL_KG_PER_L * high
            below, amount = bool(own) and litres <= limit, f"{exact(round(litres))}\u00a0l/an"
        else:
            below, amount = bool(limit) and high <= limit, f"{tonnes(sum(f[MASS] for f in own))}\u00a0t/an"
            if unit and limit and low <= limit < high:
                return "unknown", said("law_below", rule, amount=amount), "law_ask_weight"
        fact = said("law_below", rule, amount=amount)
        if rule["check"] == "sorted" and unit == "t_per_year" and self.mixes:
            fact += quoting("law_mix_aside", self.mixes)
        return ("not_concerned", fact, "") if below else None

    def _routes(self, rule: Row, own: list[Row]) -> Case:
        barred = [flow for flow in own if flow["route"] in rule["barred_routes"].split()]
        # What is soiled may have no outlet.
        soiled = [f for f in barred if f["quality"] == "soiled" and rule["check"] == "sorted"]
        if len(barred) > len(soiled):
            return self._breach(rule, [flow for flow in barred if flow not in soiled], own)
        if rule["check"] == "sorted" and (found := self._mixed(rule)):
            return found
        doubtful = rule["doubtful_routes"].split()
        if rule["check"] == "order" and (late := [flow for flow in own if flow["route"] in doubtful]):
            return "unknown", quoting("law_order", late), "own", late
        if bad := soiled + [flow for flow in own if flow["route"] in doubtful]:
            # Who burns waste is not asked at first whether heat or power comes of it, which these rows admit.
            burned = "incineration" in doubtful and any(flow["route"] == "incineration" for flow in bad)
            return "unknown", quoting("law_declared", bad), "law_ask_energy" if burned else "law_ask_why", bad
        if bad := [flow for flow in own if flow["route"] == "unknown"]:
            return "unknown", quoting("law_declared", bad), "law_ask_route", bad
        proof = rule["proof_words"]
        if bad := [f for f in own if proof and f["route"] != "reuse" and not has_word(f["proof"], proof)]:
            return "unknown", quoting("law_declared", bad), "own", bad
        if rule["code"] == "biowaste":  # nor does what is sold, perhaps no waste, tell of the rest
            if all(flow["garden"] or flow["sold"] for flow in own):
                told = "law_garden" if all(flow["garden"] for flow in own) else "law_sold"
                return "unknown", quoting(told, own), "law_ask_kitchen", own
            own = [flow for flow in own if not flow["sold"]]
        if rule["code"] == OFFICE_PAPER:  # nor do books that were given tell of the paper of desks
            if all(is_goods(flow) for flow in own):
                return "unknown", quoting("law_goods", own), "law_ask_office", own
            own = [flow for flow in own if not is_goods(flow)]
        fact = quoting("law_declared", own)
        # Who must sort, or keep packaging apart, may have some of it in a mix all the same.
        if self.mixes and (rule["check"] == "sorted" or rule["obligation"] == "packaging"):
            fact += quoting("law_beside_mix", self.mixes)
        return "met", fact, "", own

    def _mixed(self, rule: Row) -> Case | None:
        """The breach where a mix that is disposed of names the matter."""
        disposed = f"{rule['barred_routes']} {rule['doubtful_routes']}".split()  # its energy sorts nothing
        away = [flow for flow in _read(self.mixes) if flow["route"] in disposed]
        bad = [flow for flow in away if has_word(flow["words"], rule["mix_words"])]
        return self._breach(rule, bad, []) if bad else None

    def _breach(self, rule: Row, bad: list[Row], own: list[Row]) -> Case:
        """Not met, unless the text may leave out what was declared, or what the public service collects."""
        of_public = rule["threshold_unit"] == "l_per_week" and not any(flow["private"] for flow in bad)
        fact = quoting("law_barred", bad)
        if of_public:
            # Of all waste for sorting (D. 543-280), of packaging alone for its recovery (R. 543-66).
            litres = _litres(self.waste if rule["check"] == "sorted" else own or bad)
            if litres < float(rule["threshold"]):
                return "unknown", fact, "law_ask_collection", bad
            fact += said("law_public", rule, amount=exact(round(litres)))
        if words := rule["sure_words"]:
            told = [flow for flow in own if has_word(flow["words"], words) and not is_fuel(flow)]
            surely, sure = sum(flow[LOW] for flow in told), [flow for flow in bad if _among(flow, told)]
            if not sure or surely <= float(rule["threshold"]):
                doubtful = [flow for flow in bad if flow not in sure] or bad
                return "unknown", quoting("law_left_out", doubtful), "law_ask_left_out", doubtful
            bad, fact = sure, quoting("law_barred", sure)
        return "not_met", fact, "", bad


def _read(flows: list[Row]) -> list[Row]:
    return [flow for flow in flows if pd.notna(flow[MASS])]
