"""The gentle bends of the demo city's roads: one smooth, one-to-one deformation of the whole plane.

Roads are laid out as straight edges in a *flat* plane, where it is easy to keep them from crossing, and are
then bent into the real one. A one-to-one deformation keeps together what meets and apart what does not: no
bend makes two roads cross.
"""

import numpy as np

from gis_service.types import Floats

_SEED = 20_201
_WAVES = (
    # count, shortest and longest wavelength in metres, largest displacement of all of them together in metres
    (5, 5_000.0, 9_000.0, 260.0),
    (5, 1_100.0, 2_000.0, 58.0),
    (4, 380.0, 620.0, 7.0),
)
_NEAR_M = 1e-7


def _waves() -> tuple[Floats, Floats, Floats]:
    """Give wave vectors (n, 2) in radians per metre, phases (n,) and displacements (n, 2) in metres."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    vectors, phases, shifts = [], [], []
    for count, shortest, longest, largest in _WAVES:
        angle = (np.arange(count) + random.uniform(0, 1, count)) * np.pi / count
        number = 2 * np.pi / random.uniform(shortest, longest, count)
        vectors.append(np.column_stack([np.cos(angle), np.sin(angle)]) * number[:, None])
        phases.append(random.uniform(0, 2 * np.pi, count))
        # Across its own direction a wave shears and never compresses: the plane cannot fold on one wave.
        shifts.append(np.column_stack([-np.sin(angle), np.cos(angle)]) * (largest / count))
    return np.concatenate(vectors), np.concatenate(phases), np.concatenate(shifts)


_VECTORS, _PHASES, _SHIFTS = _waves()


def _shift(at: Floats) -> Floats:
    shift: Floats = np.sin(at @ _VECTORS.T + _PHASES) @ _SHIFTS
    return shift


def bend(at: Floats) -> Floats:
    """Carry points from the flat plane to the real one.

    Parameters
    ----------
    at
        ``(n, 2)`` metres in the flat plane.

    Returns
    -------
    Floats
        ``(n, 2)`` metres in the metric CRS of the city.
    """
    return at + _shift(at)


def unbend(xy: Floats) -> Floats:
    """Carry points of the real plane back to the flat one: the inverse of ``bend``, to a micrometre.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres in the metric CRS of the city.
    """
    at, before = xy - _shift(xy), xy
    while np.abs(at - before).max(initial=0.0) > _NEAR_M:  # the shift contracts: each step gains half a digit
        at, before = xy - _shift(at), at
    return at
