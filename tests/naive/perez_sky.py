"""The all-weather sky as the paper writes it, with the coefficients of its table 1 typed in a second time."""

import math

TABLE = """
1.3525 -0.2576 -0.2690 -1.4366 -0.7670 0.0007 1.2734 -0.1233 2.8000 0.6004 1.2375 1.0000 1.8734 0.6297 0.9738 0.2809 0.0356 -0.1246 -0.5718 0.9938
-1.2219 -0.7730 1.4148 1.1016 -0.2054 0.0367 -3.9128 0.9156 6.9750 0.1774 6.4477 -0.1239 -1.5798 -0.5081 -1.7812 0.1080 0.2624 0.0672 -0.2190 -0.4285
-1.1000 -0.2515 0.8952 0.0156 0.2782 -0.1812 -4.5000 1.1766 24.7219 -13.0812 -37.7000 34.8438 -5.0000 1.5218 3.9229 -2.6204 -0.0156 0.1597 0.4199 -0.5562
-0.5484 -0.6654 -0.2672 0.7117 0.7234 -0.6219 -5.6812 2.6297 33.3389 -18.3000 -62.2500 52.0781 -3.5000 0.0016 1.1477 0.1062 0.4659 -0.3296 -0.0876 -0.0329
-0.6000 -0.3566 -2.5000 2.3250 0.2937 0.0496 -5.6812 1.8415 21.0000 -4.7656 -21.5906 7.2492 -3.5000 -0.1554 1.4062 0.3988 0.0032 0.0766 -0.0656 -0.1294
-1.0156 -0.3670 1.0078 1.4051 0.2875 -0.5328 -3.8500 3.3750 14.0000 -0.9999 -7.1406 7.5469 -3.4000 -0.1078 -1.0750 1.5702 -0.0672 0.4016 0.3017 -0.4844
-1.0000 0.0211 0.5025 -0.5119 -0.3000 0.1922 0.7023 -1.6317 19.0000 -5.0000 1.2438 -1.9094 -4.0000 0.0250 0.3844 0.2656 1.0468 -0.3788 -2.4517 1.4656
-1.0500 0.0289 0.4260 0.3590 -0.3250 0.1156 0.7781 0.0025 31.0625 -14.5000 -46.1148 55.3750 -7.2312 0.4050 13.3500 0.6234 1.5000 -0.6426 1.8564 0.5636
"""  # noqa: E501
ROWS = [[float(x) for x in line.split()] for line in TABLE.split("\n") if line]
BOUNDS = [1.065, 1.23, 1.5, 1.95, 2.8, 4.5, 6.2]


def parameters(z, dhi, dni, day_of_year):
    clearness = ((dhi + dni) / dhi + 1.041 * z**3) / (1 + 1.041 * z**3)
    clearness = min(clearness, 12.01)
    altitude = max(0.5, 90 - math.degrees(z))
    air_mass = 1 / (math.sin(math.radians(altitude)) + 0.50572 * (altitude + 6.07995) ** -1.6364)
    delta = dhi * air_mass / (1367 * (1 + 0.033 * math.cos(2 * math.pi * day_of_year / 365)))
    delta = min(max(delta, 0.01), 0.6)
    if 1.065 < clearness < 2.8:
        delta = max(delta, 0.2)
    k = sum(clearness >= bound for bound in BOUNDS)
    x = [ROWS[k][4 * i : 4 * i + 4] for i in range(5)]
    values = [v[0] + v[1] * z + delta * (v[2] + v[3] * z) for v in x]
    if k == 0:
        values[2] = math.exp((delta * (x[2][0] + x[2][1] * z)) ** x[2][2]) - x[2][3]
        values[3] = -math.exp(delta * (x[3][0] + x[3][1] * z)) + x[3][2] + x[3][3] * delta
    return values


def perez_sky(sun, dhi, dni, day_of_year, directions, weights):
    """Radiances of one hour."""
    if dhi <= 0:
        return [0.0] * len(directions)
    relative = []
    if sun[2] > 0:
        a, b, c, d, e = parameters(math.acos(sun[2]), dhi, dni, day_of_year)
        for x, y, z in directions:
            cosine = max(-1, min(1, x * sun[0] + y * sun[1] + z * sun[2]))
            gamma = math.acos(cosine)
            value = (1 + a * math.exp(min(50, b / max(z, 0.01)))) * (
                1 + c * math.exp(min(50, d * gamma)) + e * math.cos(gamma) ** 2
            )
            relative.append(max(0.0, value))
    if not sum(relative):
        relative = [1.0] * len(directions)
    total = sum(r * w for r, w in zip(relative, weights, strict=True))
    return [dhi * r / total for r in relative]


def isotropic_sky(dhi, weights):
    return [dhi / sum(weights) for _ in weights]


def nearest_patches(sun, directions):
    """Indices and weights of the three nearest directions, nearest first."""
    cosines = [sum(s * x for s, x in zip(sun, d, strict=True)) for d in directions]
    order = sorted(range(len(directions)), key=lambda k: -cosines[k])[:3]
    weights = [1 / max(1e-6, 1.0002 - cosines[k]) for k in order]
    return order, [w / sum(weights) for w in weights]
