"""Load the first data of a new installation; called by scripts/run.

What happened goes to standard error in words, and to standard output as one of: ready, foreign, not_here.
"""

import sys
from textwrap import shorten

from gis_service.errors import GisError
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of, words_of
from gis_service.services.context import open_context
from gis_service.services.demo_facts import Notice
from gis_service.services.first_data import FirstData, Listener, load_first_data
from gis_service.settings import read_settings
from gis_service.text import number

WORDS = {
    FirstData.READY: "first_data_loaded",
    FirstData.FOREIGN: "first_data_foreign",
    FirstData.NOT_HERE: "first_data_not_here",
}

_NOTICE_SIGNS = 200
"""A notice that names many communes is cut short here; scripts/make_demo_city.py tells it in full."""


def main() -> int:
    """Load what is missing; the exit code is that of the error, 0 when there is nothing to load as well."""
    language = language_of()

    def built(part: str, seconds: float) -> None:
        print(f"{seconds:6.1f} s  {notices()[part].in_language(language)}", file=sys.stderr, flush=True)

    def loaded(layer: str, rows: int, seconds: float) -> None:
        words = notices()["first_data_layer"].in_language(language)
        told = words.format(layer=layer, rows=number(rows, language))
        print(f"{seconds:6.1f} s  {told}", file=sys.stderr, flush=True)

    def edited(layer: str) -> None:
        words = notices()["first_data_edited"].in_language(language)
        print(words.format(layer=layer), file=sys.stderr, flush=True)

    def noted(notice: Notice) -> None:
        words = notices()[notice.code].in_language(language).format(**notice.params)
        print(shorten(words, _NOTICE_SIGNS, placeholder=" …"), file=sys.stderr, flush=True)

    try:
        settings = read_settings()
        with open_context(settings) as context:
            found, count = load_first_data(context, Listener(built, loaded, edited, noted))
    except GisError as error:
        print(words_of(error, language), file=sys.stderr)
        return error.exit_code
    words = notices()[WORDS[found]].in_language(language)
    print(words.format(city=settings.city, count=count), file=sys.stderr)
    print(found.value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
