"""The open digital map service of a city: layers, coverage, gaps, siting, plans and maps."""

__version__ = "0.1.0"
