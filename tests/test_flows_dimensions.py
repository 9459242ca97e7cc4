"""What every flow is grouped by: known rows by hand, the unknown never lost, tonnes conserved."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.codes import ACTOR_TYPES, ROUTES
from eit_analysis.flows import dimensions
from eit_analysis.publishing import wording

MASS = "mass_t_per_year"
CODES = pd.DataFrame({"waste_code": ["150106", "070104", "160214"], "hazardous": [0, 1, 0]})
SITES = pd.DataFrame(
    [
        ("A", "2562B", "68063", "Cernay", "firm"),
        ("B", None, None, None, None),
        ("F", "3821Z", "68313", "Soppe-le-Bas", "outlet"),
    ],
    columns=["site_id", "naf_code", "commune_code", "commune_name", "actor_type"],
)
KEYS = [
    "naf_division", "commune_code", "commune_name", "actor_type", "hazardous", "recovery", "valorised",
    "waste_code", "quality", "contractor", "route",
]  # fmt: skip


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    columns = ["site_id", "direction", "waste_code", MASS, "route", "cost_eur_per_t"]
    flows = pd.DataFrame(rows, columns=columns).astype({MASS: float, "cost_eur_per_t": float})
    return flows.assign(quality=None, contractor=None)


FLOWS = flows_of(
    [
        ("A", "out", "150106", 30, "landfill", 110),
        ("A", "out", "070104", 10, "incineration", None),
        ("A", "in", None, 5, None, 900),
        ("B", "out", None, 4, None, -20),
        ("B", "out", "999999", 2, "energy", 0),
        ("F", "out", "160214", 50, "composting", 8),
        ("Z", "out", "150106", 1, "reuse", None),
    ]
)


def test_each_flow_is_described():
    rows = dimensions.describe(FLOWS, SITES, CODES)
    assert rows["hazardous"].tolist() == ["no", "yes", "unknown", "unknown", "unknown", "no", "no"]
    # Z is not among the sites, B gave neither activity nor commune: known as unknown, not dropped.
    assert rows["naf_division"].tolist() == ["25", "25", "25", "unknown", "unknown", "38", "unknown"]
    assert rows["commune_name"].tolist()[3:] == ["unknown", "unknown", "Soppe-le-Bas", "unknown"]
    assert rows.loc[[0, 1, 3, 4, 5, 6], "recovery"].tolist() == [
        "disposal", "disposal", "unknown", "energy", "organic", "material",
    ]  # fmt: skip
    assert rows.loc[[0, 3, 4], "valorised"].tolist() == ["no", "unknown", "yes"]
    assert rows["cost_known"].tolist() == ["yes", "no", "yes", "yes", "yes", "yes", "no"]
    assert rows["cost_eur_per_year"].tolist()[::3] == pytest.approx([3300, -80, float("nan")], nan_ok=True)
    # A need has no destination: it is not one whose destination is unknown.
    assert rows.loc[2, ["route", "recovery", "valorised"]].isna().all()


def test_outlets_are_apart():
    rows = dimensions.describe(FLOWS, SITES, CODES)
    assert dimensions.outgoing(rows)[MASS].sum() == 47
    assert dimensions.reissued(rows)["site_id"].tolist() == ["F"]
    assert dimensions.incoming(rows)[MASS].tolist() == [5]


def test_nothing_answered():
    rows = dimensions.describe(FLOWS.head(0), SITES.head(0), CODES)
    assert rows.empty and set(KEYS) <= set(rows.columns)
    for select in (dimensions.outgoing, dimensions.reissued, dimensions.incoming):
        assert select(rows).empty


def test_every_route_and_kind_of_actor_is_known():
    assert set(dimensions.RECOVERY) == set(ROUTES)
    assert set(dimensions.VALORISED) == set(dimensions.RECOVERY.values())
    assert "outlet" in ACTOR_TYPES


some_flows = st.lists(
    st.tuples(
        st.sampled_from("ABFZ"),
        st.sampled_from(["in", "out"]),
        st.sampled_from([*reference.load("waste_codes")["waste_code"][:5], "999999", None]),
        st.floats(0, 1e4),
        st.sampled_from([*ROUTES, None]),
        st.one_of(st.none(), st.floats(-500, 500)),
    ),
    max_size=20,
)


@settings(max_examples=15)
@given(some_flows)
def test_no_tonne_is_lost_whatever_is_missing(rows):
    described = dimensions.describe(flows_of(rows), SITES, reference.load("waste_codes"))
    whole = described[MASS].sum()
    parts = [select(described) for select in (dimensions.outgoing, dimensions.reissued, dimensions.incoming)]
    assert sum(part[MASS].sum() for part in parts) == pytest.approx(whole)
    for part in parts[:2]:
        for key in KEYS:
            assert part.groupby(key)[MASS].sum().sum() == pytest.approx(part[MASS].sum())


def test_codes_print_as_words():
    # Read by partners: « 25 » or « 150101 » alone would say nothing to most of them.
    assert wording.cell("25", "naf_division") == "produits métalliques"
    assert wording.cell("070104", "waste_code").startswith("07\u00a001\u00a004* ")
    assert wording.cell("150106", "waste_code").startswith("15\u00a001\u00a006 ")
    for key in KEYS:
        if key != "actor_type":
            assert wording.cell("unknown", key) != "unknown"
