"""Does what an outlet declares agree with its process? Digester, sorting centre, composting.

Of the mass M that enters, a process sends a share to each of its products: t_p = low, central, high
(``transfer_coefficients``), a mean over the families that enter. A product that is declared is compared with
M t_p; one that nobody asks (biogas, evaporated water) or that is not declared is expected in that range.

All of it is one system (:mod:`layers`): inputs and declared products as measured, t_p as quantities,
contents of the families and of the products in each layer (``contents``). Its test says whether the
declarations and the published ranges can hold together; it also says where the dry matter, the carbon or the
nitrogen goes.

The process is read in the waste codes of what leaves (19 05, 19 06, 19 12), where they are most of it: no
other outlet can be tested (one line of refusals makes no sorting centre of a reuse workshop).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.flows.balance.layers import WHOLE, LayerBalance, reconcile_layers
from eit_analysis.flows.balance.reconciliation import SD
from eit_analysis.flows.balance.survey_network import LEAST_SD, OUTSIDE, is_taker
from eit_analysis.flows.uncertainty.lognormal import Z
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

REFERENCES = ("transfer_coefficients", "contents")  # the tables of the second pair of arguments
UNTESTED = "not_tested"
WIDEST = 2.0  # high over low of a range that verifies: hypothesis of the project
EXPECTED = ["expected_low_t_per_year", "expected_t_per_year", "expected_high_t_per_year"]
PRODUCTS = ["site_id", "process", "product", MASS, *EXPECTED, "verdict", "system_p_value"]
LAYERS = ["site_id", "layer", "product", MASS, LOW, HIGH]


@dataclass(frozen=True)
class OutletBalance:
    """What the outlets' own processes say of their declarations.

    Attributes
    ----------
    products : pandas.DataFrame
        ``site_id``, ``process``, ``product``, ``mass_t_per_year`` declared (missing where none), the expected
        range, ``verdict`` (``within``, ``below``, ``above``, ``undeclared``; ``not_tested`` without a known
        process), ``system_p_value`` of the outlet's whole system.
    layers : pandas.DataFrame
        ``site_id``, ``layer``, ``product``, mass of the layer with its 95 % interval: what enters
        (``incoming``) and where it goes, reconciled; only what the balances can tell.
    tested, loose : list of str
        The rows of the survey that such a system checks; those that it hardly does, every declared product
        being within a range that holds in no factor 2 (:data:`WIDEST`): what lies out of a range, however
        wide, was tested.
    made : list of str
        The rows that are products of a process.
    """

    products: pd.DataFrame
    layers: pd.DataFrame
    tested: list[str]
    loose: list[str]
    made: list[str]

    @property
    def processes(self) -> pd.Series:
        """The process of each outlet that has a known one, by ``site_id``."""
        known = self.products.dropna(subset="process").drop_duplicates("site_id")
        return known.set_index("site_id")["process"]

    def sites_of(self, flows: pd.DataFrame, rows: list[str]) -> int:
        """How many actors some of these rows are of."""
        return int(flows.loc[flows["flow_id"].isin(rows), "site_id"].nunique())

    def accounts_for(self, remainder: pd.DataFrame) -> pd.Series:
        """Whether what an actor does not send out, low to high, may be the products that it did not declare.

        ``remainder`` has ``site_id`` and the bounds of its remainder (t/year).
        """
        silent = self.products[self.products["verdict"] == "undeclared"]
        expected = silent.groupby("site_id")[[EXPECTED[0], EXPECTED[2]]].sum().astype(float)
        expected = expected.reindex(remainder["site_id"].astype("str")).set_axis(remainder.index)
        above = remainder["remainder_high_t_per_year"] >= expected[EXPECTED[0]]
        return above & (remainder["remainder_low_t_per_year"] <= expected[EXPECTED[2]])


def outlet_balance(
    flows: pd.DataFrame, sites: pd.DataFrame, coefficients: pd.DataFrame, contents: pd.DataFrame
) -> OutletBalance:
    """Test each outlet that has a known process, from the tidy tables of one wave (t/year).

    ``coefficients`` and ``contents`` are the reference tables ``transfer_coefficients`` and ``contents``.
    """
    taken = flows[is_taker(flows["site_id"], sites)]
    products, layers = [pd.DataFrame(columns=PRODUCTS)], [pd.DataFrame(columns=LAYERS)]
    tested: list[str] = []
    loose: list[str] = []
    made: list[str] = []
    for site, own in taken.groupby(taken["site_id"].astype("str"), observed=True):
        enters, leaves = own[own["direction"] == "in"], own[own["direction"] == "out"]
        if enters.empty or leaves.empty:
            continue
        process = process_of(leaves, coefficients)
        if not process:
            products.append(pd.DataFrame([{"site_id": site, "verdict": UNTESTED}]))
            continue
        shares = _shares(enters, coefficients[coefficients["process"] == process])
        product = product_of(leaves, shares)
        balance = _system(enters, leaves[product.notna()], product.dropna(), shares, contents)
        compared = _compared(site, process, enters, leaves, product, shares, balance.p_value)
        products.append(compared)
        layers.append(_layers(site, balance, enters["flow_id"]))
        own_made = list(leaves.loc[product.notna(), "flow_id"])
        made += own_made
        narrow = compared[EXPECTED[2]] <= WIDEST * compared[EXPECTED[0]]
        told = (narrow & compared[MASS].notna()) | compared["verdict"].isin(["below", "above"])
        checked = tested if told.any() else loose
        checked += [*enters["flow_id"], *own_made]
    return OutletBalance(_stacked(products, PRODUCTS), _stacked(layers, LAYERS), tested, loose, made)


def process_of(leaves: pd.DataFrame, coefficients: pd.DataFrame) -> str:
    """The process whose own products are more than half of what leaves; empty where none's are."""
    own = coefficients[coefficients["tells_process"] == "yes"].drop_duplicates(
        ["process", "waste_code_prefix"]
    )
    codes = leaves["waste_code"].astype("str")
    mass = {
        str(process): leaves.loc[codes.str.startswith(tuple(" ".join(rows).split())), MASS].sum()
        for process, rows in own.groupby("process")["waste_code_prefix"]
    }
    best = max(mass, key=lambda process: mass[process], default="")
    return best if best and mass[best] > leaves[MASS].sum() / 2 else ""


def product_of(leaves: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """The product that each output is, by code and route; missing for what is no product (office paper)."""
    found = pd.Series(np.nan, index=leaves.index, dtype=object)
    codes, routes = leaves["waste_code"].astype("str"), leaves["route"].astype("str")
    rows = shares.dropna(subset="waste_code_prefix")
    named = (rows[name].astype("str") for name in ("product", "waste_code_prefix"))
    for product, prefixes, wanted in zip(*named, rows["routes"].fillna("").astype("str"), strict=True):
        here = codes.str.startswith(tuple(prefixes.split()))
        if wanted:
            here &= routes.isin(wanted.split())
        found[here & found.isna()] = product
    return found


def _shares(enters: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The coefficients of a process, each the mean over the families that enter, by mass."""
    weight = enters.groupby(enters["category"].astype("str"))[MASS].sum()
    of_family = [
        rows[rows["category"] == family]
        if (rows["category"] == family).any()
        else rows[rows["category"].isna()]
        for family in weight.index
    ]
    every = pd.concat(of_family, keys=weight.index, names=["family"]).reset_index("family")
    part = every["family"].map(weight) / max(weight.sum(), LEAST_SD)
    every[["low", "central", "high"]] = every[["low", "central", "high"]].mul(part, axis=0)
    facts = every.drop_duplicates("product").set_index("product")[["waste_code_prefix", "routes"]]
    return every.groupby("product", sort=False)[["low", "central", "high"]].sum().join(facts).reset_index()


def _system(
    enters: pd.DataFrame,
    leaves: pd.DataFrame,
    product: pd.Series,
    shares: pd.DataFrame,
    contents: pd.DataFrame,
) -> LayerBalance:
    """The outlet as a network: inputs to the process, an arc to each product, its declared flows beyond."""
    declared = set(product)
    into = enters.assign(source=OUTSIDE, target="process")
    out = leaves.assign(source="product|" + product, target=OUTSIDE)
    measured = pd.concat([into, out])
    arcs = pd.DataFrame(
        {
            "flow": measured["flow_id"].astype("str"),
            "source": measured["source"],
            "target": measured["target"],
            MASS: measured[MASS].astype(float),
            SD: ((measured[HIGH] - measured[LOW]).astype(float) / (2 * Z)).clip(lower=LEAST_SD),
        }
    )
    names = shares["product"]
    arrives = [f"product|{name}" if name in declared else OUTSIDE for name in names]
    made = pd.DataFrame({"flow": "made|" + names, "source": "process", "target": arrives})
    sd = (shares["high"] - shares["low"]) / (2 * Z)
    transfers = pd.DataFrame({"flow": made["flow"], "layer": WHOLE, "value": shares["central"], "sd": sd})
    family = pd.DataFrame({"flow": into["flow_id"].astype("str"), "material": into["category"].astype("str")})
    of_flow = pd.concat([family, pd.DataFrame({"flow": made["flow"], "material": names})])
    known = of_flow.merge(contents, on="material")
    # A layer of which some input is not known cannot be followed.
    whole = known[known["flow"].isin(family["flow"])].groupby("layer")["flow"].nunique() == len(family)
    known = known[known["layer"].isin(whole.index[whole])]
    spread = ((known["high"] - known["low"]) / (2 * Z)).clip(lower=1e-6)
    given = pd.DataFrame(
        {"flow": known["flow"], "layer": known["layer"], "value": known["central"], "sd": spread}
    )
    return reconcile_layers(pd.concat([arcs, made], ignore_index=True), given, [OUTSIDE], transfers)


def _compared(
    site: str,
    process: str,
    enters: pd.DataFrame,
    leaves: pd.DataFrame,
    product: pd.Series,
    shares: pd.DataFrame,
    p_value: float,
) -> pd.DataFrame:
    total = float(enters[MASS].sum())
    declared = leaves.groupby(product)[MASS].sum()
    rows = pd.DataFrame({"product": shares["product"], MASS: shares["product"].map(declared)})
    for name, part in zip(EXPECTED, ["low", "central", "high"], strict=True):
        rows[name] = total * shares[part]
    cases = [rows[MASS].isna(), rows[MASS] < rows[EXPECTED[0]], rows[MASS] > rows[EXPECTED[2]]]
    verdict = np.select(cases, ["undeclared", "below", "above"], "within")
    return rows.assign(site_id=site, process=process, verdict=verdict, system_p_value=p_value)


def _layers(site: str, balance: LayerBalance, enters: pd.Series) -> pd.DataFrame:
    """What enters and what each product carries away, by layer, and no more than the layer leaves it.

    Errors of mass and content are independent, unless a content was not measured: it follows then from the
    rest of its layer, and its error undoes that of its mass. Where every product has a row, none is wider
    than all else together. None is more than what enters may be, less the least that the others take.
    """
    told = balance.quantities[["kind", "layer", "flow", "reconciled", "sd_reconciled"]]
    mass = told[told["kind"] == "mass"].drop(columns=["kind", "layer"])
    both = told[told["kind"] == "content"].merge(mass, on="flow", suffixes=("", "_mass")).dropna()
    made = both["flow"].str.startswith("made|")
    both["product"] = both["flow"].str.removeprefix("made|").where(made, "incoming")
    both = both[made | both["flow"].isin(enters.astype("str"))]
    both[MASS] = both["reconciled_mass"] * both["reconciled"]
    both["square"] = (both["sd_reconciled_mass"] * both["reconciled"]) ** 2
    both["square"] += (both["sd_reconciled"] * both["reconciled_mass"]) ** 2
    rows = both.groupby(["layer", "product"], sort=False)[[MASS, "square"]].sum().reset_index()
    layer, enter = rows["layer"], rows["product"] == "incoming"
    closed = rows.groupby("layer")["product"].transform("size") > mass["flow"].str.startswith("made|").sum()
    others = rows.groupby("layer")["square"].transform("sum") - rows["square"]
    half = Z * np.sqrt(rows["square"].mask(closed, np.fmin(rows["square"], others)))
    rows = rows.assign(site_id=site, **{LOW: (rows[MASS] - half).clip(lower=0), HIGH: rows[MASS] + half})
    least = rows[LOW].mask(enter, 0.0)
    left = layer.map(rows[enter].set_index("layer")[HIGH]) - least.groupby(layer).transform("sum") + least
    rows[HIGH] = rows[HIGH].mask(~enter, np.fmin(rows[HIGH], left))
    # Carbon, nitrogen and metals are parts of the dry matter.
    dry = rows[rows["layer"] == "dry_matter"].set_index("product")[HIGH]
    rows[HIGH] = rows[HIGH].clip(upper=rows["product"].map(dry).fillna(np.inf))
    return rows[rows[MASS] <= rows[HIGH]]


def _stacked(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True).reindex(
        columns=columns
    )
