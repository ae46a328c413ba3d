"""What crosses the way to a cluster: bundles, messages, addresses; and what never crosses it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest
from book_course import NAME
from class_outcome import write_class
from dask_cluster import command_of
from distributed import Client
from sandboxes import available
from waiting import wait_until

from autograder.cluster import bundle, worker
from autograder.cluster.connection import SchedulerAddress, is_local
from autograder.cluster.idle_stations import IdleStations
from autograder.cluster.messages import Answer, Course
from autograder.cluster.preparing import Prepared, prepare
from autograder.cluster.scheduler import Scheduler, TaskKey
from autograder.cluster.station_process import StationProcess
from autograder.cluster.work import Work, course_of
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import AutograderError
from autograder.grading import result_builder
from autograder.grading.batch import Task
from autograder.grading.cache_key import default_seed
from autograder.grading.graded import Graded
from convgrade.submission import Submission, read_hand_in


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    return load_assignment(NAME, write_class(tmp_path / "course", of_each=1))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def prepared(course: Assignment, student: str) -> Prepared | Graded:
    task = Task(student, course.root / "submitted" / student / NAME)
    return prepare((course.name, course.root, course.dataset), task, "namespaces")


# -- bundles ---------------------------------------------------------------------------------


def test_the_same_course_gives_the_same_bundle(course: Assignment, tmp_path: Path) -> None:
    first = bundle.bundle_of(course)
    for file in course.root.rglob("*"):
        os.utime(file, (1, 1))
    (course.suite_folder / "__pycache__").mkdir()
    (course.suite_folder / "__pycache__" / "test_double.pyc").write_bytes(b"")
    assert bundle.bundle_of(course) == first


def test_a_change_of_a_suite_gives_another_bundle(course: Assignment) -> None:
    first = bundle.bundle_of(course)
    course.suite_file("double").write_text("", encoding="utf-8")
    assert bundle.bundle_of(course).digest != first.digest


def test_an_installed_bundle_grades_like_the_course(course: Assignment) -> None:
    made = bundle.bundle_of(course)
    assert worker.install(made.digest, made.content) == ""
    folder = bundle.verified(made.digest)
    assert folder is not None
    unpacked = load_assignment(NAME, folder)
    assert unpacked.exercises == course.exercises
    assert unpacked.release_cells == course.release_cells
    assert bundle.cache().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "solutions" / f"{NAME}.py").write_text("", encoding="utf-8"),
        lambda folder: (folder / "tests" / "hidden" / NAME / "test_double.py").unlink(),
        lambda folder: (folder / "tests" / "hidden" / NAME / "conftest.py").touch(),
        lambda folder: (folder / "tests" / "hidden" / NAME / "double.pyc").touch(),
    ],
)
def test_a_bundle_that_was_changed_is_not_used_and_replaced(
    course: Assignment, change, capfd: pytest.CaptureFixture[str]
) -> None:
    made = bundle.bundle_of(course)
    bundle.install(made.digest, made.content)
    change(bundle.cache() / made.digest)
    assert bundle.verified(made.digest) is None
    assert "was changed" in capfd.readouterr().err
    bundle.install(made.digest, made.content)
    assert bundle.verified(made.digest) is not None
    assert [path.name for path in bundle.cache().iterdir()] == [made.digest]


def test_another_content_than_announced_is_refused(course: Assignment) -> None:
    made = bundle.bundle_of(course)
    assert "did not arrive as it was sent" in worker.install(made.digest, made.content + b" ")
    assert not bundle.is_cached(made.digest)


def test_a_cache_that_cannot_be_written_is_a_sentence(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    made = bundle.bundle_of(course)
    assert "cannot keep the course in /dev/null" in worker.install(made.digest, made.content)


# -- messages --------------------------------------------------------------------------------


def test_a_submission_arrives_as_it_was_read(course: Assignment) -> None:
    folder = course.root / "submitted" / "right0" / NAME
    (folder / "data.bin").write_bytes(bytes(range(256)))
    submission = read_hand_in(folder, course.release)
    assert isinstance(submission, Submission)
    assert submission.beside
    submission = replace(submission, written={"why": "\ud800 \u2028 \0 NaN"})
    work = Work("right0", b"seed", ("hints",), submission)
    assert Work.from_bytes(work.to_bytes()) == work


def test_what_cannot_be_read_is_graded_where_it_is(course: Assignment) -> None:
    (course.root / "submitted" / "right0" / NAME / f"{NAME}.py").write_bytes(b"\0")
    found = prepared(course, "right0")
    assert isinstance(found, Graded)
    assert found.result.status == "rejected"


def test_the_secret_stays_and_the_seed_is_that_of_this_machine(course: Assignment) -> None:
    secret = (course.root / ".autograder" / "secret").read_bytes()
    found = prepared(course, "right0")
    assert isinstance(found, Prepared)
    content = bundle.bundle_of(course).content
    sent = [found.work, content, course_of(course, "namespaces", "").to_bytes()]
    assert not any(text in each for each in sent for text in (secret, secret.hex().encode()))
    seed = default_seed(found.hand_in.digest, course, "right0")
    assert Work.from_bytes(found.work).seed == seed


def test_a_course_of_another_version_can_be_read_and_differs(course: Assignment) -> None:
    own = course_of(course, "namespaces", "digest")
    assert Course.from_bytes(own.to_bytes()) == own
    other = json.dumps({"bundle": "digest", "engine": "other", "more": 1}).encode()
    assert Course.from_bytes(other).engine == "other"


@pytest.mark.parametrize("data", [b"", b"[]", b'{"kind": "graded"}', "text", None])
def test_an_answer_that_is_none_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Answer.from_bytes(data)


def test_dask_carries_bytes_and_nothing_else(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bundle.bundle_of(course)
    found = prepared(course, "right0")
    assert isinstance(found, Prepared)
    done: SimpleQueue[TaskKey] = SimpleQueue()
    sent = []
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=":0") as dask:
        submit = dask.submit
        monkeypatch.setattr(dask, "submit", lambda *a, **k: sent.append((a, k)) or submit(*a, **k))
        where = SchedulerAddress("inproc://here")
        whole = course_of(course, available(), made.digest).to_bytes()
        scheduler = Scheduler(dask, where, whole, made, done.put)
        scheduler.send(found.work)
        assert scheduler.answer(done.get()) is None  # the worker has no bundle yet
        scheduler.send(found.work)
        answer = scheduler.answer(done.get())
    assert answer is not None
    assert answer.kind == "result", answer.text
    for (function, *arguments), options in sent:
        assert function is worker.grade
        assert [type(each) for each in arguments] == [bytes, bytes]
        assert options["key"].startswith("grade-")
        assert "right0" not in options["key"]


@pytest.mark.parametrize("changed", [{"student": "ben"}, {"seed": "00"}, {"key": "of other code"}])
def test_a_result_of_other_work_or_other_code_is_no_answer(
    course: Assignment, changed: dict[str, str]
) -> None:
    found = prepared(course, "right0")
    assert isinstance(found, Prepared)
    blank = result_builder.blank("", course, "right0", "namespaces")
    right = replace(blank, seed=found.seed, key=found.key)
    assert found.is_answered_by(right)
    assert not found.is_answered_by(replace(right, **changed))


# -- stations --------------------------------------------------------------------------------


def stations() -> int:
    """How many grading processes this process has."""
    commands = map(command_of, psutil.Process().children())
    return sum("autograder.cluster.station" in each for each in commands)


def test_idle_stations_end_after_a_while_and_make_room_for_others(course: Assignment) -> None:
    made = bundle.bundle_of(course)
    bundle.install(made.digest, made.content)
    whole = course_of(course, available(), made.digest)
    own, other = whole.to_bytes(), replace(whole, isolation="process").to_bytes()
    idle = IdleStations(seconds=0.2)
    first, second = StationProcess(own, "here"), StationProcess(other, "here")
    before = stations()
    idle.keep(first)
    idle.keep(second)
    assert idle.pop(own) is first
    assert idle.pop(own) is None
    wait_until(lambda: stations() == before - 1, "the idle one ends")
    assert first.is_usable
    first.close()


# -- addresses -------------------------------------------------------------------------------


def own_addresses() -> list[str]:
    found = [each for all_of in psutil.net_if_addrs().values() for each in all_of]
    return [each.address for each in found if each.family.name == "AF_INET"]


@pytest.mark.parametrize(
    "address",
    [
        "tls://192.0.2.1:8786",
        "wss://192.0.2.1:8786",
        "inproc://192.0.2.1/1/2",
        "tcp://127.0.0.1:8786",
        "tcp://[::1]:8786",
        "localhost:8786",
    ],
)
def test_what_is_encrypted_or_local_is_safe(address: str) -> None:
    SchedulerAddress(address).require_safe([address])


def test_addresses_of_this_machine_are_local() -> None:
    assert all(is_local(f"tcp://{address}:1") for address in own_addresses())


@pytest.mark.parametrize(
    "address",
    ["tcp://192.0.2.1:8786", "tcp://127.0.0.1.example.org:1", "ucx://192.0.2.1:1", "192.0.2.1:1"],
)
def test_what_crosses_a_network_needs_encryption_or_consent(address: str) -> None:
    with pytest.raises(AutograderError, match="is not encrypted"):
        SchedulerAddress(address).require_safe([address])
    SchedulerAddress(address, is_plain_accepted=True).require_safe([address])


def test_a_worker_elsewhere_counts_too() -> None:
    with pytest.raises(AutograderError, match=r"192\.0\.2\.7"):
        SchedulerAddress("tcp://127.0.0.1:1").require_safe(["tcp://192.0.2.7:1"])
