"""Faces reached from each other, face by face."""

import itertools


def shell_components(solid_offsets, corner_offsets, twin):
    owner = [face for face, (a, b) in enumerate(itertools.pairwise(corner_offsets)) for _ in range(a, b)]
    component, count = [], []
    for first, last in itertools.pairwise(solid_offsets):
        label = {}
        n = 0
        for seed in range(first, last):
            if seed in label:
                continue
            waiting = [seed]
            while waiting:
                face = waiting.pop()
                label[face] = n
                for corner in range(corner_offsets[face], corner_offsets[face + 1]):
                    if twin[corner] >= 0 and owner[twin[corner]] not in label:
                        waiting.append(owner[twin[corner]])
            n += 1
        component += [label[face] for face in range(first, last)]
        count.append(n)
    return component, count
