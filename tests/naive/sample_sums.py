"""Sums sample by sample and direction by direction, with a function that answers one ray."""

import numpy as np

from tests.naive.patch_visibility import visible, visible_fraction


def visible_sums(stops, origins, weights, sample_offsets, normals, directions, coefficients, start, stop):
    fraction = visible_fraction(stops, origins, weights, sample_offsets, normals, directions, start, stop)
    sums = [
        sum(
            (
                coefficients[s, d]
                for d in range(len(directions))
                if visible(stops, origins[p], normals[s], directions[d])
            ),
            np.zeros(coefficients.shape[2]),
        )
        for s in range(start, stop)
        for p in range(sample_offsets[s], sample_offsets[s + 1])
    ]
    return fraction, np.array(sums)
