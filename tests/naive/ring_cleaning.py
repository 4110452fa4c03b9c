"""Rings as lists of points."""


def open_rings(rings):
    """Points left of each ring, and whether it was unclosed and had repeated points."""
    result = []
    for ring in rings:
        points = [tuple(p) for p in ring]
        left = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        repeated = len(left) < len(points)
        closed = len(left) > 1 and left[0] == left[-1]
        unclosed = len(left) > 1 and not closed
        result.append((left[:-1] if closed else left, unclosed, repeated))
    return result
