"""Smooth chance: sums of plane waves, the same on every machine to well under a millimetre."""

import numpy as np

from gis_service.types import Floats

_WAVES = 14


def smooth_noise(xy: Floats, wavelength_m: float, seed: int) -> Floats:
    """Give a smooth random value, mostly within -1..1, at each place.

    Parameters
    ----------
    xy
        ``(n, 2)`` places, metres of any projected CRS in metres.
    wavelength_m
        Typical distance between two crests in metres.
    seed
        Which noise; another seed gives an independent one.

    Returns
    -------
    Floats
        ``(n,)`` values with mean about 0 and standard deviation about 0.5.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    direction = random.uniform(0.0, 2.0 * np.pi, _WAVES)
    length = wavelength_m * random.uniform(0.6, 1.8, _WAVES)
    phase = random.uniform(0.0, 2.0 * np.pi, _WAVES)
    wave = 2.0 * np.pi / length
    total = np.zeros(len(xy))
    # Places are taken from the middle of the province, so that rounding stays far below a millimetre.
    x, y = xy[:, 0] - 590_000.0, xy[:, 1] - 2_267_000.0
    for angle, number, start in zip(direction, wave, phase, strict=True):
        total += np.sin(number * (np.cos(angle) * x + np.sin(angle) * y) + start)
    return np.asarray(total / np.sqrt(2.0 * _WAVES), dtype=np.float64)
