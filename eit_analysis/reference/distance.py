"""Distance: great circle by the haversine formula, from half angles reckoned once for each place, and road.

    h = sin²((φ' − φ)/2) + cos φ cos φ' sin²((λ' − λ)/2),    d = 2 R asin √h

Distances are rounded to the millimetre, so that the last bit of a sine decides neither a limit nor a tie.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

EARTH_RADIUS_KM = 6371.0088  # mean radius of the GRS 80 ellipsoid, (2 a + b) / 3
MILLIMETRES_PER_KM = 1e6


def haversine_km(
    latitude_a: np.ndarray, longitude_a: np.ndarray, latitude_b: np.ndarray, longitude_b: np.ndarray
) -> np.ndarray:
    """2 R asin √(sin²(Δφ/2) + cos φa cos φb sin²(Δλ/2)): great-circle distance, degrees in, km out."""
    a, b = half_angles(latitude_a, longitude_a), half_angles(latitude_b, longitude_b)
    return arc_km(haversine(a, b))


def half_angles(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """(sin φ/2, cos φ/2, cos φ, sin λ/2, cos λ/2) of places in degrees, on the last axis."""
    phi, lam = (np.radians(np.asarray(x, dtype=float)) for x in (latitude, longitude))
    parts = np.sin(phi / 2), np.cos(phi / 2), np.cos(phi), np.sin(lam / 2), np.cos(lam / 2)
    return np.stack(parts, axis=-1)


def haversine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The h of the formula between places given by their half angles."""
    u = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    w = a[..., 3] * b[..., 4] - a[..., 4] * b[..., 3]
    return u * u + a[..., 2] * b[..., 2] * (w * w)


def arc_km(h: np.ndarray) -> np.ndarray:
    """2 R asin √h, to the nearest millimetre."""
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.sqrt(h), 1))
    return np.rint(km * MILLIMETRES_PER_KM) / MILLIMETRES_PER_KM


def road_km(places: pd.DataFrame, detour_factor: float) -> np.ndarray:
    """great circle × detour factor, km, between all sites of ``places`` (``latitude``, ``longitude``)."""
    lat, lon = (places[c].to_numpy(dtype=float) for c in ("latitude", "longitude"))
    return detour_factor * haversine_km(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
