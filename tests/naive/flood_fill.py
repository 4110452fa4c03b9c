"""Every choice of faces to turn, tried out; the smallest that leaves no edge used twice in one direction."""

import itertools


def conflicts(turn, faces, reversed_faces, corner_offsets, point, twin):
    owner = [face for face, (a, b) in enumerate(itertools.pairwise(corner_offsets)) for _ in range(a, b)]
    return any(
        ((point[c] == point[twin[c]]) == (reversed_faces[f] == reversed_faces[owner[twin[c]]]))
        == (turn[f] == turn[owner[twin[c]]])
        for f in faces
        for c in range(corner_offsets[f], corner_offsets[f + 1])
        if twin[c] >= 0
    )


def fewest_turned(faces, reversed_faces, corner_offsets, point, twin):
    """Number of faces of one solid to turn, None where it is one-sided."""
    for n in range(len(faces) + 1):
        for chosen in itertools.combinations(faces, n):
            turn = {face: face in chosen for face in faces}
            if not conflicts(turn, faces, reversed_faces, corner_offsets, point, twin):
                return n
    return None
