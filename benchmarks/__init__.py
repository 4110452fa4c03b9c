"""Benchmarks of citytwin: our figure, a peer's figure in the same run, and their ratio.

``python -m benchmarks`` runs them; :mod:`benchmarks.registry` says how one is written.
"""
