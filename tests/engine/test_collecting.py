"""Collecting from real repositories over each transport: which commit counts, and what is put."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from git_servers import (
    HttpServer,
    StudentRepository,
    git,
    git_daemon,
    http_server,
    student_repository,
)

from autograder.collecting import placing
from autograder.collecting.from_repositories import Collector
from autograder.collecting.git import Git, GitLimits
from autograder.collecting.records import Outcome, State, save_record
from autograder.collecting.sightings import Rule
from autograder.course.assignment import Assignment
from autograder.course.rosters import Entry

NAME = "week03"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """The collector's clock, which the test sets."""

    def __init__(self) -> None:
        self.now = NOON - 60 * MINUTE

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ada(tmp_path: Path) -> StudentRepository:
    return student_repository(tmp_path, "ada")


@pytest.fixture
def collector(tmp_path: Path, clock: Clock) -> Collector:
    course = tmp_path / "course"
    course.mkdir()
    assignment = Assignment(NAME, course, NAME, (), {}, {})
    return Collector(assignment, tmp_path, Git(GitLimits(seconds=20)), NOON, clock=clock)


def collect(collector: Collector, url: str, **more: object) -> Outcome:
    return collector.collect(Entry("ada", 2, url=url, **more))  # type: ignore[arg-type]


def files(collector: Collector, student: str = "ada") -> dict[str, str]:
    folder = collector.assignment.root / "submitted" / student / NAME
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in found}


@contextmanager
def served(transport: str, base: Path) -> Iterator[str]:
    if transport == "git":
        with git_daemon(base) as url:
            yield url
    elif transport == "http":
        with http_server(HttpServer(base)) as server:
            yield server.url
    else:
        yield {
            "file": base.as_uri().replace("server", "s%65rver"),
            "path": str(base),
            "relative": "server",
        }[transport]


@pytest.mark.parametrize("transport", ["file", "path", "relative", "git", "http"])
def test_each_transport(
    tmp_path: Path, collector: Collector, ada: StudentRepository, transport: str
) -> None:
    commit = ada.hand_in({"work.ipynb": "{}", "data/x.txt": "1", ".github/x.yml": "2"})
    with served(transport, tmp_path / "server") as url:
        outcome = collect(collector, f"{url}/ada.git")
        assert outcome == Outcome("ada", State.NEW, commit[:7], NOON - 60 * MINUTE, Rule.SEEN)
        assert files(collector) == {
            "work.ipynb": "{}",
            "data/x.txt": "1",
            "timestamp.txt": "2026-03-01 11:00:00 UTC\n",
        }
        assert collect(collector, f"{url}/ada.git").state is State.AS_BEFORE
        missing = collect(collector, f"{url}/ben.git")
        assert missing.state is State.FAILED
        assert missing.remarks[0] in (
            "there is no repository at this address, or it may not be read",
            "the folder of the repository does not exist",
        )


def test_only_a_new_hand_in_is_written(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "x = 1\n"})
    collect(collector, str(ada.server))
    place = collector.assignment.root / "submitted" / "ada" / NAME
    before = place.stat().st_mtime_ns, place.stat().st_ino
    assert collect(collector, str(ada.server)).state is State.AS_BEFORE
    assert (place.stat().st_mtime_ns, place.stat().st_ino) == before
    ada.hand_in({"work.py": "x = 2\n"})
    assert collect(collector, str(ada.server)).state is State.CHANGED
    assert files(collector)["work.py"] == "x = 2\n"
    assert [path.name for path in place.parent.iterdir()] == [NAME]


def test_the_last_commit_that_was_seen_before_the_deadline_counts(
    collector: Collector, ada: StudentRepository, clock: Clock
) -> None:
    first = ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    ada.hand_in({"work.py": "2"})
    clock.now = NOON - 5 * MINUTE
    second = collect(collector, str(ada.server))
    assert second.state is State.CHANGED
    clock.now = NOON + MINUTE
    assert collect(collector, str(ada.server)).remarks == ()
    ada.hand_in({"work.py": "3"})
    clock.now = NOON + 2 * MINUTE
    later = collect(collector, str(ada.server))
    assert (later.state, later.origin, later.time) == (
        State.AS_BEFORE,
        second.origin,
        NOON - 5 * MINUTE,
    )
    assert later.remarks == (), "somebody looked between the deadline and the newer commit"
    assert files(collector)["work.py"] == "2"
    assert first[:7] != second.origin


def test_a_commit_that_may_have_come_in_time_is_named(
    collector: Collector, ada: StudentRepository, clock: Clock
) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    ada.hand_in({"work.py": "2"})
    clock.now = NOON + MINUTE
    outcome = collect(collector, str(ada.server))
    assert files(collector)["work.py"] == "1"
    assert "another commit was first seen at 2026-03-01 12:01 UTC" in outcome.remarks[0]


def test_nothing_was_seen_before_the_deadline(
    collector: Collector, ada: StudentRepository, clock: Clock
) -> None:
    early = ada.hand_in({"work.py": "1"})
    clock.now = NOON + 3 * MINUTE
    outcome = collect(collector, str(ada.server))
    assert (outcome.rule, outcome.time) == (Rule.LATE, clock.now)
    assert "nothing was seen before the deadline" in outcome.remarks[0]
    ada.hand_in({"work.py": "2"})
    clock.now = NOON + 60 * MINUTE
    assert collect(collector, str(ada.server)).origin == early[:7], "the first that was seen stays"


@pytest.mark.parametrize("dates", ["2026-02-01T00:00:00Z", "2030-01-01T00:00:00Z"])
def test_dates_in_commits_do_not_count(
    collector: Collector, ada: StudentRepository, clock: Clock, dates: str
) -> None:
    ada.hand_in({"work.py": "1"}, dates=dates)
    collect(collector, str(ada.server))
    late = ada.hand_in({"work.py": "2"}, dates="2026-02-02T00:00:00Z")
    clock.now = NOON + MINUTE
    outcome = collect(collector, str(ada.server))
    assert outcome.origin != late[:7]
    assert files(collector)["timestamp.txt"] == "2026-03-01 11:00:00 UTC\n"


def test_a_forged_timestamp_is_not_taken(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1", "timestamp.txt": "2020-01-01 00:00:00 UTC"})
    collect(collector, str(ada.server))
    assert files(collector)["timestamp.txt"] == "2026-03-01 11:00:00 UTC\n"


def test_the_servers_time_counts(
    collector: Collector, ada: StudentRepository, clock: Clock
) -> None:
    commit = ada.hand_in({"work.py": "1"})
    clock.now = NOON + 3 * MINUTE
    pushed = NOON - 2 * MINUTE
    outcome = collect(collector, str(ada.server), commit=commit, pushed_at=pushed)
    assert (outcome.rule, outcome.time, outcome.remarks) == (Rule.SERVER, pushed, ())


def test_a_commit_that_the_server_names_is_fetched(
    tmp_path: Path, collector: Collector, ada: StudentRepository, clock: Clock
) -> None:
    git(ada.server, "config", "uploadpack.allowAnySHA1InWant", "true")
    commit = ada.hand_in({"work.py": "1"})
    ada.hand_in({"work.py": "2"})
    clock.now = NOON + 3 * MINUTE
    pushed = NOON - 2 * MINUTE
    with git_daemon(tmp_path / "server") as url:
        outcome = collect(collector, f"{url}/ada.git", commit=commit, pushed_at=pushed)
    assert outcome.origin == commit[:7]
    assert files(collector)["work.py"] == "1"


def test_what_was_seen_stays_when_the_student_rewrites_or_removes_it(
    tmp_path: Path, collector: Collector, ada: StudentRepository, clock: Clock
) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    git(ada.work, "commit", "-q", "--amend", "-m", "other")
    ada.push("--force", "origin", "HEAD:main")
    clock.now = NOON + MINUTE
    (collector.assignment.root / "submitted" / "ada" / NAME / "work.py").unlink()
    (collector.assignment.root / "submitted" / "ada" / NAME / "timestamp.txt").unlink()
    (collector.assignment.root / "submitted" / "ada" / NAME).rmdir()
    assert collect(collector, str(ada.server)).state is State.NEW
    assert files(collector)["work.py"] == "1"
    ada.server.rename(tmp_path / "gone")
    outcome = collect(collector, str(ada.server))
    assert outcome.state is State.AS_BEFORE
    assert "does not exist; what was seen before counts" in outcome.remarks[0]


def test_branches_and_tags(collector: Collector, ada: StudentRepository, clock: Clock) -> None:
    ada.hand_in({"work.py": "main"})
    git(ada.work, "checkout", "-q", "-b", "final")
    ada.commit({"work.py": "final"})
    git(ada.work, "tag", "-a", "-m", "x", "v1")
    ada.push("origin", "final", "v1")
    assert collect(collector, str(ada.server)).state is State.NEW
    assert files(collector)["work.py"] == "main"
    assert collect(collector, str(ada.server), branch="final").state is State.CHANGED
    assert files(collector)["work.py"] == "final"
    clock.now = NOON + MINUTE
    assert collect(collector, str(ada.server), tag="v1").rule is Rule.LATE, "another place"
    for wrong in ({"branch": "none"}, {"tag": "none"}):
        outcome = collect(collector, str(ada.server), **wrong)
        assert outcome.remarks == (f"the repository has no {next(iter(wrong))} `none`",)
    assert "no repository can have" in collect(collector, str(ada.server), branch="a..b").remarks[0]


def test_an_empty_repository(collector: Collector, ada: StudentRepository) -> None:
    outcome = collect(collector, str(ada.server))
    assert (outcome.state, outcome.remarks) == (State.FAILED, ("the repository is empty",))


def test_the_folder_of_the_assignment_is_the_hand_in(
    collector: Collector, ada: StudentRepository
) -> None:
    ada.hand_in({"README.md": "x", f"{NAME}/work.py": "1", "week04/work.py": "2"})
    collect(collector, str(ada.server))
    assert set(files(collector)) == {"work.py", "timestamp.txt"}


def test_what_a_person_changed_stays(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    work = collector.assignment.root / "submitted" / "ada" / NAME / "work.py"
    work.write_text("corrected by hand")
    ada.hand_in({"work.py": "2"})
    outcome = collect(collector, str(ada.server))
    assert outcome.state is State.BY_HAND
    assert "remove it to have it collected again" in outcome.remarks[0]
    assert work.read_text() == "corrected by hand"


def test_checkpoints_are_no_change_by_hand(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    left = collector.assignment.root / "submitted" / "ada" / NAME / ".ipynb_checkpoints" / "x.py"
    left.parent.mkdir()
    left.write_text("1")
    assert collect(collector, str(ada.server)).state is State.AS_BEFORE
    ada.hand_in({"work.py": "2"})
    assert collect(collector, str(ada.server)).state is State.CHANGED


def test_a_clock_that_goes_back(collector: Collector, ada: StudentRepository, clock: Clock) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    clock.now -= 60 * MINUTE
    outcome = collect(collector, str(ada.server))
    assert outcome.state is State.FAILED
    assert "correct the clock" in outcome.remarks[0]


def test_a_damaged_store_costs_one_student(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1"})
    store = collector.assignment.root / ".autograder" / "collected" / NAME / "ada" / "objects.git"
    store.mkdir(parents=True)
    (store / "HEAD").write_text("nonsense")
    outcome = collect(collector, str(ada.server))
    assert outcome.state is State.FAILED
    assert "not a git repository" in outcome.remarks[0] or "no repository" in outcome.remarks[0]


@pytest.mark.parametrize("ended_in", ["_exchange", "save_record"])
def test_a_run_that_was_ended_is_no_change_by_hand(
    collector: Collector, ada: StudentRepository, monkeypatch: pytest.MonkeyPatch, ended_in: str
) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    ada.hand_in({"work.py": "2"})
    with monkeypatch.context() as ended:
        calls = []

        def end(*arguments: object) -> None:
            calls.append(arguments)
            if ended_in == "_exchange" or len(calls) == 2:
                raise KeyboardInterrupt
            save_record(*arguments)  # type: ignore[arg-type]

        ended.setattr(placing, ended_in, end)
        with pytest.raises(KeyboardInterrupt):
            collect(collector, str(ada.server))
    ada.hand_in({"work.py": "3"})
    assert collect(collector, str(ada.server)).state is State.CHANGED
    assert files(collector)["work.py"] == "3"


def test_a_dry_run_writes_nothing(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1"})
    trial = replace(collector, dry_run=True)
    assert collect(trial, str(ada.server)).state is State.NEW
    assert list(collector.assignment.root.iterdir()) == []


def test_a_private_repository_needs_the_token(
    tmp_path: Path,
    collector: Collector,
    ada: StudentRepository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada.hand_in({"work.py": "1"})
    wanted = "Basic eC1hY2Nlc3MtdG9rZW46czNjcmV0"  # x-access-token:s3cret
    with http_server(HttpServer(tmp_path / "server", wanted)) as server:
        url = f"{server.url}/ada.git"
        assert "wants a password or token" in collect(collector, url).remarks[0]
        monkeypatch.setenv("AUTOGRADER_GIT_TOKEN", "s3cret")
        monkeypatch.setenv("AUTOGRADER_GIT_HOST", "example.org")
        server.asked.clear()
        assert "wants a password or token" in collect(collector, url).remarks[0]
        assert set(server.asked) == {""}, "another host gets no token"
        monkeypatch.setenv("AUTOGRADER_GIT_HOST", server.url)
        assert collect(collector, url).state is State.NEW


def test_a_damaged_record_is_named(collector: Collector, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1"})
    collect(collector, str(ada.server))
    record = collector.assignment.root / ".autograder" / "collected" / NAME / "ada" / "record.json"
    record.write_text("{}")
    outcome = collect(collector, str(ada.server))
    assert outcome.state is State.FAILED
    assert "record.json is damaged" in outcome.remarks[0]
