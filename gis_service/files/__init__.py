"""Everything that touches disk: readers, writers, rasters, artefacts."""
