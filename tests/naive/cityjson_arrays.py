"""Boundaries, values and vertices by recursion over what ``json`` makes of them; None where they are not as asked."""


def flatten_boundaries(boundaries, depth, first, limit):
    """Lists of solids, shells, surfaces and rings of one geometry by the number of their parts, and its vertices."""
    counts = [[], [], [], [], []]
    index = []

    def down(value, level):
        if level < 0:
            assert type(value) is int
            assert 0 <= value < limit
            index.append(first + value)
            return
        assert isinstance(value, list)
        for part in value:
            down(part, level - 1)
        counts[level].append(len(value))

    try:
        down([[boundaries]] if depth == 0 else [boundaries] if depth == 1 else boundaries, 4)
    except AssertionError:
        return None
    rings, surfaces, shells, solids, geometry = counts
    return geometry, solids, shells, surfaces, rings, index


def flatten_values(values, boundaries, depth, limit):
    """Semantic surface of each surface of one geometry."""
    result = []

    def down(value, shape, level):
        if value is None:
            skip(shape, level)
        elif level == 0:
            assert type(value) is int
            assert 0 <= value < limit
            result.append(value)
        else:
            assert len(value) == len(shape)
            for part, part_shape in zip(value, shape, strict=True):
                down(part, part_shape, level - 1)

    def skip(shape, level):
        if level == 0:
            result.append(-1)
        else:
            for part in shape:
                skip(part, level - 1)

    try:
        assert isinstance(values, list) or values is Ellipsis
        down(None if values is Ellipsis else values, boundaries, depth + 1)
    except (AssertionError, TypeError):
        return None
    return result


def read_vertices(vertices):
    """Whether a list holds lists of three numbers, and whether those are whole and short."""
    numbers = [number for vertex in vertices for number in vertex]
    sound = all(len(vertex) == 3 for vertex in vertices)
    whole = all(isinstance(number, int) and abs(number) < 10**15 for number in numbers)
    return sound, whole
