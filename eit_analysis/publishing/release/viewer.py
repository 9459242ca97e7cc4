"""Who looks: what one audience may see of whom, from the consent of each actor."""

from __future__ import annotations

from dataclasses import dataclass, field

from eit_analysis import french
from eit_analysis.config import Audience
from eit_analysis.errors import UsageError
from eit_analysis.publishing.consents import INTERNAL as INTERNAL
from eit_analysis.publishing.consents import binding, rosters, same_firms
from eit_analysis.records import known_by
from eit_analysis.reference import sentence
from eit_analysis.study import Study

UNNAMED = "acteur non nommé"


@dataclass(frozen=True)
class Viewer:
    """One audience of one wave."""

    #: ``internal``, ``company:<site_id>``, ``partners``, ``public`` or one declared in study.toml.
    audience: str
    named: bool  #: whether it may read the names of actors who agreed to be named
    names: dict[str, str]  #: by site id
    consents: dict[str, str]  #: by site id
    #: By site id of a firm with several sites, the first of them.
    firms: dict[str, str] = field(default_factory=dict)
    #: The tables whose rows it was given without some, because of who refused.
    left_out: set[str] = field(default_factory=set, compare=False)

    @property
    def internal(self) -> bool:
        return self.audience == INTERNAL

    @property
    def company(self) -> str | None:
        return company_of(self.audience)

    @property
    def reader(self) -> str | None:
        """The firm that reads, as the audit knows it."""
        return self.firms.get(self.company, self.company) if self.company else None

    def unit(self, site_ids: object) -> str:
        """Who knows a record (``records.known_by``), the sites of a firm as one."""
        return " ".join(sorted({self.firms.get(site, site) for site in known_by(site_ids)}))

    @property
    def refused(self) -> frozenset[str]:
        """Actors whose rows this audience's reports leave out altogether."""
        if self.internal:
            return frozenset()
        return frozenset(s for s, consent in self.consents.items() if consent == "none" and s != self.company)

    def may_name(self, site: str) -> bool:
        return self.internal or site == self.company or (self.named and self.consents.get(site) == "named")

    def may_list(self, group: set[str]) -> bool:
        """Whether a row about these actors may be shown; a company sees only rows it is part of."""
        if self.internal:
            return True
        if self.company is not None and self.company not in group:
            return False
        return bool(group) and all(self.may_name(site) for site in group)

    def among(self, group: set[str]) -> bool:
        """Whether its firm is one of these: of who else is, it reads the names it may, and how many more."""
        return self.company is not None and self.company in group

    def members(self, sites: str) -> str:
        """The names it may read of site ids, then how many more there are."""
        named = [self.name(site) for site in sites.split() if self.may_name(site)]
        more = len(sites.split()) - len(named)
        others = french.counted(more, "autre acteur", "autres acteurs")
        return " et ".join(filter(None, [", ".join(named), others if more else ""]))

    def spelled(self, ids: object) -> str:
        """The names of the actors of a cell; for the team, words that are no list of actors as they are."""
        sites = str(ids).split()
        if self.internal and not set(sites) <= set(self.names):
            return str(ids)
        return ", ".join(self.name(site) for site in sites)

    def name(self, site: object) -> str:
        text = str(site)
        return self.names.get(text, text) if self.may_name(text) else UNNAMED


def company_of(audience: str) -> str | None:
    """The firm whose audience it is: ``E07`` of ``company:E07``."""
    return audience.removeprefix("company:") if audience.startswith("company:") else None


def viewer_of(study: Study, audience: str) -> Viewer:
    """The viewer of an audience.

    Raises
    ------
    UsageError
        When the audience is none of those a study knows.
    """
    sites, known_waves = study.load("sites"), rosters(study)
    names = dict(zip(sites["site_id"], sites["name"], strict=True))
    consents = {site: consent for site, consent in binding(known_waves, study.wave).items() if site in names}
    firms = same_firms(known_waves)
    known = {name: Audience(named=True) for name in (INTERNAL, "partners")}
    known |= {"public": Audience(), **study.settings.audiences}
    site = company_of(audience)
    if site is not None and site not in names:
        raise UsageError(sentence("audience_no_actor", site=site, wave=study.wave))
    # A firm sees of the others what partners see.
    reads = audience if site is None else "partners"
    if reads not in known:
        raise UsageError(sentence("audience_unknown", audience=audience, known=", ".join(known)))
    return Viewer(audience, known[reads].named, names, consents, firms)
