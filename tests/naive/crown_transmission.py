"""Light through crowns ray by ray: roots of the quadratic equation of an ellipsoid, in double precision."""

import math

import numpy as np


def chord(centre, scale, origin, direction):
    """Length of a ray inside an ellipsoid given by its centre and one over its semi-axes."""
    axes = np.array([scale[0], scale[0], scale[1]], float)
    q = (np.array(origin, float) - np.array(centre, float)) * axes
    u = np.array(direction, float) * axes
    a, b, c = u @ u, 2 * (q @ u), q @ q - 1
    if b * b <= 4 * a * c:
        return 0.0
    root = math.sqrt(b * b - 4 * a * c)
    return max(0.0, (-b + root) / (2 * a)) - max(0.0, (-b - root) / (2 * a))


def optical_depth(crowns, origin, direction):
    """Leaf-on and leaf-off."""
    return sum(
        np.array(k, float) * chord(c, s, origin, direction)
        for c, s, k in zip(crowns.centre, crowns.scale, crowns.extinction, strict=True)
    ) + np.zeros(2)


def crown_transmission(crowns, origins, directions):
    return np.array([np.exp(-optical_depth(crowns, o, d)) for o, d in zip(origins, directions, strict=True)])


def visible_through_crowns(stops, crowns, origins, weights, sample_offsets, normals, directions, start, stop):
    """Shares as floats, (2, surfaces, directions); `stops` answers one ray."""
    result = np.zeros((2, stop - start, len(directions)))
    for surface in range(start, stop):
        samples = range(sample_offsets[surface], sample_offsets[surface + 1])
        total = sum(float(weights[s]) for s in samples)
        for d, direction in enumerate(directions):
            if np.dot(np.float64(normals[surface]), np.float64(direction)) <= 1e-4 or total == 0:
                continue
            for s in samples:
                if not stops(origins[s], direction):
                    passed = np.exp(-optical_depth(crowns, origins[s], direction))
                    result[:, surface - start, d] += float(weights[s]) / total * passed
    return result


def crown_corners(crowns):
    reach = np.stack([1 / crowns.scale[:, 0], 1 / crowns.scale[:, 0], 1 / crowns.scale[:, 1]], axis=1)
    return np.stack([crowns.centre - reach, crowns.centre + reach, crowns.centre - reach], axis=1)
