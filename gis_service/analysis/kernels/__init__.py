"""The compiled loops of the engine: plain functions on arrays, one signature each, cached on disk.

Everything here is reached through the modules of ``analysis``; ``analysis.warm`` compiles it once.
"""

from gis_service.analysis.kernels.answers import FAR, Answer
from gis_service.analysis.kernels.chains import walk_chains
from gis_service.analysis.kernels.nearest import nearest_at, two_nearest
from gis_service.analysis.kernels.positions import ask_positions

__all__ = ["FAR", "Answer", "ask_positions", "nearest_at", "two_nearest", "walk_chains"]
