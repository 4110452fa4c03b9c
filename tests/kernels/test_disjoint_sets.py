import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.disjoint_sets import find_root, unite
from tests.naive.disjoint_sets import sets_of


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_equals_naive(pairs):
    parent = np.arange(20)
    joined = [bool(unite(parent, i, j)) for i, j in pairs]
    sets = sets_of(20, pairs)
    assert [find_root(parent, i) for i in range(20)] == [min(s) for s in sets]
    before = [sets_of(20, pairs[:k]) for k in range(len(pairs))]
    assert joined == [sets[i] is not sets[j] for sets, (i, j) in zip(before, pairs, strict=True)]
