"""What a raster holds: at a place, and of the zones of another layer."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import raster_statistics, raster_values
from gis_service.services.layers import refuse_raster
from gis_service.web import current, live
from gis_service.web.api.collections import collection_of
from gis_service.web.api.raster_tiles import raster_asked
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link
from gis_service.web.schemas.common import CSV, GEOJSON, JSON
from gis_service.web.schemas.raster_values import (
    BandAtPlace,
    PlacePoint,
    PlaceProperties,
    PlaceValues,
    PositionQuery,
    RasterStatistics,
    StatisticsQuery,
    ZoneFigures,
)
from gis_service.web.schemas.versions import VERSION_HEADER

blueprint = Blueprint("raster_values", __name__, url_prefix="/api/collections/<collection_id>")


@blueprint.get("/position")
@operation("Rasters", Permission.READ_LAYER, {200: {GEOJSON: PlaceValues}}, query=PositionQuery)
def position(collection_id: str, query: PositionQuery) -> Response:
    """Give what each band of a raster holds at a place, as a GeoJSON feature."""
    live.count()
    collection = collection_of(collection_id)
    row = raster_asked(collection, query)
    found = raster_values.values_at(current.context(), collection.definition, row, query.place())
    language = current.language()
    bands = [
        BandAtPlace(
            band=one.band,
            name=one.name,
            label=one.label and one.label.in_language(language),
            unit=one.unit,
            value=one.value,
        )
        for one in found
    ]
    properties = PlaceProperties(version=row.version, bands=bands)
    document = PlaceValues(geometry=PlacePoint(coordinates=query.place()), properties=properties)
    return json_response(document.model_dump_json(), GEOJSON)


@blueprint.get("/statistics")
@operation(
    "Rasters", Permission.READ_LAYER, {200: {JSON: RasterStatistics, CSV: None}}, query=StatisticsQuery
)
def statistics(collection_id: str, query: StatisticsQuery) -> Response:
    """Give what a band of a raster holds of each zone of a layer, as JSON or as a table (f=csv)."""
    live.count()
    collection = collection_of(collection_id)
    row = raster_asked(collection, query)
    zones = collection_of(query.zones)
    refuse_raster(zones.definition)
    context = current.context()
    with context.prepared.turns.one():
        areas = raster_statistics.zones_of(current.connection(), zones.definition, query.bbox)
        found = raster_statistics.statistics(context.rasters, (collection.definition, row), areas, query.bidx)
    wants_table = query.f == "csv" or (query.f is None and request.accept_mimetypes.best == CSV)
    if wants_table:
        response = Response(raster_statistics.as_csv(found), content_type=f"{CSV}; charset=utf-8")
        file = f"{collection.definition.id}_{zones.definition.id}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    else:
        asked = urlencode(query.model_dump(include={"zones", "bidx", "version"}, exclude_none=True))
        document = RasterStatistics(
            version=row.version,
            zones_version=zones.version,
            band=found.band,
            name=found.name,
            unit=found.unit,
            generated_data=collection.definition.generated or zones.definition.generated,
            items=[ZoneFigures.model_validate(one) for one in found.rows],
            links=[
                link(f"/collections/{collection.definition.id}/statistics?{asked}", "self"),
                link(f"/collections/{collection.definition.id}/statistics?{asked}&f=csv", "alternate", CSV),
            ],
        )
        response = json_response(document.model_dump_json())
    response.headers[VERSION_HEADER] = str(row.version)
    return response
