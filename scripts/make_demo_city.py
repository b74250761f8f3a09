"""Write the demo city as files that ``layers load`` takes.

    python scripts/make_demo_city.py --out DIR

Names, codes, points and census figures are real; positions of people and offices are assumed and say so.
"""

import argparse
import sys
from pathlib import Path

from gis_service.errors import GisError
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of, words_of
from gis_service.services.demo import make_demo_city
from gis_service.settings import read_settings


def main() -> int:
    """Write the files and print what they hold; the exit code is that of the error, 0 when all is written."""
    parser = argparse.ArgumentParser(description="Write the layers of the demo city as GeoPackage and CSV.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--census", type=Path, metavar="DIR", help="folder of the census figures (default: the city's own)"
    )
    arguments = parser.parse_args()
    language = language_of()
    try:
        settings = read_settings()
        census = arguments.census or settings.layers_dir / settings.city / "census"
        city = make_demo_city(census, arguments.out)
    except GisError as error:
        print(words_of(error, language), file=sys.stderr)
        return error.exit_code
    for written in city.layers:
        print(f"{written.layer:<16} {written.rows:>7,} rows  {written.path}")
    print(f"people           {city.people:>7,}")
    for notice in city.notices:
        print(f"note: {notices()[notice.code].in_language(language).format(**notice.params)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
