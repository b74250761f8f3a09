"""The compiled loops of the engine: plain functions on arrays, one signature each, cached on disk.

Everything here is reached through the modules of ``analysis``; ``analysis.warm`` compiles it once.
"""

from gis_service.analysis.kernels.answers import FAR
from gis_service.analysis.kernels.catchments import facilities_of_homes, sums_of_facilities, sums_of_homes
from gis_service.analysis.kernels.chains import walk_chains
from gis_service.analysis.kernels.fractions import window_shares, window_sums
from gis_service.analysis.kernels.nearest import nearest_at, nearest_ways
from gis_service.analysis.kernels.pairs import pairs_within
from gis_service.analysis.kernels.positions import ask_positions
from gis_service.analysis.kernels.recount import ask_homes, homes_of, recount
from gis_service.analysis.kernels.repair import find_again, forget, improve
from gis_service.analysis.kernels.rows import along_hilbert, lay_arcs

__all__ = [
    "FAR",
    "along_hilbert",
    "ask_homes",
    "ask_positions",
    "facilities_of_homes",
    "find_again",
    "forget",
    "homes_of",
    "improve",
    "lay_arcs",
    "nearest_at",
    "nearest_ways",
    "pairs_within",
    "recount",
    "sums_of_facilities",
    "sums_of_homes",
    "walk_chains",
    "window_shares",
    "window_sums",
]
