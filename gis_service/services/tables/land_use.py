"""Who is reached by the use of the land that people live on."""

import numpy as np

from gis_service.analysis.land_balance import patch_of
from gis_service.services.coverage_inputs import LandUse
from gis_service.services.tables.people import figures_by
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import Int32s

NO_USE = "none"
"""Stands for land of which no use is told."""


def rows(scene: Scene) -> list[Row]:
    """Give a row per use and group: uses by name, then the people on land of which no use is told."""
    land = land_of(scene)
    patch = scene.inputs.prepared.once(patch_of, scene.demand.xy, land.polygons)
    names, use = uses_of(land)
    part = np.append(use, len(names))[patch]  # row -1 stands for none
    return figures_by(scene, part, [{"use": name} for name in (*names, NO_USE)])


def land_of(scene: Scene) -> LandUse:
    """Give the use of land of a study; without any layer of it no use is told anywhere."""
    return scene.inputs.land_use or LandUse(np.empty(0, dtype=object), ())


def uses_of(land: LandUse) -> tuple[list[str], Int32s]:
    """Give the uses by name, and the use of each patch."""
    names, use = np.unique(np.array(land.use, dtype=object), return_inverse=True)
    return [str(name) for name in names], use.reshape(-1).astype(np.int32)
