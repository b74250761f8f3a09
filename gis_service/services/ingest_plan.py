"""What the rows of a source are checked against: a layer that they are meant for, or none yet."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from gis_service.analysis.checks.findings import Repair
from gis_service.analysis.checks.inference import kind_of
from gis_service.analysis.shapes import Rule
from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import parse_crs
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.writers.shapefile import short_names
from gis_service.services.ingest_alike import apart_in, require_fields
from gis_service.services.ingest_cells import cells_of
from gis_service.services.ingest_checks import THOUSANDS, CheckPlan
from gis_service.services.ingest_columns import Matching, Reason, match_columns
from gis_service.services.ingest_source import LoadOptions, Rows
from gis_service.services.ingest_systems import system_of
from gis_service.services.ingest_text import TextRepair
from gis_service.services.rights import is_public
from gis_service.types import Text

NUMBERS_MEAN = (THOUSANDS, "decimal")
"""What points in the numbers of a column may be said to mean."""
FEWER_SHARE = 0.7
"""Of the features that a layer has, the share below which replacing them needs a yes."""
FEWER_FROM = 10
"""Features from which on a layer is guarded so: of a handful, one that is gone is seen at a glance."""


def plan_of(catalogue: Catalogue, definition: LayerDefinition, rows: Rows, options: LoadOptions) -> CheckPlan:
    """Make the plan; what it lacks :func:`located_or_refused` tells.

    Raises
    ------
    RefusedInput
        ``crs_unknown``, ``column_choice``, ``text_repair_unknown``.
    """
    text = TextRepair(options.text)
    names = text.names(rows.names)
    rule, seen = None, None
    metric = parse_crs(catalogue.city.crs)
    if definition.geometry != "None" and rows.header.geometry:
        crs, seen = system_of(rows, options)
        rule = Rule(definition.geometry, crs, catalogue.city.bbox, options.repairs, metric)
    cut, apart = _cut_by_us(rows, definition), apart_in(rows.header.about)
    matching = match_columns(names, definition, options.columns, rows.names, cut, apart)
    _require_columns(options.numbers, rows.names)
    return CheckPlan(
        matching=matching,
        names=rows.names,
        key=definition.key,
        rule=rule,
        repairs=options.repairs | ({Repair.FEWER} if options.fewer else frozenset()),
        metric=metric,
        public=is_public(definition.visibility),
        coverage=definition.coverage,
        gap_m=options.gap_m,
        thorough=not options.own,
        text=text,
        recognised=seen,
        placed=rows.placed,
        cells=cells_of(rows.header.about, rows.names, matching, rows.header.place or ()),
        numbers=options.numbers,
        place=rows.header.place or (),
        until=options.until,
    )


def open_plan(catalogue: Catalogue, rows: Rows, batch: pa.RecordBatch, options: LoadOptions) -> CheckPlan:
    """Make a plan for rows that no layer waits for yet: any geometry, any value.

    Parameters
    ----------
    catalogue, rows, options
        As :func:`plan_of` takes them.
    batch
        The first rows, whose columns tell the types.

    Raises
    ------
    RefusedInput
        ``crs_unknown``, ``text_repair_unknown``.
    """
    text = TextRepair(options.text)
    metric = parse_crs(catalogue.city.crs)
    rule, seen = None, None
    if rows.header.geometry:
        crs, seen = system_of(rows, options)
        rule = Rule("Geometry", crs, catalogue.city.bbox, options.repairs, metric)
    shift = batch.num_columns - len(rows.names)
    fields: list[FieldDefinition] = []
    positions: list[int] = []
    reasons: list[Reason] = []
    for position, name in enumerate(rows.names):
        kind = kind_of(batch.schema.types[position + shift])
        if kind is not None and options.columns.get(name, name) is not None:
            fields.append(
                FieldDefinition(name, kind, required=False, values=None, label=Text(name, name), unit=None)
            )
            positions.append(position)
            reasons.append("same")
    matching = Matching(tuple(fields), tuple(positions), (), (), tuple(reasons))
    place = rows.header.place or ()
    return CheckPlan(
        matching=matching,
        names=rows.names,
        key=None,
        rule=rule,
        repairs=options.repairs,
        metric=metric,
        public=True,
        coverage=False,
        gap_m=options.gap_m,
        thorough=True,
        text=text,
        recognised=seen,
        placed=rows.placed,
        cells=cells_of(rows.header.about, rows.names, matching, place),
        place=place,
        until=options.until,
    )


def _cut_by_us(rows: Rows, definition: LayerDefinition) -> dict[str, str]:
    """Give the fields of the columns whose names our own export has cut for a Shapefile.

    Two long names that begin alike end as ``population`` and ``populati_1``, which no rule tells apart.
    """
    if rows.header.about.get("LAYER") != definition.id:
        return {}
    short = short_names(["fid", *(field.name for field in definition.fields)])
    return {cut: name for name, cut in short.items() if cut != name and name not in rows.names}


def _require_columns(numbers: Mapping[str, str], names: Sequence[str]) -> None:
    """Refuse a word about numbers of a column that is not there, or one that nobody knows."""
    wrong = [
        f"{column} ⟶ {meant}"
        for column, meant in numbers.items()
        if column not in names or meant not in NUMBERS_MEAN
    ]
    if wrong:
        raise RefusedInput(
            ErrorCode.COLUMN_CHOICE,
            choice=", ".join(wrong),
            columns=", ".join(names),
            fields=", ".join(NUMBERS_MEAN),
        )


def located_or_refused(
    catalogue: Catalogue, definition: LayerDefinition, rows: Rows, plan: CheckPlan
) -> None:
    """Refuse what can be told before the first row.

    Raises
    ------
    RefusedInput
        ``coordinates_missing``, ``needs_crs``, ``columns_fit_one_field``, ``field_missing``.
    """
    if definition.geometry != "None":
        if plan.rule is None:
            columns = ", ".join(rows.names)
            raise RefusedInput(ErrorCode.COORDINATES_MISSING, file=rows.file, columns=columns)
        if plan.rule.crs is None:
            raise RefusedInput(ErrorCode.NEEDS_CRS, file=rows.file, example=catalogue.city.crs)
    require_fields(rows, plan.matching, lacking_fields(definition, plan))


def is_far_fewer(rows: int, now: int | None) -> bool:
    """Tell whether a layer of ``now`` features would come to have so few that somebody has to say yes."""
    return now is not None and now >= FEWER_FROM and rows < FEWER_SHARE * now


def lacking_fields(definition: LayerDefinition, plan: CheckPlan) -> list[str]:
    """Name the fields that no feature may lack and for which there is no column; several are asked about."""
    absent = [f for f in plan.matching.absent if f.name not in plan.matching.doubtful]
    return [f.name for f in absent if f.required or f.name == definition.key]
