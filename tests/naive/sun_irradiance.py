"""Irradiance of one surface by the sun of one hour, term by term."""

import math


def transmitted(cosine, a_r):
    if a_r == 0:
        return 1.0
    return (1 - math.exp(-cosine / a_r)) / (1 - math.exp(-1 / a_r))


def around(values, patch, share):
    return sum(s * values[p] for p, s in zip(patch, share, strict=True))


def cosine_of(normal, sun):
    return sum(n * s for n, s in zip(normal, sun, strict=True))


def sun_irradiance(visible, response, normal, sun, hour, a_r=0.0, passed=1.0):
    cosine = cosine_of(normal, sun.direction[:, hour])
    lit = around(visible / 255, sun.patch[:, hour], sun.share[:, hour])
    straight = cosine * transmitted(cosine, a_r) * lit if cosine > 0 else 0.0
    reflected = around(response, sun.coarse_patch[:, hour], sun.coarse_share[:, hour])
    return sun.dni[hour] * (straight + passed * reflected)


def sun_time(visible, normal, sun):
    return sum(
        around(visible / 255, sun.patch[:, k], sun.share[:, k])
        for k in range(len(sun.dni))
        if cosine_of(normal, sun.direction[:, k]) > 0
    )
