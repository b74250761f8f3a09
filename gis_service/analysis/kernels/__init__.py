"""The compiled loops of the engine: plain functions on arrays, one signature each, cached on disk.

Everything here is reached through the modules of ``analysis``; ``analysis.warm`` compiles it once.
"""

from gis_service.analysis.kernels.answers import FAR, Answer
from gis_service.analysis.kernels.catchments import facilities_of_homes, sums_of_facilities, sums_of_homes
from gis_service.analysis.kernels.chains import walk_chains
from gis_service.analysis.kernels.fractions import window_shares, window_sums
from gis_service.analysis.kernels.nearest import nearest_at, two_nearest
from gis_service.analysis.kernels.pairs import pairs_within
from gis_service.analysis.kernels.positions import ask_positions

__all__ = [
    "FAR",
    "Answer",
    "ask_positions",
    "facilities_of_homes",
    "nearest_at",
    "pairs_within",
    "sums_of_facilities",
    "sums_of_homes",
    "two_nearest",
    "walk_chains",
    "window_shares",
    "window_sums",
]
