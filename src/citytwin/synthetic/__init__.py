"""Seeded generators of cities, streets and weather years: benchmarks, property tests and demos stand on them."""

from citytwin.synthetic.districts import apartment_blocks, city
from citytwin.synthetic.street_grid import network
from citytwin.synthetic.weather_year import helsinki_normals, weather

__all__ = ["apartment_blocks", "city", "helsinki_normals", "network", "weather"]
