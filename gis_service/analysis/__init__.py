"""Pure computation on arrays and GeoDataFrames; no database, no files, no web."""
