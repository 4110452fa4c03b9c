"""The pipeline from a twin to its assessment."""

from citytwin.run.assess import assess
from citytwin.run.assessment import Assessment

__all__ = ["Assessment", "assess"]
