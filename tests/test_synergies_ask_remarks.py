"""What respondents wrote beside what they declared: read by the team, and by nobody else."""

from __future__ import annotations

import pandas as pd

from eit_analysis.publishing.release.gate import Release
from eit_analysis.synergies.ask.remarks import on_flows, on_offers


def test_a_remark_is_quoted_beside_the_flow_it_was_written_of() -> None:
    flows = pd.DataFrame({"flow_id": ["A-F01", "A-F02"], "comment": ["à 65 % de siccité {brut}", None]})
    ends = pd.DataFrame({"out_flow_id": ["A-F02", "A-F01", "B-F01"], "in_flow_id": "A-F01"}, index=[4, 2, 9])
    told = on_flows(flows, ends["out_flow_id"])
    assert told.isna().tolist() == [True, False, True] and told.index.tolist() == [4, 2, 9]
    assert "cédé" in told[2] and "« à 65 % de siccité {brut} »" in told[2]
    assert "demandé" in on_flows(flows, ends["in_flow_id"])[4]
    # Outside the team no table has a remark.
    assert on_flows(flows.drop(columns="comment"), ends["out_flow_id"]).isna().all()


def test_the_team_alone_reads_what_respondents_wrote(small_study) -> None:
    place = {"source_file": "E1.xlsx", "source_sheet": "Flux"}
    flows = small_study.load("flows").assign(**place)
    flows["source_row"] = range(2, 2 + len(flows))
    flows.to_parquet(small_study.processed / "flows.parquet")
    rows = pd.DataFrame({**place, "source_row": [3, 4], "site_id": ["E2", "E3"], "comment": ["lundi", ""]})
    rows.to_parquet(small_study.processed / "row_sites.parquet")
    release = Release(small_study, "internal", "essai")
    team = release.remarked(release.load("flows"))
    assert team["comment"].dropna().tolist() == ["lundi"] and team["comment"].notna().tolist()[1]
    assert len(team) == len(flows)
    for audience in ("partners", "public", "company:E2"):
        other = Release(small_study, audience, "essai")
        assert "comment" not in other.remarked(other.load("flows")) and "comment" not in other.load(
            "row_sites"
        )


def test_an_offer_is_told_with_the_months_that_its_host_wrote() -> None:
    sharing = pd.DataFrame(
        {"site_id": ["A", "A", "B", "A"], "side": ["offer", "offer", "offer", "need"],
         "nature": ["space", "space", "space", "space"],
         "item": ["Entrepôt", "Parking", "Entrepôt", "Entrepôt"],
         "comment": ["hors octobre à décembre", "la nuit", None, "à l'année"]}
    )  # fmt: skip
    offers = pd.DataFrame(
        {"offering_site_id": ["A", "B", "A"], "nature": ["space", "space", "equipment"],
         "keyword": ["entrepot", "entrepot", "entrepot"]}
    )  # fmt: skip
    told = on_offers(offers, sharing)
    assert "hors octobre à décembre" in told[0] and "nuit" not in told[0] and "année" not in told[0]
    assert told.tolist()[1:] == ["", ""]
    assert on_offers(offers, sharing.drop(columns="comment")).tolist() == ["", "", ""]
