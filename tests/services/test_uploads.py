"""What becomes of uploads: by jobs, by the sweep, and when a reader, a connection or a worker dies."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest

from gis_service.db.uploads import STATES
from gis_service.errors import Conflict, ErrorCode, GisError
from gis_service.services import jobs, uploads
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.accounts import OPERATOR
from gis_service.services.jobs import Watch, plain
from gis_service.services.transactions import writing
from gis_service.services.uploads import clean_name
from gis_service.services.uploads_room import store_of
from gis_service.services.uploads_sweep import sweep
from gis_service.web.schemas.uploads import State
from tests.event_loop import run_alone
from tests.upload_town import STAFF, UploadTown, make_upload_town
from tests.web.uploaded import points

NOW = timedelta(0)


@pytest.fixture(scope="module")
def made(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadTown]:
    town = make_upload_town(make_database(), tmp_path_factory.mktemp("var"))
    yield town
    town.context.close()


@pytest.fixture
def town(made: UploadTown) -> UploadTown:
    return made.emptied()


def swept(town: UploadTown, *, idle: timedelta = NOW, orphan_s: float = -10) -> None:
    sweep(town.context.engine, town.context.settings, idle=idle, orphan_s=orphan_s)


def to_commit(town: UploadTown) -> tuple[str, str]:
    id_ = town.seemingly_ready().id
    return id_, commits.accept(town.context, id_, STAFF).id


def test_the_states_of_the_table_and_of_the_api_are_the_same() -> None:
    assert State.__args__ == STATES  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("C:\\du lieu\\ranh\x00 gio\u031b\u0301i.zip", "ranh giới.zip"),
        ("/etc/passwd", "passwd"),
        ("../..", ""),
        ("x" * 300 + ".shp", ("x" * 300 + ".shp")[-200:]),
        ("\u202egpj.exe", "gpj.exe"),
    ],
)
def test_a_name_is_kept_as_text_alone(given: str, name: str) -> None:
    assert clean_name(given) == name


def test_values_that_the_database_cannot_keep_are_shown_as_something_else() -> None:
    found = plain({"a\x00": [float("nan"), float("inf"), 1.5, "\ud800x", None, True, 10**30, b"\x00"]})
    assert found == {"a\ufffd": [None, None, 1.5, "?x", None, True, 10**30, "b'\\x00'"]}


def test_a_job_inspects_and_another_commits(town: UploadTown) -> None:
    id_, job = town.by_job()
    town.work(job)
    assert (town.upload(id_).state, town.job(job).status) == ("ready", "successful")
    commit = commits.accept(town.context, id_, STAFF)
    assert commits.accept(town.context, id_, STAFF).id == commit.id
    assert town.upload(id_).state == "committing"
    town.work(commit.id)
    done = town.upload(id_)
    assert (done.state, (done.result or {})["features"]) == ("committed", 2)
    assert (town.job(commit.id).status, town.versions(), town.markets()) == ("successful", 1, ["a", "b"])
    assert not town.folder(id_).exists()


def test_a_job_that_is_refused_gives_the_upload_back_or_up(town: UploadTown) -> None:
    id_, job = town.by_job(b"<VRT/>")
    town.work(job)
    refused = town.upload(id_)
    assert (refused.state, town.job(job).status) == ("refused", "failed")
    assert refused.problem is not None
    assert refused.problem["code"] == "format_not_allowed"
    assert refused.problem["params"]["file"] == "chợ.geojson"
    assert not town.folder(id_).exists()
    twice = town.ready(points("a", "a")).id
    commit = commits.accept(town.context, twice, STAFF).id
    town.work(commit)
    back = town.upload(twice)
    assert (back.state, town.job(commit).status) == ("ready", "failed")
    assert (back.problem or {})["code"] == "duplicate_key"
    assert (town.markets(), town.versions()) == ([], 0)


def test_whoever_waits_for_a_job_hears_what_it_found(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE_BYTES", 0)

    def worker() -> None:
        for _ in range(2):
            while not (waiting := [one for one in open_jobs(town) if one.status == "accepted"]):
                time.sleep(0.05)
            town.work(waiting[0].id)

    thread = threading.Thread(target=worker)
    thread.start()
    assert town.ready().state == "ready"
    with pytest.raises(GisError) as refused:
        town.ready(b"<VRT/>")
    thread.join()
    assert refused.value.code == "format_not_allowed"
    monkeypatch.setattr(runs, "WAIT_S", 0.0)
    assert town.ready().state == "inspecting"


def open_jobs(town: UploadTown) -> list[jobs.Job]:
    with writing(town.context) as connection:
        return list(jobs.list_(connection, jobs.JobFilter(statuses=["accepted"])).items)


def test_another_choice_ends_the_job_that_looked_at_the_one_before(town: UploadTown) -> None:
    id_, job = town.by_job()
    chosen = runs.choose(town.context, id_, lambda _: {}, STAFF)
    assert (chosen.state, town.job(job).status) == ("received", "dismissed")
    town.work(job)
    assert town.upload(id_).state == "received"
    assert runs.inspect_soon(town.context, chosen, STAFF).state == "ready"


def test_what_was_found_for_an_older_choice_does_not_count(town: UploadTown) -> None:
    seen = town.whole()
    runs.choose(town.context, seen.id, lambda _: {"layer": "market", "message": "x"}, STAFF)
    assert runs.inspect_soon(town.context, seen, STAFF).state == "received"


def test_a_job_that_is_not_wanted_gives_its_upload_back(town: UploadTown) -> None:
    inspected, first = town.by_job()
    committed, second = to_commit(town)
    with writing(town.context) as connection:
        for job in (first, second):
            jobs.dismiss(connection, job)
    assert {town.upload(id_).state for id_ in (inspected, committed)} == {"ready"}
    town.work(second)
    assert town.markets() == []


def test_an_upload_whose_job_dies_every_time_is_given_back_once_and_then_refused(town: UploadTown) -> None:
    inspected, first = town.by_job()
    committed, second = to_commit(town)
    watch = Watch(town.context.engine)

    def die(job: str) -> None:
        for attempt in (1, 2):
            assert run_alone(watch.begin(job)) == attempt
            assert run_alone(watch.died(job, attempt, -9)) == (attempt == 1)

    def state(id_: str) -> tuple[str, str]:
        return town.upload(id_).state, (town.upload(id_).problem or {})["code"]

    die(first)
    die(second)
    assert (state(inspected), state(committed)) == (("ready", "job_died"), ("ready", "job_died"))
    # Chosen anew and dead again: it is the file.
    chosen = runs.choose(town.context, inspected, dict, STAFF)
    again = runs.inspect_soon(town.context, chosen, STAFF, later=True)
    die(str(again.job))
    assert state(inspected) == ("refused", "job_died")


def test_a_connection_that_is_cut_amid_a_commit_leaves_all_as_it_was(town: UploadTown) -> None:
    commits.commit(town.context, town.seemingly_ready().id, STAFF)
    id_ = town.ready(points("c")).id
    url = town.context.settings.database_url or ""
    errors: list[GisError] = []

    def commit() -> None:
        try:
            commits.commit(town.context, id_, STAFF)
        except GisError as error:
            errors.append(error)

    waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'layer.market'::regclass"
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as admin:
        holder.execute("LOCK TABLE layer.market IN ACCESS EXCLUSIVE MODE")
        thread = threading.Thread(target=commit)
        thread.start()
        while not (found := admin.execute(waiting).fetchall()):
            time.sleep(0.02)
        admin.execute("SELECT pg_terminate_backend(%s)", found[0])
        thread.join()
    assert [error.code for error in errors] == ["database_unavailable"]
    assert (town.upload(id_).state, town.markets(), town.versions()) == ("ready", ["a", "b"], 1)
    assert commits.commit(town.context, id_, STAFF).state == "committed"
    assert (town.markets(), town.versions()) == (["c"], 2)


def test_two_who_commit_the_same_upload_make_one_version(town: UploadTown) -> None:
    id_ = town.seemingly_ready().id
    results: list[object] = []

    def commit() -> None:
        try:
            results.append(commits.commit(town.context, id_, STAFF).result)
        except Conflict as error:
            results.append(error.code)

    threads = [threading.Thread(target=commit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = commits.commit(town.context, id_, STAFF).result
    # The one who comes while the other is at it is told so, and does not wait.
    assert made in results
    assert all(result in (made, ErrorCode.UPLOAD_BUSY) for result in results)
    assert (len(results), town.versions()) == (2, 1)


def test_the_operator_sees_to_the_uploads_of_others(town: UploadTown) -> None:
    id_ = town.whole().id
    uploads.drop(town.context, id_, OPERATOR)
    assert town.upload(id_).state == "dropped"


def test_no_value_of_a_file_stays_beside_its_layer_and_the_upload_is_forgotten(town: UploadTown) -> None:
    ready = town.ready(points("a", "b", name="<b>xyz</b>"))
    before = ready.inspection or {}
    assert "xyz" in json.dumps(before)
    done = commits.commit(town.context, ready.id, STAFF)
    kept = done.inspection or {}
    for value in ("xyz", "106.35"):
        assert value not in json.dumps(kept, ensure_ascii=False)
    counts = [[(one["error"]["code"], one["count"]) for one in told["findings"]] for told in (before, kept)]
    assert counts[0] == counts[1] != []
    assert kept["layers"][0]["features"] == 2
    town.do("UPDATE gis.upload SET updated_at = now() - interval '8 days' WHERE id = :id", id=ready.id)
    swept(town)
    with pytest.raises(GisError):
        town.upload(ready.id)
    assert town.markets() == ["a", "b"]


def test_no_value_of_a_file_stays_in_the_job_of_a_refused_commit(town: UploadTown) -> None:
    whole = town.whole(points("a", "b", capacity="<b>xyz</b>"))
    town.seemingly(whole)
    job = commits.accept(town.context, whole.id, STAFF).id
    town.work(job)
    refused, kept = town.upload(whole.id).problem or {}, town.job(job).problem or {}
    assert "xyz" in json.dumps(refused)
    assert "xyz" not in json.dumps(kept)
    assert (kept["code"], kept["faults"]) == (refused["code"], [])
    told = jobs.problem_of(town.job(job))
    assert (told.params["count"], bool(told.detail("vi"))) == (2, True)


def test_the_sweep_drops_what_is_over_and_forgets_it_later(town: UploadTown) -> None:
    over, open_ = town.whole().id, town.whole().id
    town.do("UPDATE gis.upload SET expires_at = now() - interval '1 s' WHERE id = :id", id=over)
    orphan = town.folder("0b8d0c6e-5a4f-4c36-8f5e-0a9f2f1f5c11")
    orphan.mkdir()
    swept(town, orphan_s=3600)
    assert orphan.exists(), "it may belong to an upload that is just begun"
    swept(town)
    assert (town.upload(over).state, town.upload(open_).state) == ("dropped", "inspecting")
    assert [town.folder(over).exists(), town.folder(open_).exists(), orphan.exists()] == [False, True, False]
    town.do("UPDATE gis.upload SET updated_at = now() - interval '8 days' WHERE id = :id", id=over)
    swept(town)
    with pytest.raises(GisError):
        town.upload(over)


def test_the_sweep_takes_up_what_was_left_when_its_process_died(town: UploadTown) -> None:
    received = town.whole().id
    content = points("c")
    last = uploads.start(town.context, "x.geojson", len(content), STAFF).id
    store_of(town.context.settings).append(last, 0, [content], most=len(content))
    half = uploads.start(town.context, "y.geojson", 10, STAFF).id
    swept(town, idle=timedelta(seconds=60))
    assert {town.upload(id_).state for id_ in (received, last, half)} == {"received", "receiving"}
    swept(town)
    swept(town)
    assert [town.upload(id_).state for id_ in (received, last, half)] == [
        "inspecting",
        "inspecting",
        "receiving",
    ]
    town.work(town.upload(last).job or "")
    assert town.upload(last).state == "ready"


def test_a_file_in_one_piece_whose_receiver_died_is_dropped_and_one_on_its_way_is_not(
    town: UploadTown,
) -> None:
    left, coming, never, half = (
        uploads.start(town.context, "z.geojson", size, STAFF).id for size in (None, None, None, 10)
    )
    store, held = store_of(town.context.settings), []

    def slowly() -> Iterator[bytes]:
        yield b"first"
        swept(town)
        held.append(town.upload(coming).state)
        yield b"last"

    store.append(left, 0, [b"all of it"], most=100)
    swept(town, idle=timedelta(seconds=1))
    assert town.upload(left).state == "receiving"
    store.append(coming, 0, slowly(), most=100)
    assert held == ["receiving"]
    assert [town.upload(id_).state for id_ in (left, never, half)] == ["dropped", "dropped", "receiving"]
    assert not town.folder(left).exists()


@pytest.mark.parametrize(
    ("status", "inspected", "committed"),
    [("failed", "refused", "ready"), ("dismissed", "ready", "ready"), (None, "ready", "ready")],
)
def test_the_sweep_gives_back_what_an_ended_job_has_left(
    town: UploadTown, status: str | None, inspected: str, committed: str
) -> None:
    (first, job), (second, other) = town.by_job(), to_commit(town)
    for one in (job, other):
        if status is None:
            town.do("DELETE FROM gis.job WHERE id = :id", id=one)
        else:
            town.do("UPDATE gis.job SET status = :status WHERE id = :id", id=one, status=status)
    swept(town)
    assert (town.upload(first).state, town.upload(second).state) == (inspected, committed)


def test_an_upload_whose_bytes_a_restored_database_does_not_have_is_gone(town: UploadTown) -> None:
    id_ = town.seemingly_ready().id
    store_of(town.context.settings).drop(id_)
    with pytest.raises(GisError) as gone:
        commits.commit(town.context, id_, STAFF)
    assert (gone.value.code, gone.value.status) == ("upload_gone", 410)
