"""View factors ray by ray with dictionaries, and sums of responses hour by hour."""

import math

import numpy as np


def exchange_row(hits, normal, directions, solid_angle, n_sky, element, normals, unknown, beyond, buried):
    """View factors by column, visible shares, closure and outdoor share of one element from its hits (samples, m)."""
    factors, visible, whole, outdoors = {}, [0] * n_sky, 0.0, 0
    for sample in hits:
        if sum(hit == -1 for hit in sample[:n_sky]) <= buried:
            continue
        outdoors += 1
        for d, hit in enumerate(sample):
            weight = float(np.dot(normal, directions[d])) * solid_angle[d]
            if hit == -2 or weight <= 0:
                continue
            whole += weight
            if hit == -1 and d < n_sky:
                visible[d] += 1
                column = "sky"
            elif hit == -1:
                column = beyond
            else:
                column = element[hit]
                if column < 0 or np.dot(normals[column], directions[d]) > 0:
                    column = unknown
            factors[column] = factors.get(column, 0.0) + weight
    if outdoors == 0:
        return {}, visible, 0.0, 0.0
    factors = {column: value / whole for column, value in factors.items()}
    return factors, [v / outdoors for v in visible], whole / (outdoors * math.pi), outdoors / len(hits)


def received(matrix, radiosity):
    return matrix @ radiosity
