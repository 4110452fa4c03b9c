"""Mean transmission of glass under a uniform sky, by the midpoint rule."""

import math


def incidence_modifier(cosine, a_r):
    return 1.0 if a_r == 0 else (1 - math.exp(-cosine / a_r)) / (1 - math.exp(-1 / a_r))


def hemispherical_modifier(a_r, steps=4000):
    cosines = [(i + 0.5) / steps for i in range(steps)]
    return sum(2 * c * incidence_modifier(c, a_r) for c in cosines) / steps
