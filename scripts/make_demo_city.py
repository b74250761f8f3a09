"""Write the demo city as files that ``layers load`` takes.

    python scripts/make_demo_city.py --out DIR

Names, codes and census figures are real; everything else is generated and says so.
"""

import argparse
import sys
from pathlib import Path

from gis_service.catalogue.loader import load_catalogue
from gis_service.errors import GisError
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of, words_of
from gis_service.services.demo import write_city
from gis_service.services.demo_build import build_city, timed
from gis_service.services.demo_figures import Figures, measure
from gis_service.settings import read_settings
from gis_service.text import number, percent
from gis_service.types import Language


def main() -> int:
    """Write the files and print what they hold; the exit code is that of the error, 0 when all is written."""
    parser = argparse.ArgumentParser(description="Write the layers of the demo city as GeoPackage and CSV.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--census", type=Path, metavar="DIR", help="folder of the census figures (default: the city's own)"
    )
    arguments = parser.parse_args()
    language = language_of()

    def told(part: str, seconds: float) -> None:
        print(f"{seconds:6.1f} s  {notices()[part].in_language(language)}", file=sys.stderr, flush=True)

    try:
        settings = read_settings()
        catalogue = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city)
        built = build_city(arguments.census or settings.layers_dir / settings.city / "census", told)
        city = write_city(built, catalogue, arguments.out, told)
        with timed(told, "demo_part_measured"):
            figures = measure(built)
    except GisError as error:
        print(words_of(error, language), file=sys.stderr)
        return error.exit_code
    for written in city.layers:
        print(f"{written.layer:<24} {number(written.rows, language):>9}  {written.path}")
    print()
    for words, value in lines_of(figures, city.people, language):
        print(f"{words:<52} {value:>12}")
    print()
    for notice in city.notices:
        print(notices()[notice.code].in_language(language).format(**notice.params))
    return 0


def lines_of(figures: Figures, people: int, language: Language) -> list[tuple[str, str]]:
    """Give what was measured as words and figures."""

    def words(code: str, **params: str) -> str:
        return notices()[code].in_language(language).format(**params)

    rows = [(words("demo_figure_people"), number(people, language))]
    for mode, count in figures.arcs.items():
        rows.append((words("demo_figure_arcs", mode=mode), number(count, language)))
    for mode, share in figures.connected.items():
        rows.append((words("demo_figure_connected", mode=mode), percent(share, language)))
    rows.append((words("demo_figure_narrow"), percent(figures.narrow, language)))
    rows.append((words("demo_figure_bridges"), number(figures.bridges, language)))
    rows.append((words("demo_figure_ferries"), number(figures.ferries, language)))
    return rows


if __name__ == "__main__":
    sys.exit(main())
