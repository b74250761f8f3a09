"""What a layer loses in a format is told before it is taken."""

import pytest

from gis_service.catalogue.layer_definition import GeometryType
from gis_service.messages.catalogue import notices
from gis_service.services.export_formats import COG, FORMATS
from gis_service.services.export_losses import losses_of
from tests.small_city import FIELDS, field, layer

LONG = (*FIELDS, field("population_2019", "integer"), field("population_2024", "integer"))


@pytest.mark.parametrize(
    ("name", "geometry", "codes"),
    [
        ("gpkg", "Point", ["keeps_all"]),
        ("geojson", "Point", ["keeps_but_crs"]),
        ("csv", "Point", ["marks_formulas", "named_only"]),
        ("xlsx", "Point", ["limits_cells"]),
        ("xlsx", "Polygon", ["limits_cells", "limits_shapes"]),
        (
            "shp",
            "Geometry",
            [
                "names_cut",
                "times_as_text",
                "cuts_texts",
                "leaves_large_numbers",
                "rounds_numbers",
                "parts_kinds",
            ],
        ),
    ],
)
def test_each_format_tells_what_it_does_to_a_layer(
    name: str, geometry: GeometryType, codes: list[str]
) -> None:
    told = losses_of(FORMATS[name], layer("clinic", geometry, LONG), 12)
    assert [note.code.removeprefix("export_") for note in told] == codes
    words = [notices()[note.code].vi.format(**note.params) for note in told]
    assert not any("{" in said for said in words)


def test_names_that_are_cut_and_the_name_of_a_csv_are_told_in_full() -> None:
    shapefile = losses_of(FORMATS["shp"], layer("clinic", fields=LONG), 12)
    assert shapefile[0].params["names"] == "population_2019 → population, population_2024 → populati_1"
    assert losses_of(FORMATS["csv"], layer("clinic"), 12)[1].params["name"] == "clinic_v12.csv"


def test_a_short_name_loses_nothing_and_a_raster_what_only_its_name_tells() -> None:
    short = layer("clinic", fields=(field("code"),))
    assert [note.code for note in losses_of(FORMATS["shp"], short, None)] == ["export_cuts_texts"]
    [told] = losses_of(COG, layer("height", "Raster", ()), 3)
    assert (told.code, told.params) == ("export_named_only", {"name": "height_v3.tif"})
