"""``study merger``: whom the merged communes move away from their office, and which offices to keep."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from gis_service.cli.tables import print_table
from gis_service.cli.users import AUTHOR, operator
from gis_service.messages.terminal import language_of
from gis_service.services import merger, merger_keep, merger_keep_words, merger_words, studies
from gis_service.services.audit import note_study
from gis_service.services.context import Context, open_context
from gis_service.services.coverage_parameters import CATCHMENTS, CoverageCatchment
from gis_service.services.merger_keep import OBJECTIVES, KeepAsk, run_keep
from gis_service.services.merger_keep_files import write_keep
from gis_service.services.reports import prepare_folder
from gis_service.services.study_words import answer, notice_text
from gis_service.services.transactions import computing, writing
from gis_service.settings import read_settings
from gis_service.types import Language

_OF_KEEP = ("objective", "vintage", "draws", "time_limit_s", "out", "as_json")
_OF_BRANCHES = ("branch_share", "kept")


@click.command("merger")
@click.option(
    "--branch-share",
    type=float,
    default=merger.BRANCH_SHARE,
    show_default=True,
    help="Share 0..1 of the closed offices that stay as branches.",
)
@click.option(
    "--catchment",
    type=click.Choice([one for one in CATCHMENTS if one != "assigned"]),
    default="any",
    show_default=True,
    help="Tell of any office, or of that of the own commune.",
)
@click.option("--details", is_flag=True, help="Also name the communes that lose most, and what must be said.")
@click.option("--kept", is_flag=True, help="Show kept studies of the same versions instead of new ones.")
@click.option(
    "--keep",
    type=int,
    metavar="N",
    help="Which N of the old offices would be best kept, beside those that were.",
)
@click.option(
    "--objective",
    type=click.Choice([*OBJECTIVES, "both"]),
    default="both",
    show_default=True,
    help="With --keep: most people within the limit, or the least time of all.",
)
@click.option(
    "--vintage", help="With --keep: units that the result is told by. Default: those before the merger."
)
@click.option("--draws", type=int, default=0, help="With --keep: draws of the assumption range, up to 200.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=float,
    default=merger_keep.USUAL_TIME_S,
    show_default=True,
    help="With --keep: seconds of search for each objective.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="With --keep: folder of tables.")
@click.option("--json", "as_json", is_flag=True, help="With --keep: print the whole study documents.")
@click.pass_context
def run_merger(
    asked: click.Context,
    /,
    *,
    branch_share: float,
    catchment: CoverageCatchment,
    details: bool,
    kept: bool,
    keep: int | None,
    **options: Any,  # noqa: ANN401  (values of options, each of its own type)
) -> None:
    """Answer whom the merged communes move away from their one-stop office.

    Runs and keeps the studies: on foot and by motorbike, any office and that of the own commune, with and
    without branches, told by the communes before and after.

    With --keep N it tells instead which N of the old offices serve best, how far from the best possible those
    are that were kept, and what each exchange would bring: studies of the process siting.
    """
    with_keep = keep is not None
    _refuse_others(asked, _OF_BRANCHES if with_keep else _OF_KEEP, with_keep=with_keep)
    if keep is not None:
        return _keep(keep, catchment, options, details=details)
    with open_context(read_settings()) as context, computing(context) as connection:
        found = merger.run_merger(
            connection,
            context.catalogue,
            _keeper(context),
            context.prepared,
            branch_share=branch_share,
            reuse=kept,
        )
        how = "study merger --details" if details else "study merger"
        note_study(context, operator(), found.states[0].document, how)  # all are of the same people
    _tell(found, catchment, details=details)
    return None


def _refuse_others(asked: click.Context, names: Sequence[str], *, with_keep: bool) -> None:
    """Refuse options that the question that is asked has no use for."""
    for parameter in asked.command.params:
        given = asked.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
        if parameter.name in names and given:
            goes = "does not go with" if with_keep else "goes with"
            raise click.UsageError(f"{parameter.opts[0]} {goes} --keep.", asked)


def _keeper(context: Context) -> Callable[[studies.Computed], studies.Study]:
    """Give what keeps each study in a transaction of its own."""

    def keep(made: studies.Computed) -> studies.Study:
        with writing(context) as connection:
            return studies.keep(connection, made, AUTHOR)

    return keep


def _tell(found: merger.Merger, catchment: CoverageCatchment, *, details: bool) -> None:
    language = language_of()
    click.echo(merger_words.sentence(found, catchment).in_language(language))
    click.echo()
    print_table(merger_words.table(found, language, catchment))
    click.echo(merger_words.FOOTNOTE.in_language(language))
    if not details:
        return
    for heading, rows in merger_words.communes(found, language, catchment):
        click.echo(f"\n{heading}")
        print_table(rows)
    click.echo()
    _print_notices(found.states, language)


def _keep(keep: int, catchment: CoverageCatchment, options: dict[str, Any], *, details: bool) -> None:
    """Answer which of the old offices would be best kept."""
    objective, out, as_json = (options.pop(name) for name in ("objective", "out", "as_json"))
    objectives = tuple(OBJECTIVES) if objective == "both" else (objective,)
    if out is not None:
        prepare_folder(out)
    with open_context(read_settings()) as context, computing(context) as connection:
        asked = KeepAsk(keep, objectives, catchment=catchment, **options)
        found = run_keep(connection, context.catalogue, _keeper(context), asked, context.prepared)
        note_study(context, operator(), next(iter(found.values())).document, f"study merger --keep {keep}")
        documents = {name: one.document for name, one in found.items()}
        language = language_of()
        said = {name: answer(one, context.catalogue).in_language(language) for name, one in documents.items()}
        groups = merger_keep_words.group_table(documents, context.catalogue, language)
    paths = [] if out is None else write_keep(documents, out)
    if as_json:
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2, sort_keys=True))
        return
    click.echo("\n".join(said.values()))
    click.echo()
    print_table(groups)
    click.echo(merger_words.FOOTNOTE.in_language(language))
    for line in merger_keep_words.proof_lines(documents, language):
        click.echo(line)
    tables = [*merger_keep_words.swap_tables(documents, language)]
    tables += merger_keep_words.loser_tables(documents, language) if details else []
    for heading, rows in tables:
        click.echo(f"\n{heading}")
        print_table(rows)
    click.echo()
    if details:
        for line in merger_keep_words.office_lists(documents, language):
            click.echo(line)
        click.echo()
    _print_notices([*found.values()], language)
    for line in (*map(str, paths), *(one.id for one in found.values())):
        click.echo(line)


def _print_notices(found: Sequence[studies.Study], language: Language) -> None:
    for text in dict.fromkeys(notice_text(notice) for one in found for notice in one.document["notices"]):
        click.echo(f"  {text.in_language(language)}")
