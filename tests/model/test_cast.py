from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from citytwin.model._cast import as_floats, as_rows


def test_floats() -> None:
    values = as_floats(np.arange(4, dtype=np.int32)[::2], "x")
    assert values.dtype == np.float64
    assert values.flags.c_contiguous
    masked = as_floats(np.ma.masked_array([1, 2], [False, True]), "x", missing=True)
    np.testing.assert_array_equal(masked, [1, np.nan])
    assert as_floats(np.zeros((5, 12)), "x", shape=(None, 12)).shape == (5, 12)
    assert as_floats([None, 1.0], "x", missing=True)[1] == 1.0


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (["a"], {}, TypeError, "numbers"),
        ([object()], {}, TypeError, "numbers"),
        ([np.nan], {}, ValueError, "finite"),
        ([np.inf], {"missing": True}, ValueError, "finite"),
        ([-1.0], {"low": 0.0}, ValueError, "between 0 and inf, but holds -1"),
        ([[1.0]], {}, ValueError, r"shape \(n\), not \(1, 1\)"),
        ([1.0], {"shape": (2,)}, ValueError, r"shape \(2\)"),
    ],
)
def test_floats_refused(values: Any, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        as_floats(values, "x", **options)


def test_rows() -> None:
    assert as_rows([2, 0], "rows", 3).tolist() == [2, 0]
    assert as_rows([], "rows", 3).tolist() == []
    assert as_rows(np.array([True, False, True]), "rows", 3).tolist() == [0, 2]
    with pytest.raises(ValueError, match="between 0 and 2"):
        as_rows([3], "rows", 3)
    with pytest.raises(TypeError, match="whole numbers"):
        as_rows([0.5], "rows", 3)
    with pytest.raises(ValueError, match="shape"):
        as_rows([True], "rows", 3)
