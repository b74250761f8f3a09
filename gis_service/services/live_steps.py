"""Steps between what everybody may ask for: two questions closer together would tell few people apart."""

from gis_service.analysis.curve import STEP_M, STEP_S
from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.closure_rules import FACTOR_STEP, KMH_STEP
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.start_waits import require_start_steps
from gis_service.services.study_layers import StudyLayers

_NEARLY = 1e-9
"""So near to a whole number of steps a share is one."""


def require_limit_steps(asked: CoverageParameters, catalogue: Catalogue) -> None:
    """Refuse a limit between two steps of the curve: two limits close together tell few people apart.

    Raises
    ------
    RefusedInput
        ``limit_off_step`` for those who may not see small counts.
    """
    standard = catalogue.standards.get(asked.standard or "")
    unit, step = ("s", STEP_S) if asked.is_time else ("m", STEP_M)
    if standard is None or asked.limit != standard.limit:
        _require_step("limit", asked.limit, step, unit)
    # A turn-out is one more way to move the limit.
    if standard is None or asked.turnout_s != standard.turnout_s:
        _require_step("turnout_s", asked.turnout_s, STEP_S, "s")


def require_speed_steps(asked: CoverageParameters) -> None:
    """Refuse speeds of roads between two steps: two speeds close together tell few people apart.

    Raises
    ------
    RefusedInput
        ``road_speed_off_step`` for those who may not see small counts.
    """
    for at, rule in enumerate(asked.closures):
        for name, value, step, unit in (
            ("kmh", rule.kmh, KMH_STEP, "km/h"),
            ("factor", rule.factor, FACTOR_STEP, "×"),
        ):
            steps = 0.0 if value is None else value / step
            if value is None or abs(steps - round(steps)) < _NEARLY:
                continue
            near = [round(whole * step, 1) for whole in (int(steps), int(steps) + 1)]
            raise RefusedInput(
                ErrorCode.ROAD_SPEED_OFF_STEP,
                name=f"closures/{at}/{name}",
                value=value,
                step=step,
                unit=unit,
                nearest=", ".join(f"{one:g}" for one in near if one),
            )


def require_waits_in_steps(asked: CoverageParameters, layers: StudyLayers) -> None:
    """Refuse waits of facilities between two steps; errors as of `require_limit_steps`."""
    start = asked.start_column
    if start is not None:
        require_start_steps(start, layers.read("facilities", start).columns.get(start, ()))


def _require_step(name: str, value: float, step: int, unit: str) -> None:
    if value % step == 0:
        return
    below = int(value // step) * step
    nearest = ", ".join(str(one) for one in (below, below + step) if one)
    raise RefusedInput(
        ErrorCode.LIMIT_OFF_STEP, name=name, value=value, step=step, unit=unit, nearest=nearest
    )
