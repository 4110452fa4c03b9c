"""Emissions of operation: factors as series with carrier, area, method and source, and the account of a demand."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
