"""Sets kept as Python sets."""


def sets_of(n, pairs):
    sets = [{item} for item in range(n)]
    for i, j in pairs:
        if sets[i] is not sets[j]:
            sets[i] |= sets[j]
            for item in sets[j]:
                sets[item] = sets[i]
    return sets
