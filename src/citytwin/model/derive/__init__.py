"""Buildings from geometry and attributes: shape, floor areas, envelope, party walls, use, year and heat source."""

from citytwin.model.derive.coverage import known_shares
from citytwin.model.derive.derivation import derive_buildings

__all__ = ["derive_buildings", "known_shares"]
