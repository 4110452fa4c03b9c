"""Visible shares sample by sample and direction by direction, with a function that answers one ray."""

import numpy as np


def visible(stops, origin, normal, direction):
    return float(np.dot(np.float64(normal), np.float64(direction))) > 1e-4 and not stops(origin, direction)


def visible_fraction(stops, origins, weights, sample_offsets, normals, directions, start, stop):
    result = np.zeros((stop - start, len(directions)), np.uint8)
    for surface in range(start, stop):
        samples = range(sample_offsets[surface], sample_offsets[surface + 1])
        total = sum(float(weights[s]) for s in samples)
        for d, direction in enumerate(directions):
            seen = sum(float(weights[s]) for s in samples if visible(stops, origins[s], normals[surface], direction))
            result[surface - start, d] = int(255 * seen / total + 0.5) if total > 0 else 0
    return result


def visible_directions(stops, origins, sample_offsets, normals, directions, start, stop):
    return [
        sum(visible(stops, origins[s], normals[surface], direction) for direction in directions)
        for surface in range(start, stop)
        for s in range(sample_offsets[surface], sample_offsets[surface + 1])
    ]


def packet_offsets(sample_offsets):
    return np.concatenate([[0], np.cumsum(-(-np.diff(sample_offsets) // 16))])


def packet_masks(stops, origins, sample_offsets, normals, directions, start, stop):
    masks = []
    for surface in range(start, stop):
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], 16):
            samples = range(first, min(first + 16, sample_offsets[surface + 1]))
            masks.append(
                [
                    sum(visible(stops, origins[s], normals[surface], direction) << (s - first) for s in samples)
                    for direction in directions
                ]
            )
    return np.array(masks, np.uint16).reshape(-1, len(directions))


def fraction_of_masks(masks, weights, sample_offsets, start, stop):
    result = np.zeros((stop - start, masks.shape[1]), np.uint8)
    bits = [(row >> lane) & 1 for row in masks for lane in range(16)]
    offsets = packet_offsets(sample_offsets[start : stop + 1])
    for surface in range(start, stop):
        n = sample_offsets[surface + 1] - sample_offsets[surface]
        weight = weights[sample_offsets[surface] : sample_offsets[surface + 1]].astype(np.float64)
        if weight.sum() > 0:
            seen = np.array(bits[16 * offsets[surface - start] :][:n]).T @ weight
            result[surface - start] = (255 * seen / weight.sum() + 0.5).astype(np.uint8)
    return result
