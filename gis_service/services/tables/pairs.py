"""Pairs of homes and facilities within the limit, for the tables that tell of more than the nearest."""

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.analysis.graph import build_graph
from gis_service.analysis.pairs import LARGEST_LIMIT, Pairs, network_pairs, straight_pairs
from gis_service.services.study_standard import TO_POINTS, refused
from gis_service.services.tables.scene import Scene


def pairs_of(scene: Scene, group: str = ALL) -> Pairs:
    """Find the homes within the limit of each facility that counts; rows are those of the scene.

    Parameters
    ----------
    scene
        The study.
    group
        Whose ways hold.

    Raises
    ------
    WrongUse
        ``pairs_too_many``.
    RefusedInput
        ``study_refused`` for distances to lines and areas, and for people who are assigned to facilities.
    """
    _require_pairs(scene)
    parameters, roads = scene.parameters, scene.ways_of(group).roads
    chosen, limit = scene.counted_facilities, min(parameters.limit_cost, LARGEST_LIMIT)
    if roads is None:
        xy = scene.inputs.facilities.xy[chosen]
        return _allowed(scene, straight_pairs(scene.demand.xy, xy, limit=limit, most=scene.most_pairs))
    pairs = network_pairs(
        scene.inputs.prepared.once(build_graph, roads.network, roads.costs),
        roads.costs,
        roads.homes,
        roads.facilities.take(chosen),
        limit=limit,
        direction=parameters.direction,
        turnout=parameters.turnout_cost,
        penalty=scene.inputs.facilities.starts(chosen),
        most=scene.most_pairs,
    )
    return _allowed(scene, pairs)


def _require_pairs(scene: Scene) -> None:
    """Refuse rules whose ways are not those between places: their pairs would be others than their ways."""
    parameters = scene.parameters
    if scene.inputs.facilities.shapes is not None or parameters.measure == "quota":
        raise refused("measure", parameters.measure, TO_POINTS)
    if parameters.catchment == "assigned":
        raise refused("catchment", parameters.catchment, "any, own_unit")


def _allowed(scene: Scene, pairs: Pairs) -> Pairs:
    """Leave out the facilities that are not for a home by the catchment of the study: any, or the own unit.

    Parameters
    ----------
    scene
        The study.
    pairs
        Rows of its people, and of the facilities that count.
    """
    if scene.parameters.catchment == "any":
        return pairs
    # By the catchments of the study itself: the result may be told by other units than theirs.
    own = np.full(len(scene.demand.xy), -1, dtype=np.int64)
    serves = np.full(len(scene.inputs.facilities.xy), -1, dtype=np.int64)
    for number, catchment in enumerate(scene.ways.catchments):
        own[catchment.homes], serves[catchment.facilities] = number, number
    return pairs.where(own[pairs.home] == serves[scene.counted_facilities[pairs.facility]])
