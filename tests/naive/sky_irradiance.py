"""Irradiance of one surface by the sky of one hour."""


def sky(gains, radiances):
    return sum(g * r for g, r in zip(gains, radiances, strict=True))


def reflected_gain(response, solid_angle, shares):
    """Of one patch of the sky: `shares` has (coarse patch, share)."""
    return solid_angle * sum(share * response[patch] for patch, share in shares)


def weighted(gains, weights, n_patches):
    return [sum(w * g[q] for g, w in zip(gains, weights, strict=True)) for q in range(n_patches)]
