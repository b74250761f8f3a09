"""The demo city: a river delta around real names, points and census figures, everything else generated.

Every module is pure and works in EPSG:9209, the metric system of Thai Binh. Equal input gives equal output:
random numbers come from PCG64 with fixed seeds, and nothing depends on the order of a set.
"""
