"""Who works here: ages, contracts, plans, and how hard each occupation is to recruit.

Every function takes the tidy ``workforce`` table passed once through :func:`prepare`, so that the rows behind
a published table carry exactly its keys.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.french import fold_words, lowered
from eit_analysis.intake.cells.parsing import singular
from eit_analysis.records import TOTAL, Share
from eit_analysis.reference.commune_tables import epci_of
from eit_analysis.reference.sizes import SIZES, size_class
from eit_analysis.reference.vocabulary import heading
from eit_analysis.tables import AGE_BANDS, LABELS, used_for

UNKNOWN = "non renseigné"
OTHER = "Autres métiers"
PLANS = ("planned_departures_3y", "planned_hires_3y")
TEAM = 5  # people, of whom it is no surprise that fewer are of one age band
SENIOR_BANDS = ["55-59", "60 et plus"]
TRAITS = used_for("workforce", "later")  # seniority, diploma, sex, working time
AGE_GROUPS = dict.fromkeys(AGE_BANDS, "30 à 54 ans")
AGE_GROUPS |= dict.fromkeys(["15-24", "25-29"], "moins de 30 ans")
AGE_GROUPS |= dict.fromkeys(SENIOR_BANDS, "55 ans et plus")
AGES = {"age_band": list(AGE_BANDS), "age_group": list(dict.fromkeys(AGE_GROUPS.values()))}


def prepare(workforce: pd.DataFrame, minimum_people: float = 5, minimum_sites: int = 3) -> pd.DataFrame:
    """One label per ROME code, unknown ages and contracts named, small teams merged into `OTHER`.

    A ROME code goes by one name (:func:`occupation_labels`). Rows without a code keep their own label. An
    occupation with fewer people, or in fewer firms, than the minimum joins `OTHER` and loses its ROME code.
    Nobody is lost: ``occupation``, ``rome_code``, ``age_band`` and ``contract`` are rewritten. Added are
    ``merged_occupation``, what those of `OTHER` are, ``rome_domain``, the main domain that the declared code
    begins with, and ``age_group``, one of three.
    """
    rows = workforce.copy()
    rows["rome_domain"] = rome_domain(rows["rome_code"])
    rows["age_group"] = rows["age_band"].map(AGE_GROUPS).astype(object).fillna(UNKNOWN)
    for name in ("age_band", "contract"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), UNKNOWN)
    label = occupation_labels(workforce)
    rows["occupation"] = rows["rome_code"].map(label).astype(object).fillna(rows["occupation"])
    size = rows.groupby("occupation").agg(people=("headcount", "sum"), sites=("site_id", "nunique"))
    small = size.index[(size["people"] < minimum_people) | (size["sites"] < minimum_sites)]
    merged = rows["occupation"].isin(small)
    rows.loc[merged, "rome_code"] = None
    rows["merged_occupation"] = rows["occupation"].where(merged)
    rows["occupation"] = rows["occupation"].where(~merged, OTHER)
    return rows


def occupation_labels(workforce: pd.DataFrame) -> dict[str, str]:
    """``{rome_code: occupation}``: one name for all who are of a ROME code, as far as firms give one.

    The label that most people are declared under (the first in alphabetical order when equal) where labels
    differ by spelling or number alone. Two trades that a code holds are both said, ``Tisserand, ourdisseur``;
    more go by the short label of ours (``rome_labels.csv``), as far as there is one.
    """
    people = workforce.groupby(["rome_code", "occupation"])[["headcount"]].sum().reset_index()
    people = people.sort_values(["headcount", "occupation"], ascending=[False, True])
    people["kind"] = people["occupation"].map(lambda name: singular(fold_words(name)))
    apart = people.drop_duplicates(["rome_code", "kind"]).groupby("rome_code")["occupation"]
    ours = reference.load("rome_labels").set_index("rome_code")["rome_label"]
    return {str(code): _one_name(names.tolist(), ours.get(code)) for code, names in apart}


def _one_name(names: list[str], ours: str | None) -> str:
    if len(names) > 2:
        return ours or names[0]
    return ", ".join([names[0], *map(lowered, names[1:])])


def occupation_names(codes: pd.Series, labels: dict[str, str]) -> pd.Series:
    """The name of each ROME code; one that nobody named goes by its domain, ``industrie (ROME H1303)``."""
    domains = rome_domain(codes).map(heading("rome_domain").labels)
    return codes.map(labels).astype(object).fillna(domains + " (ROME " + codes + ")")


def rome_domain(codes: pd.Series) -> pd.Series:
    """The main domain of each ROME code, its letter: ``H2902`` -> ``H``."""
    return codes.astype(object).str[0].fillna(UNKNOWN)


def families(workforce: pd.DataFrame, fap_rome: pd.DataFrame | None) -> pd.DataFrame:
    """The professional families (FAP) of each occupation: ``occupation, fap_code, weight``.

    ``fap_rome`` (``rome_code, fap_code``) is in the FAP of the table to be read: DARES' own correspondence
    (``dares_fap_rome``, FAP 2009) for its ages and tensions, ``reference/rome_fap.csv`` (FAP 2021) for the
    BMO survey; None, when not imported, gives no rows. ``weight`` is the family's part of the occupation
    where the correspondence has one, else that of the family's people who are of the occupation: 1 / its
    number of ROME codes, an assumption. Merged small occupations have no ROME code and no family.
    """
    if fap_rome is None:
        return pd.DataFrame(columns=["occupation", "fap_code", "weight"])
    codes = workforce[["occupation", "rome_code"]].dropna().drop_duplicates()
    pairs = fap_rome.dropna(subset=["rome_code", "fap_code"]).drop_duplicates(["rome_code", "fap_code"])
    if "weight" not in pairs:
        pairs = pairs.assign(weight=1 / pairs.groupby("fap_code")["rome_code"].transform("size"))
    linked = codes.merge(pairs, on="rome_code").groupby(["occupation", "fap_code"], sort=False)
    return linked["weight"].sum().reset_index()


def coarse_ages(workforce: pd.DataFrame) -> bool:
    """Whether more than half of the people are in teams of `TEAM` people or more given in one age band.

    ``workforce`` is as declared: a team is the people of one code and label in a firm. Ages that are more
    spread than was said make departures of a team look surer than they are.
    """
    team = workforce.groupby(["site_id", "rome_code", "occupation"], dropna=False)
    of_row = team["headcount"].transform("sum")
    one = (team["age_band"].transform("nunique") == 1) & (of_row >= TEAM)
    return bool(workforce.loc[one, "headcount"].sum() > workforce["headcount"].sum() / 2)


def age_pyramid(workforce: pd.DataFrame, by: str = "age_band") -> Breakdown:
    """Share of people by age band, headcount_b / Σ headcount; a last band names unknown ages, if any.

    ``by`` is ``age_band`` or ``age_group``.
    """
    frame = _by_age(workforce, by)
    return Breakdown(
        frame, [by], workforce, "headcount", people=True,
        regrouped=lambda keys: age_pyramid(workforce, *keys),
    )  # fmt: skip


def _by_age(workforce: pd.DataFrame, by: str = "age_band") -> pd.DataFrame:
    people = workforce.groupby(by)["headcount"].sum()
    bands = AGES[by] if len(workforce) else []
    order = [*bands, *(band for band in people.index if band not in bands)]
    return _with_share(people.reindex(order, fill_value=0.0).rename_axis(by).reset_index())


def located(workforce: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """The same rows with ``size_class`` (of the headcount that their firm gave) and its ``epci_name``."""
    own = sites.drop_duplicates("site_id").set_index("site_id")
    size = workforce["site_id"].map(size_class(own["headcount"])).astype(object)
    place = workforce["site_id"].map(epci_of(own["commune_code"])).astype(object)
    return workforce.assign(size_class=size.fillna(UNKNOWN), epci_name=place.fillna(UNKNOWN))


def pyramids(workforce: pd.DataFrame, by: str) -> Breakdown:
    """The age pyramid of each value of ``by`` (``occupation``, ``size_class``, ``epci_name``).

    share_b = 100 × headcount_b / Σ_b headcount, within the value. Values are in the order of sizes, else most
    people first and the merged occupations last; each has every band, with nobody if need be.
    """
    people = workforce.groupby(by)["headcount"].sum()
    names = people.index.sort_values()
    order = list(people[names].sort_values(ascending=False, kind="stable").index)
    known = [size for size in SIZES if size in order] if by == "size_class" else []
    order = known + [name for name in order if name not in [*known, OTHER]] + [OTHER] * (OTHER in order)
    parts = [_by_age(workforce[workforce[by] == name]).assign(**{by: name}) for name in order]
    columns = [by, "age_band", "headcount", "share_percent"]
    frame = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    shares = {"share_percent": Share([by])}
    return Breakdown(frame, [by, "age_band"], workforce, "headcount", people=True, shares=shares)


def contract_mix(workforce: pd.DataFrame) -> Breakdown:
    """People and full-time equivalents by contract: ``contract, headcount, fte, share_percent``."""
    mix = workforce.groupby("contract", as_index=False)[["headcount", "fte"]].sum()
    table = _with_share(mix.sort_values(["headcount", "contract"], ascending=[False, True]))
    return Breakdown(table, ["contract"], workforce, "headcount", people=True, sums=["fte"])


def _with_share(frame: pd.DataFrame) -> pd.DataFrame:
    total = frame["headcount"].sum()
    share = frame["headcount"] * 100 / total if total else frame["headcount"] * 0.0
    return frame.assign(share_percent=share).reset_index(drop=True)


def occupations(workforce: pd.DataFrame, by: str = "occupation") -> Breakdown:
    """People by occupation and how hard firms find it to recruit them (0 to 4, weighted by people).

    Most people first, ``OTHER`` last: ``by`` (``occupation`` or ``rome_domain``), ``headcount,
    hiring_difficulty``.
    """
    rated = workforce[workforce["hiring_difficulty"].notna()]
    table = workforce.groupby(by)[["headcount"]].sum()
    weighted = (rated["headcount"] * rated["hiring_difficulty"]).groupby(rated[by]).sum()
    people = rated.groupby(by)["headcount"].sum()
    table["hiring_difficulty"] = (weighted / people.where(people > 0)).reindex(table.index)
    order = others_last(table.reset_index().sort_values(["headcount", by], ascending=[False, True]), by)
    return Breakdown(
        order, [by], workforce, "headcount", people=True,
        regrouped=lambda keys: occupations(workforce, *keys),
    )  # fmt: skip


def senior_shares(workforce: pd.DataFrame, by: str = "occupation") -> Breakdown:
    """Share of people aged 55 or more (those behind a row) among those of known age, by occupation."""
    aged = workforce[workforce["age_band"].isin(AGE_BANDS)]
    aged = aged.assign(seniors=aged["headcount"].where(aged["age_band"].isin(SENIOR_BANDS), 0.0))
    people = aged.groupby(by)[["seniors", "headcount"]].sum()
    share = 100 * people["seniors"] / people["headcount"].where(people["headcount"] > 0)
    table = occupations(workforce, by).frame[[by]]
    table["senior_share_percent"] = table[by].map(share).astype(float)
    return Breakdown(
        table, [by], aged, "seniors", of="headcount", people=True,
        shares={"senior_share_percent": Share([by], "headcount")},
        regrouped=lambda keys: senior_shares(workforce, *keys),
    )  # fmt: skip


def announced_plans(workforce: pd.DataFrame) -> Derived:
    """Departures and recruitments that firms announce for three years, by occupation and in all.

    A plan that nobody answered stays missing: it is not zero.
    """
    table = occupations(workforce).frame[["occupation"]]
    table = pd.concat([table, table.head(1).assign(occupation=TOTAL)], ignore_index=True)
    parents = []
    for plan in PLANS:
        answered = workforce.groupby("occupation")[plan].sum(min_count=1)
        answered[TOTAL] = workforce[plan].sum(min_count=1)
        own = table.assign(**{plan: table["occupation"].map(answered).astype(float)})
        records = workforce[workforce[plan] > 0]
        parents.append(Breakdown(own, ["occupation"], records, plan, TOTAL, people=True))
    sums = {plan: [(number, plan, 1.0)] for number, plan in enumerate(PLANS)}
    return Derived(parents[0].frame.merge(parents[1].frame), ["occupation"], parents, TOTAL, sums)


def described(workforce: pd.DataFrame) -> Breakdown:
    """People by each of `TRAITS`, one apart from the others, among those of whom it was answered.

    No two traits are crossed, nor any with an occupation: who is alone of a kind is in no row of their own.

    Returns
    -------
    Breakdown
        ``trait, trait_answer, headcount, share_percent`` (of those of whom the trait is known), answers in
        the order of the form; no row where nobody answered.
    """
    known = [name for name in TRAITS if name in workforce]  # joined the form: not in what was cleaned before
    told = [workforce.assign(trait=name, trait_answer=workforce[name].astype(object)) for name in known]
    records = pd.concat(told or [workforce.head(0).assign(trait="", trait_answer="")], ignore_index=True)
    records = records[records["trait_answer"].notna()].reset_index(drop=True)
    people = records.groupby(["trait", "trait_answer"])["headcount"].sum()
    order = [(name, code) for name in known for code in LABELS[name] if (name, code) in people.index]
    places = pd.MultiIndex.from_tuples(order, names=people.index.names) if order else people.index
    table = people.reindex(places).reset_index()
    whole = records.groupby("trait")["headcount"].sum()
    table["share_percent"] = 100 * table["headcount"] / table["trait"].map(whole).astype(float)
    shares = {"share_percent": Share(["trait"])}
    return Breakdown(table, ["trait", "trait_answer"], records, "headcount", people=True, shares=shares)


def others_last(table: pd.DataFrame, by: str = "occupation") -> pd.DataFrame:
    """The same rows with the merged small occupations at the end: they are no occupation to rank."""
    return table.sort_values(by, key=lambda names: names == OTHER, kind="stable", ignore_index=True)
