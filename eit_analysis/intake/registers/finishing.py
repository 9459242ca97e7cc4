"""What remains to be computed from the columns of a register's rows, by table."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from eit_analysis import reference
from eit_analysis.records import SOURCE
from eit_analysis.reference import nomenclatures
from eit_analysis.reference.commune_tables import former_by_code

NAF_2008, NAF_2025 = ["", "nafrev2"], ["naf25", "naf2025"]
SIRENE_COLUMNS = [
    "siret", "name", "naf_code", "naf25_code", "commune_code", "commune_name", "postcode", "headcount_class",
    "headcount_low", "headcount_high", "headcount_year", "latitude", "longitude", "masked", *SOURCE,
]  # fmt: skip
OUTLET_COLUMNS = [
    "outlet_list", "outlet_id", "outlet_name", "outlet_kind", "accepts", "naf_code", "siret", "commune_code",
    "latitude", "longitude", "permitted_t_per_year", "spare_t_per_year", "gate_fee_eur_per_t", "source",
    "masked", *SOURCE,
]  # fmt: skip
OUTLET_DTYPES = dict.fromkeys(["siret", "source"], "str") | dict.fromkeys(
    ["spare_t_per_year", "gate_fee_eur_per_t"], "float64"
)


def _headcounts(frame: pd.DataFrame) -> pd.DataFrame:
    """Bounds of the class of headcount (INSEE); NN, no employee or unknown, has none."""
    classes = reference.load("headcount_classes").set_index("headcount_class_code").astype("Int64")
    bounds = classes.reindex(frame["headcount_class"].fillna(""))
    return frame.assign(headcount_low=bounds["low"].array, headcount_high=bounds["high"].array)


def _sirene(frame: pd.DataFrame) -> pd.DataFrame:
    """One name, one code in each nomenclature, today's commune, degrees."""
    nomenclature = frame["naf_nomenclature"].fillna("").str.lower().str.replace(" ", "")
    main, naf25 = (
        frame[name].fillna("").str.upper().str.replace(".", "", regex=False)
        for name in ("naf_main", "naf25_code")
    )
    naf = main.where(nomenclature.isin(NAF_2008), "").map(nomenclatures.normalise_naf)
    naf25 = naf25.where(naf25 != "", main.where(nomenclature.isin(NAF_2025), ""))
    communes = frame["commune_code"].map(lambda code: former_by_code().get(code, code), na_action="ignore")
    metres = zip(frame["lambert_x_m"], frame["lambert_y_m"], frame["commune_code"].fillna(""), strict=True)
    degrees = [
        geographic(x, y) if commune[:2] not in ("97", "98") and pd.notna(x + y) else (None, None)
        for x, y, commune in metres
    ]
    centres = pd.DataFrame(degrees, frame.index, ["latitude", "longitude"], dtype="float64")
    frame = _headcounts(frame).assign(
        name=frame["legal_name"].fillna(frame["usual_name"]).fillna(frame["sign"]),
        naf_code=naf.astype("str"),
        naf25_code=naf25.where(naf25 != ""),
        commune_code=communes.astype("str"),
        latitude=frame["latitude"].fillna(centres["latitude"]),
        longitude=frame["longitude"].fillna(centres["longitude"]),
    )
    return frame[SIRENE_COLUMNS]


def _slips(frame: pd.DataFrame) -> pd.DataFrame:
    """Year of the date, and what names a line: its slip, else its declaration, else its day and waste."""
    line = (
        frame["slip_number"].fillna(frame["declaration_id"]).fillna(frame["date"] + " " + frame["waste_code"])
    )
    return frame.assign(year=pd.to_numeric(frame["date"].str[:4]).astype("Int64"), line_id=line)


def _chronological(frame: pd.DataFrame) -> pd.DataFrame:
    """As slips; one table, whether the unit of a mass is in its header (tonnes) or beside it."""
    if "tonnes_per_unit" not in frame:
        frame.insert(list(frame).index("declared_t") + 1, "tonnes_per_unit", 1.0)
    return _slips(frame)


def _hazards(frame: pd.DataFrame) -> pd.DataFrame:
    """The files of hazardous and of other waste have the same columns: the list of waste separates them."""
    known = {code: nomenclatures.is_hazardous(code) for code in frame["waste_code"].unique()}
    return frame.assign(hazardous=frame["waste_code"].map(known).astype("boolean"))


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares of the hiring projects (%); no project, no share: 0 / 0 is missing."""
    planned = frame["planned_hires"].where(frame["planned_hires"] > 0)
    shares = {
        f"{name}_share_percent": (100 * frame[f"{name}_hires"] / planned).round(1)
        for name in ("difficult", "seasonal")
    }
    counts = ["difficult_hires", "seasonal_hires", "year"]
    return frame.drop(columns=counts).assign(**shares, year=frame["year"])


def _outlets(frame: pd.DataFrame) -> pd.DataFrame:
    """The lists of outlets as one table, with what a list does not have missing.

    A plant without coordinates stands at the centre of its commune. SINOE gives the permitted capacity alone:
    what room is left is unknown.
    """
    found = frame.reindex(columns=[*frame.columns, *(set(OUTLET_COLUMNS) - set(frame.columns))])
    found = found.astype(OUTLET_DTYPES)
    communes = found["commune_code"].map(lambda code: former_by_code().get(code, code), na_action="ignore")
    centres = reference.load("communes").set_index("commune_code")[["latitude", "longitude"]]
    centres = centres.reindex(communes).set_axis(found.index)
    row = found["source_sheet"] + " " + found["source_row"].astype("str")
    own = frame.get("list_id", row)
    year = frame["year"].astype("str") if "year" in frame else ""
    return found.assign(
        outlet_id=found["outlet_list"] + " " + own,
        commune_code=communes.astype("str"),
        latitude=found["latitude"].fillna(centres["latitude"]),
        longitude=found["longitude"].fillna(centres["longitude"]),
        source=found["source"].fillna("ADEME, SINOE " + year),
    )[OUTLET_COLUMNS]


FINISHING: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "sirene": _sirene,
    "establishment_counts": _headcounts,
    "trackdechets": _slips,
    "registre_chronologique": _chronological,
    "irep": _hazards,
    "bmo": _shares,
    "outlets": _outlets,
}


# Lambert-93 on RGF93 (ellipsoid GRS80): e, n, C, Xs, Ys and the central meridian.
ECCENTRICITY = 0.081819191042816
N = 0.7256077650532670
C = 11_754_255.4260960
X_POLE, Y_POLE = 700_000.0, 12_655_612.0498760
CENTRAL_MERIDIAN = math.radians(3)


def geographic(x_m: float, y_m: float) -> tuple[float, float]:
    """Latitude and longitude (degrees, WGS 84) of a point in Lambert-93.

    With R the distance to the pole and γ the angle there: λ = λc + γ/n, and the isometric latitude is
    L = −ln(R/C)/n, from which the latitude follows by fixed point.

    Source: IGN, *Projections cartographiques en France*, NT/G 71 (algorithms ALG0002 and ALG0004).
    """
    east, north = x_m - X_POLE, Y_POLE - y_m
    isometric = -math.log(math.hypot(east, north) / C) / N
    longitude = CENTRAL_MERIDIAN + math.atan2(east, north) / N
    latitude = 2 * math.atan(math.exp(isometric)) - math.pi / 2
    for _ in range(12):  # each step gains two digits: e² is 0.0067
        swing = ECCENTRICITY * math.sin(latitude)
        factor = ((1 + swing) / (1 - swing)) ** (ECCENTRICITY / 2)
        latitude = 2 * math.atan(factor * math.exp(isometric)) - math.pi / 2
    return round(math.degrees(latitude), 6), round(math.degrees(longitude), 6)
