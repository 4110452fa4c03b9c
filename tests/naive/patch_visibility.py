"""Visible shares sample by sample and direction by direction, with a function that answers one ray."""

import numpy as np


def visible(stops, origin, normal, direction):
    return float(np.dot(np.float64(normal), np.float64(direction))) > 1e-4 and not stops(origin, direction)


def visible_fraction(stops, origins, weights, sample_offsets, normals, directions, start, stop):
    result = np.zeros((stop - start, len(directions)), np.uint8)
    for surface in range(start, stop):
        samples = range(sample_offsets[surface], sample_offsets[surface + 1])
        total = sum(float(weights[s]) for s in samples)
        for d, direction in enumerate(directions):
            seen = sum(float(weights[s]) for s in samples if visible(stops, origins[s], normals[surface], direction))
            result[surface - start, d] = int(255 * seen / total + 0.5) if total > 0 else 0
    return result


def visible_directions(stops, origins, sample_offsets, normals, directions, start, stop):
    return [
        sum(visible(stops, origins[s], normals[surface], direction) for direction in directions)
        for surface in range(start, stop)
        for s in range(sample_offsets[surface], sample_offsets[surface + 1])
    ]
