"""Sun on a facet in one hour, and weighted sums of rows, term by term."""

from tests.naive.sun_irradiance import around, cosine_of


def weighted_row(values, rows, shares, width):
    return [sum(share * values[row][d] for row, share in zip(rows, shares, strict=True)) for d in range(width)]


def facet_sun(visible, response, normal, sun, hour, modifier, passed):
    cosine = max(0.0, cosine_of(normal, sun.direction[:, hour]))
    lit = around(visible / 255, sun.patch[:, hour], sun.share[:, hour])
    reflected = around(response, sun.coarse_patch[:, hour], sun.coarse_share[:, hour])
    return sun.dni[hour] * (cosine * modifier(cosine) * lit + passed * reflected)
