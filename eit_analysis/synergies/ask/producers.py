"""What to ask first of what the producers of goods take back (REP), which goes to nobody else or for nothing.

    taken_back  a producer scheme takes such a waste
    furniture   what is called furniture: its producers may take it for nothing
    street      furniture of streets, which their scheme may leave out
    contracts   what a structure that mends and sells used goods gives: its own contracts with schemes may say
                where it goes

What is taken back for nothing leaves less to avoid, where something is paid: the team alone is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.offers import activity, of_output
from eit_analysis.synergies.register.meeting import sheet_words

FURNITURE = r"\b(?:meubles?|ameublement|mobiliers?|literie|matelas)\b"
STREET = r"\bmobiliers? urbains?\b"
OFFCUTS = "030105"  # of who makes furniture
# NAF class of used goods, the matter of which they are made, and the codes of what households threw away.
USED, MATTER, HOUSEHOLD = "4779", ("metal", "wood", "textile", "plastic", "weee", "mixed"), ("1602", "20")


def asked(
    exchanges: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    taken_back: Mapping[str, str],
    team: bool,
    you: str | None,
) -> Iterator[tuple[str, str]]:
    """Each exchange with its questions; ``sites`` are those whose activity the reader may know."""
    called = of_output(exchanges, flows, "description").map(french.fold_words)
    code = of_output(exchanges, flows, "waste_code")
    kind = exchanges["giver_site_id"].map(sites.drop_duplicates("site_id").set_index("site_id")["actor_type"])
    used = code.str.startswith(HOUSEHOLD) | activity(exchanges["giver_site_id"], sites).str.startswith(USED)
    furniture = called.str.contains(FURNITURE).astype(bool) & (code != OFFCUTS)
    street = called.str.contains(STREET).astype(bool)
    covered = exchanges["out_flow_id"].map(dict(taken_back))
    said, paid = sheet_words(), ~(exchanges["old_cost_eur_per_t"].astype(float) <= 0) & team
    for question, where in (
        ("taken_back", covered.notna()),
        ("furniture", furniture & ~street),
        ("street", street),
        ("contracts", (kind == "ess") & used & exchanges["category"].isin(MATTER)),
    ):
        rows = zip(exchanges["candidate_id"], exchanges["giver_site_id"], covered, paid, where, strict=True)
        for name, giver, told, pays, holds in rows:
            words = said["ask_you" if giver == you else "ask_first", question]
            if holds:
                yield name, words.format(told=told, less=said["ask_first", "less"] if pays else "")
