"""Makes layers of ours out of an OpenStreetMap extract (``.osm.pbf``), as a definition says.

The definition (``layers/osm.yaml``) names for each layer from which kind of element it comes, which tags an
element must have, and which tag fills which field. It is content, for whoever knows the city; here it is only
carried out.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.encodings import UTF8
from gis_service.files.readers.gdal import pyogrio
from gis_service.files.readers.osm_definition import Rule, listed
from gis_service.files.readers.osm_frames import refuse_broken
from gis_service.files.readers.stream import BATCH_ROWS, Found, Opened

_GDAL_LAYERS = {"points": "points", "lines": "lines", "areas": "multipolygons"}
_ANY = "*"
_CRS = "EPSG:4326"
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)")


@dataclass(frozen=True, slots=True)
class OsmFile:
    """An extract, and the layers to be made of it.

    Parameters
    ----------
    path
        The extract.
    file
        What the user calls it.
    definition
        Layers by name, as :func:`gis_service.files.readers.osm_definition.load_definition` gives them.
    folder
        Folder of this process's own.
    stack
        Closes what is opened.
    """

    path: Path
    file: str
    definition: Mapping[str, Any]
    folder: Path
    stack: ExitStack

    def names(self) -> list[str]:
        """Name the layers."""
        return list(self.definition)

    def open(self, asked: str | None) -> Opened:
        """Open one layer.

        Raises
        ------
        RefusedInput
            ``file_layer_choice`` or ``file_corrupt``.
        """
        if asked is None or asked not in self.definition:
            names = ", ".join(self.definition)
            raise RefusedInput(ErrorCode.FILE_LAYER_CHOICE, file=self.file, asked=asked or "-", layers=names)
        rule = self.definition[asked]
        refuse_broken(self.path, self.file)
        self._configure(rule)
        kinds = () if "areas" in rule["from"] and len(rule["from"]) > 1 else _kinds(rule)
        found = Found(asked, _CRS, None, geometry=True, encoding=UTF8, kinds=kinds)
        return Opened(found, _schema(rule), self._batches(rule))

    def _configure(self, rule: Rule) -> None:
        """Tell GDAL which tags are wanted as columns, by a file as it wants one."""
        tags = ",".join(sorted(_tags(rule)))
        lines = [
            "attribute_name_laundering=no",
            "closed_ways_are_polygons=" + ",".join(sorted(_area_tags(rule))),
        ]
        for layer in ("points", "lines", "multipolygons", "multilinestrings", "other_relations"):
            lines += [f"[{layer}]", "osm_id=yes", f"attributes={tags}", "unsignificant=", "other_tags=no"]
        configuration = self.folder / "osmconf.ini"
        configuration.write_text("\n".join(lines) + "\n", "utf-8")
        pyogrio.set_gdal_config_options(
            {
                "OSM_CONFIG_FILE": str(configuration),
                "OSM_USE_CUSTOM_INDEXING": "NO",
                "CPL_TMPDIR": str(self.folder),
            }
        )

    def _batches(self, rule: Rule) -> Iterator[pa.RecordBatch]:
        schema = _schema(rule)
        for source in rule["from"]:
            with pyogrio.raw.open_arrow(self.path, layer=_GDAL_LAYERS[source], batch_size=BATCH_ROWS) as (
                _,
                stream,
            ):
                for batch in pa.RecordBatchReader.from_stream(stream):
                    kept = batch.filter(_matches(batch, rule))
                    if kept.num_rows:
                        yield _made(kept, rule, source, schema)


def _kinds(rule: Rule) -> tuple[str, ...]:
    names = {
        "points": "Point",
        "lines": "LineString",
        "areas": "Point" if rule.get("point") else "MultiPolygon",
    }
    return tuple(dict.fromkeys(names[source] for source in rule["from"]))


def _tags(rule: Rule) -> set[str]:
    asked = {tag for alternative in [*rule["where"], *rule.get("not", ())] for tag in alternative}
    return asked | {tag for how in rule["fields"].values() for tag in listed(how.get("tag", [])) if tag}


def _area_tags(rule: Rule) -> set[str]:
    """Name the tags that make an area of a closed way, where areas are wanted."""
    return {tag for alternative in rule["where"] for tag in alternative} if "areas" in rule["from"] else set()


def _column(batch: pa.RecordBatch, tag: str) -> pa.Array:
    place = batch.schema.get_field_index(tag)
    return batch.column(place) if place >= 0 else pa.nulls(batch.num_rows, pa.string())


def _matches(batch: pa.RecordBatch, rule: Rule) -> pa.Array:
    wanted = _any_of(batch, rule["where"])
    return pc.and_(wanted, pc.invert(_any_of(batch, rule.get("not", ()))))


def _any_of(batch: pa.RecordBatch, alternatives: Any) -> pa.Array:  # noqa: ANN401  as YAML gives them
    result = pa.array(np.zeros(batch.num_rows, dtype=bool))
    for alternative in alternatives:
        every = pa.array(np.ones(batch.num_rows, dtype=bool))
        for tag, value in alternative.items():
            column = _column(batch, tag)
            holds = (
                column.is_valid() if value == _ANY else pc.is_in(column, pa.array(listed(value), pa.string()))
            )
            every = pc.and_(every, holds)
        result = pc.or_(result, every)
    return result


def _schema(rule: Rule) -> pa.Schema:
    fields = [pa.field(name, _type(how)) for name, how in rule["fields"].items()]
    return pa.schema([pa.field("geometry", pa.binary()), *fields])


def _type(how: Rule) -> pa.DataType:
    if how.get("number"):
        return pa.float64()
    given = [*how.get("values", {}).values(), *(how[word] for word in ("otherwise", "absent") if word in how)]
    if given and all(isinstance(value, bool) for value in given):
        return pa.bool_()
    if given and all(isinstance(value, int) for value in given):
        return pa.int64()
    return pa.string()


def _made(batch: pa.RecordBatch, rule: Rule, source: str, schema: pa.Schema) -> pa.RecordBatch:
    geometry = batch.column(batch.schema.get_field_index("wkb_geometry")).cast(pa.binary())
    if source == "areas" and rule.get("point"):
        inside = shapely.point_on_surface(shapely.from_wkb(geometry.to_pylist(), on_invalid="ignore"))
        geometry = pa.array(shapely.to_wkb(inside).tolist(), pa.binary())
    columns = [_field(batch, how, source, schema.field(name).type) for name, how in rule["fields"].items()]
    return pa.RecordBatch.from_arrays([geometry, *columns], schema=schema)


def _field(batch: pa.RecordBatch, how: Rule, source: str, kind: pa.DataType) -> pa.Array:
    if how.get("id"):
        return _ids(batch, source)
    texts = pc.coalesce(*(_column(batch, tag) for tag in listed(how["tag"])))
    if how.get("number"):
        read = np.array([_number(text) for text in texts.to_pylist()], dtype=np.float64)
        return pa.array(read, kind, from_pandas=True)
    if "values" not in how:
        return texts
    known, otherwise, absent = how["values"], how.get("otherwise"), how.get("absent")
    given = (absent if text is None else known.get(text, otherwise) for text in texts.to_pylist())
    return pa.array(list(given), kind)


def _ids(batch: pa.RecordBatch, source: str) -> pa.Array:
    """Give what OpenStreetMap calls an element: its kind and its number."""
    numbers = _column(batch, "osm_id").to_pylist()
    if source != "areas":
        return pa.array([f"{'n' if source == 'points' else 'w'}{number}" for number in numbers])
    ways = _column(batch, "osm_way_id").to_pylist()
    return pa.array([f"w{way}" if way else f"r{number}" for number, way in zip(numbers, ways, strict=True)])


def _number(text: str | None) -> float:
    """Read the number at the beginning of a value (``3.5 m``, ``2,5``); nan where there is none."""
    found = _NUMBER.match(text or "")
    return float(found[1].replace(",", ".")) if found else float("nan")
