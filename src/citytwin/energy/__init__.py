"""Energy demand of buildings: constructions and uses from cited tables, the hourly zone model and its spread."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
