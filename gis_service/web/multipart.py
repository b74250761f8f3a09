"""Takes one file out of a multipart form as it comes, without keeping it in memory or elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from gis_service.errors import ErrorCode, RefusedInput

FORM = "multipart/form-data"
MOST_AROUND_BYTES = 1 << 20
"""What a form may hold beside the file at any moment: boundaries, headers, other fields."""
_READ_BYTES = 1 << 18
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file on its way.

    Parameters
    ----------
    name
        What its sender calls it.
    chunks
        Its bytes, once; they end with an error when the form does not come whole.
    fields
        Texts of the other fields; all of them are there when the chunks have come.
    """

    name: str
    chunks: Iterator[bytes]
    fields: Mapping[str, str]


def file_of(stream: IO[bytes], content_type: str, field: str) -> SentFile:
    """Read a form up to the beginning of its file.

    Parameters
    ----------
    stream
        Body of the request.
    content_type
        Header Content-Type, with the boundary.
    field
        Name of the field that holds the file.

    Raises
    ------
    RefusedInput
        ``media_type_not_supported``, ``upload_file_missing``, ``upload_cut``.
    """
    media, options = parse_options_header(content_type)
    if media != FORM or not options.get("boundary"):
        raise RefusedInput(ErrorCode.MEDIA_TYPE_NOT_SUPPORTED, given=content_type[:80] or "?", expected=FORM)
    boundary = options["boundary"].encode("utf-8", "replace")
    decoder = MultipartDecoder(boundary, MOST_AROUND_BYTES, max_parts=_MOST_PARTS)
    events = _events(stream, decoder)
    fields: dict[str, str] = {}
    for event in events:
        if isinstance(event, File) and event.name == field:
            return SentFile(event.filename, _content(events, fields), fields)
        if isinstance(event, Field):
            fields[event.name] = _text(events)
    raise RefusedInput(ErrorCode.UPLOAD_FILE_MISSING)


def _content(events: Iterator[Event], fields: dict[str, str]) -> Iterator[bytes]:
    yield from _data(events)
    # To the end of the form: what was cut is not taken for whole.
    for event in events:
        if isinstance(event, Field):
            fields[event.name] = _text(events)


def _data(events: Iterator[Event]) -> Iterator[bytes]:
    for event in events:
        if isinstance(event, Data):
            yield event.data
            if not event.more_data:
                return


def _text(events: Iterator[Event]) -> str:
    found = bytearray()
    for data in _data(events):
        found += data
        if len(found) > MOST_AROUND_BYTES:
            raise RefusedInput(ErrorCode.REQUEST_TOO_LARGE, limit_kb=MOST_AROUND_BYTES >> 10)
    return found.decode("utf-8", "replace")


def _events(stream: IO[bytes], decoder: MultipartDecoder) -> Iterator[Event]:
    size = 0
    while True:
        try:
            event = decoder.next_event()
            if isinstance(event, NeedData):
                data = stream.read(_READ_BYTES)
                size += len(data)
                decoder.receive_data(data or None)
                continue
        except (ValueError, AttributeError, OSError, ClientDisconnected) as error:
            # The decoder finds no line break where a part must begin with one.
            raise RefusedInput(ErrorCode.UPLOAD_CUT, size=size) from error
        if isinstance(event, Epilogue):
            return
        yield event
