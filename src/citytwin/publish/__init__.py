"""Results for people and other programs."""

from citytwin.publish.results_folder import publish_assessment

__all__ = ["publish_assessment"]
