"""Every ray against every triangle, in double precision."""

from tests.naive.moller_trumbore import intersect


def first_hit(triangles, origin, direction, t_min, t_max, margin=0.0):
    """Row and distance of the nearest triangle, (-1, t_max) for none; None where a rounding could change it."""
    found = []
    for row, corners in enumerate(triangles):
        met = intersect(corners, origin, direction)
        if met is None:
            continue
        u, v, t = met
        slack = min(u, v, 1 - u - v, t - t_min, t_max - t)
        if slack > margin:
            found.append((t, row))
        elif slack >= -margin:
            return None
    found.sort()
    if len(found) > 1 and found[1][0] - found[0][0] <= margin:
        return None
    return (found[0][1], found[0][0]) if found else (-1, t_max)


def first_hits(triangles, origins, directions, t_min, t_max, margin=0.0):
    """A row of answers for each origin."""
    return [[first_hit(triangles, o, d, t_min, t_max, margin) for d in directions] for o in origins]


def first_hits_of_surface(first, origins, sample_offsets, normals, directions, start, stop):
    """Rows sample by sample, with a function that answers one ray by the row or -1."""
    return [
        [first(origins[s], d) if float(normals[surface] @ d) > 1e-4 else -2 for d in directions]
        for surface in range(start, stop)
        for s in range(sample_offsets[surface], sample_offsets[surface + 1])
    ]
