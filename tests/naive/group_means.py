"""Weighted means of the rows of groups, in plain Python."""

from itertools import pairwise


def group_means(values, weights, offsets):
    result = []
    for a, b in pairwise(offsets):
        total = sum(weights[a:b])
        result.append(
            [sum(w * v[k] for w, v in zip(weights[a:b], values[a:b], strict=True)) / total if total else 0.0
             for k in range(len(values[0]))]
        )  # fmt: skip
    return result
