"""Where each study of the project stands: tonnes per employee, leads done, and what it still needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from eit_analysis.batch.pooled_means import pooled_means
from eit_analysis.change.pooled_rates import posterior
from eit_analysis.errors import UsageError
from eit_analysis.flows.diagnosis import totals
from eit_analysis.french import counted, listed, short, whole
from eit_analysis.prepared import PreparedTables, Study
from eit_analysis.reference.dated import survey_year
from eit_analysis.reference.stages import actors
from eit_analysis.tables import sheet_name

BOUNDS = ["mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"]
MOST_UNREAD, LEAST_ANSWERING, MOST_UNKNOWN = 0.1, 0.5, 0.3  # shares beyond which help is needed
OLDEST_YEARS = 3  # of answers: the questionnaire asks for plans of three
SHEETS = ("workforce", "skills", "sharing", "readiness")  # beside that of flows
Z = norm.ppf(0.975)
Ratio = tuple[float, float, float]


def percent(share: float) -> str:
    """``30 %``."""
    return f"{share:.0%}".replace("%", "\u00a0%")


# As they are read.
LIMITS = {"unread": percent(MOST_UNREAD), "answering": percent(LEAST_ANSWERING)}
LIMITS |= {"unknown": percent(MOST_UNKNOWN), "years": str(OLDEST_YEARS)}


@dataclass(frozen=True)
class Standing:
    """A study on its last wave."""

    #: Outgoing tonnes a year by employee of the actors who declare some: central, low, high at 95 %.
    per_employee: Ratio | None = None
    #: Of those that are burnt without energy or buried; None where too many go nobody knows where.
    lost_per_employee: Ratio | None = None
    n_actors: int = 0  #: those who declare some
    n_employees: float = 0.0  #: of these
    unknown_share: float = 0.0  #: of their tonnes, that go nobody knows where
    unknown_t_per_year: float = 0.0  #: and these tonnes
    n_leads: int = 0  #: lines of the register
    n_done: int = 0  #: those that are done
    #: What it lacks, in French, by kind; empty when nothing was found lacking.
    needs: dict[str, str] = field(default_factory=dict)
    communes: list[str] = field(default_factory=list)  #: codes of the communes of its actors
    #: SIRET of its actors; the first nine digits are those of the firm.
    establishments: set[str] = field(default_factory=set)


def standing(study: Study, year: int) -> Standing:
    """Where a study stands in a year, from its clean tables.

    Raises
    ------
    InputError
        When its wave is not clean.
    """
    sites, outgoing, register = study.sites(), study.flows("out"), study.synergy_register()
    saying = asked(sites).dropna(subset="headcount")
    saying = saying[saying["site_id"].isin(outgoing["site_id"])]
    leaving = outgoing[outgoing["site_id"].isin(saying["site_id"])]
    manifest = study.manifest()
    lacking = needs(study, study.wave, year, outgoing, manifest)
    unknown = _unknown_share(leaving)
    return Standing(
        _ratio(leaving, saying),
        None if unknown > MOST_UNKNOWN else _ratio(leaving[leaving["valorised"] == "no"], saying),
        len(saying),
        float(saying["headcount"].sum()),
        unknown,
        _unknown_t_per_year(leaving),
        len(register),
        int((register["status"] == "done").sum()),
        {kind: words for kind, words, _ in lacking} | dict(_unread(manifest)),
        sites["commune_code"].dropna().astype(str).tolist(),
        set(sites["siret"].dropna().astype(str)),
    )


def _unknown_share(outgoing: pd.DataFrame) -> float:
    whole_t = outgoing["mass_t_per_year"].sum()
    return _unknown_t_per_year(outgoing) / whole_t if whole_t > 0 else 0.0


def _unknown_t_per_year(outgoing: pd.DataFrame) -> float:
    return float(outgoing["mass_t_per_year"][outgoing["route"] == "unknown"].sum())


def _ratio(flows: pd.DataFrame, actors: pd.DataFrame) -> Ratio | None:
    people = actors["headcount"].sum()
    if not people > 0:
        return None
    if flows.empty:
        return 0.0, 0.0, 0.0
    whole = totals(flows, by="category").frame[BOUNDS].iloc[-1] / people
    return float(whole.iloc[0]), float(whole.iloc[1]), float(whole.iloc[2])


def asked(sites: pd.DataFrame) -> pd.DataFrame:
    """The actors that are asked what leaves them: all but treatment plants."""
    return sites[sites["actor_type"] != "outlet"]


def needs(
    study: PreparedTables, wave: str, year: int, outgoing: pd.DataFrame, manifest: Mapping | None = None
) -> Iterator[tuple[str, str, pd.Series]]:
    """What a study lacks in a year: kind, words (the team's, by its manifest), sites that it is told of."""
    team = manifest is not None
    came = {name for name, counts in (manifest or {}).get("tables", {}).items() if counts["rows_read"]}
    sites, register = study.sites(), study.synergy_register()
    everyone = asked(sites)["site_id"]
    saying = int(everyone.isin(outgoing["site_id"]).sum())
    if saying < LEAST_ANSWERING * len(everyone):
        said = f"{counted(saying, 'acteur en déclare', 'acteurs en déclarent')}, sur {len(everyone)}"
        fewer = f"moins de {percent(LEAST_ANSWERING)} des acteurs en déclarent"
        yield "Flux qui manquent", f"obtenir des flux\u00a0: {said if team else fewer}", everyone
    unknown = _unknown_share(outgoing)
    if team and unknown > MOST_UNKNOWN:
        amount = f"{short(_unknown_t_per_year(outgoing))}\u00a0t/an"
        lost = f"demander aux acteurs où vont {amount}, {percent(unknown)} des tonnes sortantes"
        yield "Destinations inconnues", lost, everyone
    # One whose lines came, and none could be used, is told with those lines; a broken file may hold another.
    if empty := [sheet_name(table) for table in SHEETS if study.load(table).empty and table not in came]:
        which = "la feuille" if len(empty) == 1 else "les feuilles"
        ask = "obtenir" if _broken(manifest or {}) else "faire remplir"
        yield "Feuilles sans réponse", f"{ask} {which} {listed(empty)}", everyone
    if register.empty:
        yield "Registre vide", "commencer à remplir le registre des synergies, vide", everyone
    elif not (register["status"] == "done").any():
        among = f", sur {counted(len(register), 'piste', 'pistes')}" if team else ""
        first = f"mener une première synergie à terme{among}"
        yield "Aucune synergie réalisée", first, actors(register)["site_id"]
    with suppress(UsageError):  # no year is known
        if year - (answered := survey_year(sites, wave)) > OLDEST_YEARS:
            yield "Enquête ancienne", f"interroger de nouveau les acteurs (réponses de {answered})", everyone


def _broken(manifest: Mapping) -> int:
    """How many files could not be read."""
    return sum(bool(file["problem"]) for file in manifest.get("inputs", []))


def _unread(manifest: Mapping) -> Iterator[tuple[str, str]]:
    if broken := _broken(manifest):
        files = counted(broken, "fichier abîmé", "fichiers abîmés")
        yield "Fichiers abîmés", f"faire renvoyer {files}"
    unread = {
        sheet_name(name): (counts["rows_quarantined"], counts["rows_read"])
        for name, counts in manifest["tables"].items()
        if counts["rows_quarantined"] > MOST_UNREAD * counts["rows_read"]
    }
    if unread:
        sheets = [f"{sheet} {whole(lost)} sur {whole(read)}" for sheet, (lost, read) in unread.items()]
        yield (
            "Lignes illisibles",
            f"reprendre les lignes laissées de côté (quarantaine)\u00a0: {listed(sheets)}",
        )


def pooled_per_employee(ratios: Mapping[str, Ratio | None]) -> pd.DataFrame:
    """Tonnes per employee (central, low, high), pooled on the logarithmic scale (:mod:`pooled_means`).

    Returns
    -------
    pandas.DataFrame
        By study: ``raw``, ``pooled``, ``low``, ``high`` (95 %); those without a ratio are left out. None at
        all has no logarithm: it is 0, and not pooled.
    """
    columns = ["raw", "pooled", "low", "high"]
    nothing = pd.DataFrame(0.0, sorted(name for name, one in ratios.items() if one and one[0] == 0), columns)
    known = {name: one for name, one in ratios.items() if one and one[1] > 0}
    if not known:
        return nothing
    central, low, high = np.array([known[name] for name in sorted(known)]).T
    centres, errors = pooled_means(np.log(central), np.log(high / low) / (2 * Z))
    drawn = {"pooled": centres, "low": centres - Z * errors, "high": centres + Z * errors}
    logs = {name: np.exp(value) for name, value in drawn.items()}
    return pd.concat([pd.DataFrame({"raw": central, **logs}, sorted(known)), nothing]).rename_axis("study")


def pooled_done(standings: dict[str, Standing]) -> pd.DataFrame:
    """Share of leads done, raw and pooled (`change.pooled_rates`), in percent, by study that has leads."""
    names = sorted(name for name, one in standings.items() if one.n_leads)
    if not names:
        return pd.DataFrame(columns=["raw", "pooled", "low", "high"], dtype=float)
    done, leads = (
        np.array([getattr(standings[name], key) for name in names]) for key in ("n_done", "n_leads")
    )
    fitted = posterior(done, leads)
    shares = {"raw": done / leads, "pooled": fitted.means}
    shares |= {"low": fitted.quantiles(0.025), "high": fitted.quantiles(0.975)}
    return 100 * pd.DataFrame(shares, index=pd.Index(names, name="study"))
