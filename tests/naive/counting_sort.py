"""Rows of each group by looking for them."""


def counting_sort(groups, n_groups):
    return [[row for row, group in enumerate(groups) if group == number] for number in range(n_groups)]
