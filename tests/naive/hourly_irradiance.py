"""Irradiance of one surface in one hour, term by term."""

import math
from itertools import pairwise


def transmitted(cosine, a_r):
    if a_r == 0:
        return 1.0
    return (1 - math.exp(-cosine / a_r)) / (1 - math.exp(-1 / a_r))


def lit(visible, patch, share):
    return sum(s * visible[p] / 255 for p, s in zip(patch, share, strict=True))


def irradiance(visible, normal, projected, radiance, sun, dni, patch, share, a_r=0.0):
    diffuse = sum(v / 255 * w * r for v, w, r in zip(visible, projected, radiance, strict=True))
    cosine = sum(n * s for n, s in zip(normal, sun, strict=True))
    direct = dni * cosine * transmitted(cosine, a_r) * lit(visible, patch, share) if cosine > 0 else 0.0
    return diffuse + direct


def group_means(values, weights, offsets):
    result = []
    for a, b in pairwise(offsets):
        total = sum(weights[a:b])
        result.append(
            [sum(w * v[k] for w, v in zip(weights[a:b], values[a:b], strict=True)) / total if total else 0.0
             for k in range(len(values[0]))]
        )  # fmt: skip
    return result
