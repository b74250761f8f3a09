"""The one tree of errors, and the one list of codes.

::

    GisError                 what happened, the bad value, what is expected, what to do
    ├── WrongUse             exit 2   the call itself is wrong
    ├── RefusedInput         exit 3   a file, a document or a value is not acceptable
    ├── NotAllowed           exit 3   the caller may not do this
    ├── NotFound             exit 4   the thing that was named does not exist
    ├── Conflict             exit 5   the world changed, or something stands in the way
    └── Temporary            exit 6   try again later

A code owns its HTTP status and its words in ``messages/*.yaml``; a class owns the exit code, so that callers
catch by kind and people read by code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from gis_service.messages.catalogue import message_of
from gis_service.types import Language, Text


class ErrorCode(StrEnum):
    """Every code the service can answer with; ``docs/errors.md`` is printed from here."""

    # common
    INTERNAL = "internal"
    SETTING_INVALID = "setting_invalid"
    WRONG_ARGUMENT = "wrong_argument"
    FILE_NOT_FOUND = "file_not_found"
    # crs
    CRS_MISSING = "crs_missing"
    CRS_NOT_METRIC = "crs_not_metric"
    CRS_UNKNOWN = "crs_unknown"
    # catalogue
    CITY_UNKNOWN = "city_unknown"
    DEFINITIONS_FAULTY = "definitions_faulty"
    # demo
    CENSUS_FAULTY = "census_faulty"
    MERGER_NOT_HERE = "merger_not_here"
    # database
    DATABASE_URL_INVALID = "database_url_invalid"
    DATABASE_UNAVAILABLE = "database_unavailable"
    DATABASE_NOT_RUNNING = "database_not_running"
    DATABASE_PROGRAMS_MISSING = "database_programs_missing"
    DATABASE_START_FAILED = "database_start_failed"
    DATABASE_STOP_FAILED = "database_stop_failed"
    DATABASE_PORT_BUSY = "database_port_busy"
    DATABASE_LOCKED = "database_locked"
    DATABASE_WITHOUT_POSTGIS = "database_without_postgis"
    DATABASE_IS_OUTSIDE = "database_is_outside"
    DATABASE_FOLDER_NOT_OURS = "database_folder_not_ours"
    DATABASE_NOT_MIGRATED = "database_not_migrated"
    # operation
    PORT_BUSY = "port_busy"
    SERVICE_ELSEWHERE = "service_elsewhere"
    SERVICE_FAILED = "service_failed"
    # demand and zones
    PEOPLE_INVALID = "people_invalid"
    DEMAND_PLACE_MISSING = "demand_place_missing"
    WEIGHTS_INVALID = "weights_invalid"
    ZONE_CODE_MISSING = "zone_code_missing"
    ZONE_CODE_REPEATED = "zone_code_repeated"
    # studies
    STUDY_NOT_FOUND = "study_not_found"
    STUDY_REFUSED = "study_refused"
    STUDY_LAYER_EMPTY = "study_layer_empty"
    STUDY_VERSION_GONE = "study_version_gone"
    PROCESS_UNKNOWN = "process_unknown"
    ROAD_COST_TOO_LARGE = "road_cost_too_large"
    # pairs, catchments, inequality
    PAIRS_TOO_MANY = "pairs_too_many"
    RANKING_MISSING = "ranking_missing"
    # catchment
    CATCHMENT_TOO_LARGE = "catchment_too_large"
    # searches
    SEARCH_COST_TOO_LARGE = "search_cost_too_large"
    # jobs
    JOB_NOT_FOUND = "job_not_found"
    JOB_NOT_READY = "job_not_ready"
    JOB_DISMISSED = "job_dismissed"
    JOB_DIED = "job_died"
    JOBS_TOO_MANY = "jobs_too_many"
    # live coverage
    PLACE_OUTSIDE = "place_outside"
    PLACE_NOT_SUBJECT = "place_not_subject"
    TOO_MANY_REQUESTS = "too_many_requests"
    # web
    ROUTE_NOT_FOUND = "route_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    REQUEST_REFUSED = "request_refused"
    REQUEST_TOO_LARGE = "request_too_large"
    MEDIA_TYPE_NOT_SUPPORTED = "media_type_not_supported"
    BODY_NOT_JSON = "body_not_json"
    PARAMETERS_INVALID = "parameters_invalid"
    BODY_INVALID = "body_invalid"
    TOKEN_MISSING = "token_missing"  # noqa: S105 a code, not a secret
    TOKEN_INVALID = "token_invalid"  # noqa: S105 a code, not a secret
    ROLE_INSUFFICIENT = "role_insufficient"
    DATABASE_SLOW = "database_slow"
    COLLECTION_NOT_FOUND = "collection_not_found"
    ITEM_NOT_FOUND = "item_not_found"
    TILE_MATRIX_SET_NOT_FOUND = "tile_matrix_set_not_found"
    TILESET_NOT_FOUND = "tileset_not_found"
    TILE_OUTSIDE_ZOOMS = "tile_outside_zooms"
    TILE_OUTSIDE_MATRIX = "tile_outside_matrix"
    LAYER_WITHOUT_GEOMETRY = "layer_without_geometry"
    # gap analysis on files
    TABLE_UNREADABLE = "table_unreadable"
    TABLE_EMPTY = "table_empty"
    LAYER_CHOICE = "layer_choice"
    COLUMN_MISSING = "column_missing"
    GEOMETRY_KIND = "geometry_kind"
    COORDINATES_NOT_DEGREES = "coordinates_not_degrees"
    PEOPLE_MISSING = "people_missing"
    PEOPLE_NEGATIVE = "people_negative"
    PEOPLE_NONE = "people_none"
    PEOPLE_PLACELESS = "people_placeless"
    PEOPLE_MULTIPOINT = "people_multipoint"
    AREA_EMPTY = "area_empty"
    INPUTS_APART = "inputs_apart"
    LIMIT_NEEDED = "limit_needed"
    LIMIT_MEASURE = "limit_measure"
    ZONE_ID_MISSING = "zone_id_missing"
    FACILITIES_OFF_ROADS = "facilities_off_roads"
    STUDY_FILE_FAULTY = "study_file_faulty"
    OUT_NOT_WRITABLE = "out_not_writable"
    # rasters and buildings that people are spread by
    RASTER_GRID = "raster_grid"
    RASTER_BAND = "raster_band"
    RASTER_NODATA = "raster_nodata"
    # layers: files in and out
    LAYER_UNKNOWN = "layer_unknown"
    LAYER_EMPTY = "layer_empty"
    LAYER_TABLE_DIFFERS = "layer_table_differs"
    FORMAT_NOT_ALLOWED = "format_not_allowed"
    FILE_CORRUPT = "file_corrupt"
    FILE_TRUNCATED = "file_truncated"
    FILE_REJECTED_READER_LIMIT = "file_rejected_reader_limit"
    FILE_LAYER_CHOICE = "file_layer_choice"
    FILE_CRS_MISSING = "file_crs_missing"
    TEXT_ENCODING_UNKNOWN = "text_encoding_unknown"
    ARCHIVE_TOO_LARGE = "archive_too_large"
    ARCHIVE_UNSAFE_PATH = "archive_unsafe_path"
    ARCHIVE_WITHOUT_DATA = "archive_without_data"
    SHAPEFILE_INCOMPLETE = "shapefile_incomplete"
    NO_FEATURES = "no_features"
    COORDINATES_MISSING = "coordinates_missing"
    GEOMETRY_UNREADABLE = "geometry_unreadable"
    GEOMETRY_MISSING = "geometry_missing"
    GEOMETRY_NOT_FINITE = "geometry_not_finite"
    GEOMETRY_TYPE_WRONG = "geometry_type_wrong"
    GEOMETRY_INVALID = "geometry_invalid"
    OUTSIDE_CITY = "outside_city"
    AXES_SWAPPED = "axes_swapped"
    FIELD_MISSING = "field_missing"
    VALUE_MISSING = "value_missing"
    VALUE_WRONG_TYPE = "value_wrong_type"
    VALUE_NOT_ALLOWED = "value_not_allowed"
    DUPLICATE_KEY = "duplicate_key"
    FEATURES_REFUSED = "features_refused"
    LAYER_BUSY = "layer_busy"
    LAYER_TOO_WIDE = "layer_too_wide"
    # edits
    BASE_VERSION_CHANGED = "base_version_changed"
    LAYER_NO_LONGER_EMPTY = "layer_no_longer_empty"
    KEY_TAKEN = "key_taken"
    PRECONDITION_MISSING = "precondition_missing"
    ITEM_CHANGED = "item_changed"
    EDIT_EMPTY = "edit_empty"
    FIELD_UNKNOWN = "field_unknown"
    OUTPUT_EXISTS = "output_exists"
    OUTPUT_FORMAT_UNKNOWN = "output_format_unknown"
    ARTEFACT_NOT_FOUND = "artefact_not_found"
    # network
    LAYER_NOT_NETWORK = "layer_not_network"
    # coverage
    LIMIT_OFF_STEP = "limit_off_step"
    COVERAGE_BUSY = "coverage_busy"
    # ranges
    TABLE_NOT_QUICK = "table_not_quick"
    # studies published as layers
    STUDY_OF_PLACES = "study_of_places"
    STUDY_ROWS_MISSING = "study_rows_missing"
    STUDY_LAYER_TAKEN = "study_layer_taken"
    STUDY_TOO_CLOSED = "study_too_closed"
    # history
    VERSION_UNKNOWN = "version_unknown"
    VERSION_NOT_KEPT = "version_not_kept"
    VERSION_OVERTAKEN = "version_overtaken"
    VERSION_KEY_TAKEN = "version_key_taken"
    VERSION_UNFIT = "version_unfit"
    VERSION_CLOSED = "version_closed"
    # map page
    CLIENT_NOT_BUILT = "client_not_built"
    # database: check, back-up, restore
    DATABASE_UNSOUND = "database_unsound"
    DATABASE_NOT_EMPTY = "database_not_empty"
    BACKUP_PROGRAMS_MISSING = "backup_programs_missing"
    BACKUP_NO_SPACE = "backup_no_space"
    BACKUP_FAILED = "backup_failed"
    BACKUP_MANIFEST_MISSING = "backup_manifest_missing"
    BACKUP_DAMAGED = "backup_damaged"
    BACKUP_TOO_NEW = "backup_too_new"
    RESTORE_FAILED = "restore_failed"
    RESTORE_INCOMPLETE = "restore_incomplete"
    # layers: changes to their definitions
    LAYER_CHANGE_LOSSY = "layer_change_lossy"
    LAYER_TABLE_BEHIND = "layer_table_behind"
    # accounts
    ACCOUNT_NOT_FOUND = "account_not_found"
    LOGIN_INVALID = "login_invalid"
    LOGIN_TAKEN = "login_taken"
    PASSWORD_LENGTH = "password_length"  # noqa: S105 a code, not a secret
    PASSWORD_COMMON = "password_common"  # noqa: S105 a code, not a secret
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 a code, not a secret
    PASSWORDS_DIFFER = "passwords_differ"
    CODE_INVALID = "code_invalid"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_TOO_OFTEN = "sign_in_too_often"
    SESSION_NEEDED = "session_needed"
    SESSION_NOT_FOUND = "session_not_found"
    REQUEST_FOREIGN = "request_foreign"
    SCOPE_INSUFFICIENT = "scope_insufficient"
    SCOPE_UNKNOWN = "scope_unknown"
    TOKEN_NOT_FOUND = "token_not_found"  # noqa: S105 a code, not a secret
    TEAM_INVALID = "team_invalid"
    TEAM_TAKEN = "team_taken"
    TEAM_NOT_FOUND = "team_not_found"
    RIGHT_NOT_FOUND = "right_not_found"
    LAYER_KEPT_BY_TEAM = "layer_kept_by_team"
    VISIBILITY_PERSONAL = "visibility_personal"
    # units
    UNIT_NOT_FOUND = "unit_not_found"
    UNIT_CHANGES_MISSING = "unit_changes_missing"
    UNIT_CHANGES_FAULTY = "unit_changes_faulty"
    STUDY_NOT_REPEATED = "study_not_repeated"
    # layers that users make
    LAYER_DEFINITION_FAULTY = "layer_definition_faulty"
    LAYER_TAKEN = "layer_taken"
    LAYER_OF_FILE = "layer_of_file"
    LAYER_IN_USE = "layer_in_use"
    LAYER_CHANGED = "layer_changed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault among several in the same input, with the place where it stands.

    Parameters
    ----------
    where
        File and line, row, feature number or JSON pointer.
    text
        What is wrong there, with the bad value; in one language where only developers and GIS staff read it.
    """

    where: Text | str
    text: Text | str

    def place(self, language: Language) -> str:
        """Say where it stands."""
        return _said(self.where, language)

    def words(self, language: Language) -> str:
        """Say what is wrong there."""
        return _said(self.text, language)


def _said(text: Text | str, language: Language) -> str:
    return text if isinstance(text, str) else text.in_language(language)


@dataclass
class GisError(Exception):
    """Something the user must hear about.

    Parameters
    ----------
    code
        Entry of the message catalogue.
    params
        Values for the placeholders of the messages: the bad value, what is known, what is expected; a text
        stands in the language of its sentence.
    faults
        All single faults, when an input has several.
    """

    code: ErrorCode
    params: dict[str, object] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    exit_code: ClassVar[int] = 1

    def __init__(self, code: ErrorCode, faults: Sequence[Fault] = (), **params: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params
        self.faults = tuple(faults)

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return message_of(self.code).status

    def title(self, language: Language = "en") -> str:
        """Say in a few words what kind of error this is."""
        return message_of(self.code).title.in_language(language)

    def detail(self, language: Language = "en") -> str:
        """Say what happened, with the bad value."""
        return message_of(self.code).detail.in_language(language).format(**self._said(language))

    def expected(self, language: Language = "en") -> str:
        """Say what would have been right."""
        return message_of(self.code).expected.in_language(language).format(**self._said(language))

    def remedy(self, language: Language = "en") -> str:
        """Say what the reader can do now."""
        return message_of(self.code).remedy.in_language(language).format(**self._said(language))

    def _said(self, language: Language) -> dict[str, object]:
        return {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self.params.items()
        }

    def __str__(self) -> str:
        lines = [self.detail(), self.expected(), self.remedy()]
        lines += [f"{fault.place('en')}: {fault.words('en')}" for fault in self.faults]
        return "\n".join(line for line in lines if line)


class WrongUse(GisError):
    """The call itself is wrong: an unknown option, a value out of range."""

    exit_code = 2


class RefusedInput(GisError):
    """A file, a document or a value is not acceptable."""

    exit_code = 3


class NotAllowed(GisError):
    """The caller is unknown or may not do this."""

    exit_code = 3


class NotFound(GisError):
    """The thing that was named does not exist."""

    exit_code = 4


class Conflict(GisError):
    """Something else stands in the way: another version, another owner, a lock."""

    exit_code = 5


class Temporary(GisError):
    """It cannot be done now; the same call may succeed later."""

    exit_code = 6
