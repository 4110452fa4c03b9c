"""Direct sun by patch and group of hours, hour by hour."""


def sun_coefficients(normal, directions, dni, patches, shares, group, n_groups, n_patches):
    result = [[0.0] * n_groups for _ in range(n_patches)]
    for s, power, patch, share, g in zip(directions, dni, patches, shares, group, strict=True):
        cosine = sum(a * b for a, b in zip(normal, s, strict=True))
        if cosine > 0 and g >= 0:
            for d, w in zip(patch, share, strict=True):
                result[d][g] += w * power * cosine
    return result
