"""GeoTIFFs into raster layers: made into a file of our own in a closed-in process, kept, made a version."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gis_service.analysis.checks.findings import Finding
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import add_version, lock_layer, version_of, waiting_at_most
from gis_service.db.publish import Changes
from gis_service.db.rasters import RasterRow, add_raster, newest_raster
from gis_service.files.raster_store import KeptFile, RasterStore
from gis_service.files.readers.raster_contents import RasterContents
from gis_service.files.readers.raster_process import make_raster_file
from gis_service.messages.catalogue import notices
from gis_service.services.base_version import replaced, require_base, told_base
from gis_service.services.ingest_clock import require_time, time_left, whole_seconds_left
from gis_service.services.layers import definition_of
from gis_service.services.raster_inspect import RasterChoices, RasterInspection, inspect_raster, judged
from gis_service.types import Language, LayerId, VersionId

LOCK_WAIT_S = 30.0
"""Longest wait for somebody who is writing to the layer."""


@dataclass(frozen=True, slots=True)
class RasterReport:
    """What a load did.

    Parameters
    ----------
    layer, version
        Layer, and the version made.
    raster
        What it holds.
    notices
        ``{code, params}`` of everything worth saying that was no reason to refuse.
    changes
        Whether it was added, changed, or left as it was.
    findings
        Warnings and notes: what people should look at, although it was loaded.
    features
        A raster counts as one.
    """

    layer: LayerId
    version: VersionId
    raster: RasterRow
    notices: tuple[dict[str, object], ...]
    changes: Changes
    findings: tuple[Finding, ...]
    features: int = 1


def load_raster(
    connection: Connection,
    catalogue: Catalogue,
    store: RasterStore,
    path: Path,
    layer_id: str,
    *,
    author: str,
    message: str = "",
    choices: RasterChoices | None = None,
) -> RasterReport:
    """Make a GeoTIFF the newest version of a raster layer.

    The file that is kept is a cloud-optimised GeoTIFF of our own with the same cells; it is in the store
    before the version is in the database, and one whose transaction fails is collected later.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    catalogue
        Definitions of the city.
    store
        Where files of rasters are kept.
    path, choices
        As of :func:`gis_service.services.raster_inspect.inspect_raster`.
    layer_id
        Raster layer to load.
    author, message
        Who loads it, and why; kept with the version.

    Raises
    ------
    NotFound
        ``layer_unknown``, ``file_not_found``.
    RefusedInput
        ``layer_is_no_raster``, ``raster_bands_differ``, ``needs_crs``, ``raster_outside_city``, and as
        :func:`gis_service.services.raster_inspect.inspect_raster`.
    Conflict
        ``base_version_changed``, ``layer_no_longer_empty``, ``layer_busy``.
    TooMuchAtOnceError
        When somebody waits for it, and it takes longer until the layer is held.
    """
    choices = choices or RasterChoices()
    file = choices.file or path.name
    definition = definition_of(catalogue, layer_id)
    said = told_base(connection, definition, {}, file) if choices.base is None else choices.base
    # Who does not say has seen, at best, what was there when the load began.
    base = version_of(connection, definition.id) if said is None else said
    # A look first: what is refused is refused before a cell is copied.
    seen = inspect_raster(path, catalogue, _in_time(choices), definition)
    seen.refuse()
    question = replace(
        _in_time(choices).question(file), crs=None if seen.system is None else seen.system.to_wkt()
    )
    with store.drafting() as folder:
        made = make_raster_file(path, folder / "raster.tif", question)
        whole = judged(made, catalogue, file, replace(choices, crs=seen.crs), definition)
        whole.refuse()
        require_time(choices.until)
        kept = store.keep(folder / "raster.tif")
    told = "\n".join(part for part in (message or file, _chosen(choices)) if part)
    require_time(choices.until)
    wait_s = time_left(choices.until, LOCK_WAIT_S)
    with waiting_at_most(connection, definition.id, wait_s), connection.begin_nested():
        lock_layer(connection, definition.id)
        newest, before = version_of(connection, definition.id), newest_raster(connection, definition.id)
        if not choices.any_base and (base or 0) != (newest or 0):
            require_base(connection, definition, base or 0)
        changes = _changes(before, kept)
        version = add_version(connection, definition.id, author=author, message=told)
        row = _row(definition, version, kept, made, whole)
        add_raster(connection, row)
        notes = seen.notices()
        if said != newest and changes.changed:
            words = replaced(connection, definition, newest, author)
            notes += [] if words is None else [{"code": "raster_replaced", "params": words}]
    return RasterReport(definition.id, version, row, tuple(notes), changes, whole.findings)


def _in_time(choices: RasterChoices) -> RasterChoices:
    """Give the next reader process what is left of the time that somebody waits."""
    require_time(choices.until)
    seconds = whole_seconds_left(choices.until, choices.limits.seconds)
    return replace(choices, limits=replace(choices.limits, seconds=seconds))


def _row(
    definition: LayerDefinition,
    version: VersionId,
    kept: KeptFile,
    made: RasterContents,
    whole: RasterInspection,
) -> RasterRow:
    if whole.crs is None or whole.bbox is None:
        raise AssertionError(definition.id)  # such a one was refused
    bands = [asdict(band) for band in made.bands]
    cells = (made.width, made.height, whole.crs, made.affine, whole.bbox, bands, made.kind)
    return RasterRow(definition.id, version, kept.sha256, kept.size, *cells)


def _changes(before: RasterRow | None, kept: KeptFile) -> Changes:
    """Tell what becomes of the one thing that a raster layer holds."""
    if before is None:
        return Changes(added=1, changed=0, removed=0, unchanged=0)
    same = before.sha256 == kept.sha256
    return Changes(added=0, changed=int(not same), removed=0, unchanged=int(same))


def _chosen(choices: RasterChoices) -> str:
    """Write what was chosen in both languages, as the second line of the version's message."""
    named: dict[str, dict[str, object]] = {
        "crs_chosen": {"crs": choices.crs},
        "raster_nodata_chosen": {"nodata": choices.nodata},
        "raster_kind_chosen": {"kind": choices.kind},
    }
    said = {code: params for code, params in named.items() if None not in params.values()}
    return " / ".join(_line(said, language) for language in ("vi", "en")) if said else ""


def _line(said: dict[str, dict[str, object]], language: Language) -> str:
    words = [notices()[code].in_language(language).format(**params) for code, params in said.items()]
    return notices()["choices_of_load"].in_language(language).format(choices=" ".join(words))
