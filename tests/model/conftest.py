"""Fixtures of this floor."""

from tests.six_buildings import buildings, twin

__all__ = ["buildings", "twin"]
