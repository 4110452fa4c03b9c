import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.martin_ruiz import hemispherical_modifier, incidence_modifier
from tests.naive import martin_ruiz as naive


@given(st.floats(0.0, 1.0), st.floats(0.05, 0.5))
def test_equals_naive(cosine, angular_loss):
    expected = naive.incidence_modifier(cosine, angular_loss)
    assert incidence_modifier(cosine, angular_loss) == pytest.approx(expected, abs=1e-12)


def test_ends():
    assert incidence_modifier(1.0, 0.16) == 1.0
    assert incidence_modifier(0.0, 0.16) == 0.0
    assert incidence_modifier(0.3, 0.0) == hemispherical_modifier(0.0) == 1.0


@pytest.mark.parametrize("angular_loss", [0.08, 0.16, 0.25])
def test_hemispherical_is_the_integral(angular_loss):
    assert hemispherical_modifier(angular_loss) == pytest.approx(naive.hemispherical_modifier(angular_loss), abs=1e-6)


def test_agrees_with_pvlib():
    iam = pytest.importorskip("pvlib").iam
    assert incidence_modifier(0.5, 0.16) == pytest.approx(float(iam.martin_ruiz(60.0, 0.16)), abs=1e-9)
