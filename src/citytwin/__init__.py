"""From semantic 3D city models to energy demand, sun, emissions and decisions.

The names below are the public API. Each is loaded when it is first used, so that ``import citytwin`` stays cheap; the
list itself, with types, is ``__init__.pyi``.

Examples
--------
>>> import citytwin as ct
>>> city = ct.synthetic.city(4, seed=1)
>>> city.n_buildings
4
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
