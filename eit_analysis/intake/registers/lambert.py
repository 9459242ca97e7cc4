"""Lambert-93 metres to degrees, without a projection library for this one formula.

Source: IGN, *Projections cartographiques en France*, NT/G 71 (algorithms ALG0002 and ALG0004) and the
parameters of Lambert-93 on RGF93 (ellipsoid GRS80): n, C, Xs, Ys.
"""

from __future__ import annotations

import math

ECCENTRICITY = 0.081819191042816
N = 0.7256077650532670
C = 11_754_255.4260960
X_POLE, Y_POLE = 700_000.0, 12_655_612.0498760
CENTRAL_MERIDIAN = math.radians(3)


def geographic(x_m: float, y_m: float) -> tuple[float, float]:
    """Latitude and longitude (degrees, WGS 84) of a point in Lambert-93.

    With R the distance to the pole and γ the angle there: λ = λc + γ/n, and the isometric latitude is
    L = −ln(R/C)/n, from which the latitude follows by fixed point.
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
