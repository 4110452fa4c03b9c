"""Patches of the sky as rectangles in azimuth and altitude, in plain Python."""

import math

ROWS = [30, 30, 24, 24, 18, 12, 6]


def rectangles(factor):
    """(azimuth from, to, altitude from, to) of each patch in radians."""
    height = math.radians(90.0 / (7 * factor + 0.5))
    result = []
    for row in range(7 * factor):
        n = ROWS[row // factor] * factor
        for k in range(n):
            result.append((2 * math.pi * (k - 0.5) / n, 2 * math.pi * (k + 0.5) / n, row * height, (row + 1) * height))
    result.append((0.0, 2 * math.pi, 7 * factor * height, math.pi / 2))
    return result


def reinhart(factor):
    """Directions to the middles of the rectangles, the cap's at the zenith, and solid angles."""
    directions, solid_angles = [], []
    for west, east, low, high in rectangles(factor):
        altitude = math.pi / 2 if high > math.pi / 2 - 1e-9 else (low + high) / 2
        azimuth = (west + east) / 2
        directions.append(
            (
                math.cos(altitude) * math.sin(azimuth),
                math.cos(altitude) * math.cos(azimuth),
                math.sin(altitude),
            )
        )
        solid_angles.append((east - west) * (math.sin(high) - math.sin(low)))
    return directions, solid_angles


def projected_solid_angle(normal, rectangle, steps):
    """Integral of the cosine over one rectangle by the midpoint rule in azimuth and altitude."""
    west, east, low, high = rectangle
    total = 0.0
    for i in range(steps):
        altitude = low + (i + 0.5) / steps * (high - low)
        for j in range(steps):
            azimuth = west + (j + 0.5) / steps * (east - west)
            cosine = (
                normal[0] * math.cos(altitude) * math.sin(azimuth)
                + normal[1] * math.cos(altitude) * math.cos(azimuth)
                + normal[2] * math.sin(altitude)
            )
            total += max(0.0, cosine) * math.cos(altitude)
    return total * (east - west) * (high - low) / steps**2


def sky_view(visible, projected):
    return sum(v / 255 * w for v, w in zip(visible, projected, strict=True)) / math.pi


def extend_behind(visible, normal, directions, reach):
    heights = [sum(n * d for n, d in zip(normal, direction, strict=True)) for direction in directions]
    front = [k for k, height in enumerate(heights) if 1e-4 < height <= 2 * reach]
    result = list(visible)
    for k, height in enumerate(heights):
        if -reach <= height <= 1e-4 and front:
            nearest = max(front, key=lambda f: sum(a * b for a, b in zip(directions[k], directions[f], strict=True)))
            result[k] = visible[nearest]
    return result
