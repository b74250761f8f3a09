"""The proof: HiGHS on the whole programme; what it finds counts once it keeps every rule in whole numbers."""

import math
from collections.abc import Callable

import highspy
import numpy as np

from gis_service.analysis.plans.model import RoadmapModel
from gis_service.analysis.plans.terms import Terms
from gis_service.analysis.siting.watch import Watch
from gis_service.types import Int64s

_GAP = 5e-7
"""Gap at which the solver may end: within what is called optimal."""
_ROUNDING, _ROUNDING_OF_UNIT = 1e-9, 1e-6
"""Share of a bound, and of the unit of the objective, that it may lack by rounding."""


def prove(
    terms: Terms, begin: Int64s, watch: Watch, found: Callable[[Int64s], None], bounded: Callable[[int], None]
) -> None:
    """Search all roadmaps until the best is proved, or the watch is over.

    Parameters
    ----------
    terms
        The programme.
    begin
        ``(n,)`` phases to begin with, the number of phases for never.
    watch
        Ends the work.
    found, bounded
        Told of phases that may be better, and of bounds above the objective.
    """
    model = RoadmapModel(terms)
    if not model.cost:
        bounded(model.fixed)
        return
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", _GAP),
        ("mip_abs_gap", 0.999 * model.unit / model.scale),
    ):
        solver.setOptionValue(name, value)
    if math.isfinite(watch.left_s):
        solver.setOptionValue("time_limit", max(watch.left_s, 0.0))
    solver.passModel(model.model())
    known = model.values(begin)
    solver.setSolution(len(known), np.array([*known], np.int32), np.array([*known.values()]))

    def told(dual: float) -> None:
        if math.isfinite(dual):
            units = dual * (model.scale // model.unit)
            slack = _ROUNDING * abs(units) + _ROUNDING_OF_UNIT
            bounded(model.fixed + model.unit * math.floor(units + slack))

    def look(event: highspy.HighsCallbackEvent) -> None:
        told(event.data_out.mip_dual_bound)
        if watch.is_over:
            event.interrupt()

    def improved(event: highspy.HighsCallbackEvent) -> None:
        found(model.phases(np.array(event.data_out.mip_solution)))

    solver.cbMipInterrupt.subscribe(look)
    solver.cbMipImprovingSolution.subscribe(improved)
    solver.run()
    values = np.array(solver.getSolution().col_value)
    if len(values) == len(model.cost):
        found(model.phases(values))
    told(solver.getInfo().mip_dual_bound)
