"""Every ray against every triangle, in double precision."""

from tests.naive.moller_trumbore import intersect


def any_hit(triangles, origins, directions, t_min, t_max, margin=0.0):
    """Whether each ray hits; None where a triangle is met within `margin` of its border or of the range of t."""
    result = []
    for origin, direction in zip(origins, directions, strict=True):
        answer = False
        for corners in triangles:
            found = intersect(corners, origin, direction)
            if found is None:
                continue
            u, v, t = found
            slack = min(u, v, 1 - u - v, t - t_min, t_max - t)
            if slack > margin:
                answer = True
                break
            if slack >= -margin:
                answer = None
        result.append(answer)
    return result
