"""Feedback goes back to real repositories over each transport, to folders, and to Moodle."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from git_servers import (
    HttpServer,
    StudentRepository,
    git,
    git_daemon,
    http_server,
    let_everything_run,
)
from git_servers import student_repository as make_repository

from autograder.collecting.git import Git, GitLimits
from autograder.collecting.records import State
from autograder.collecting.returning import Returned, ToBranches, to_folder, to_moodle
from autograder.course.assignment import Assignment
from autograder.course.rosters import Entry, Roster

NAME = "week03"


@pytest.fixture
def ada(tmp_path: Path) -> StudentRepository:
    repository = make_repository(tmp_path, "ada")
    repository.hand_in({"work.py": "1"})
    return repository


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    (tmp_path / "course").mkdir()
    found = Assignment(NAME, tmp_path / "course", NAME, (), {}, {})
    write_page(found, "ada", "<p>well done</p>")
    return found


def write_page(assignment: Assignment, student: str, text: str, name: str = f"{NAME}.html") -> None:
    path = assignment.root / "feedback" / student / NAME / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def send(assignment: Assignment, *entries: Entry, branch: str = "feedback") -> list[Returned]:
    roster = Roster(assignment.root.parent / "roster.csv", "own", (), entries)
    work = ToBranches(assignment, roster, Git(GitLimits(seconds=20)), branch)
    return [work(entry) for entry in entries]


def send_to(assignment: Assignment, url: str) -> Returned:
    return send(assignment, Entry("ada", 2, url=url))[0]


def listed(repository: StudentRepository, branch: str = "feedback") -> list[str]:
    return git(repository.server, "ls-tree", "-r", "--name-only", branch).splitlines()


@contextmanager
def served(transport: str, base: Path) -> Iterator[str]:
    if transport == "git":
        with git_daemon(base) as url:
            yield url
    elif transport == "http":
        with http_server(HttpServer(base)) as server:
            yield server.url
    else:
        yield base.as_uri() if transport == "file" else str(base)


@pytest.mark.parametrize("transport", ["file", "path", "git", "http"])
def test_each_transport(
    tmp_path: Path, assignment: Assignment, ada: StudentRepository, transport: str
) -> None:
    main = git(ada.server, "rev-parse", "main")
    with served(transport, tmp_path / "server") as base:
        url = f"{base}/ada.git"
        assert send_to(assignment, url) == Returned("ada", State.NEW)
        assert listed(ada) == [f"{NAME}/{NAME}.html"]
        assert git(ada.server, "show", f"feedback:{NAME}/{NAME}.html") == "<p>well done</p>"
        first = git(ada.server, "rev-parse", "feedback")
        assert send_to(assignment, url).state is State.AS_BEFORE
        assert git(ada.server, "rev-parse", "feedback") == first
        write_page(assignment, "ada", "<p>better</p>")
        assert send_to(assignment, url).state is State.CHANGED
        assert git(ada.server, "rev-parse", "feedback^") == first
    assert git(ada.server, "rev-parse", "main") == main
    assert git(ada.server, "fsck", "--strict") == ""


def test_what_others_put_into_the_branch_stays(
    assignment: Assignment, ada: StudentRepository
) -> None:
    git(ada.work, "checkout", "-q", "--orphan", "feedback")
    theirs = ada.commit({"questions.md": "why?", f"{NAME}.md": "x", f"{NAME}/old.html": "old"})
    ada.push("origin", "feedback")
    assert send_to(assignment, str(ada.server)).state is State.CHANGED
    assert git(ada.server, "rev-parse", "feedback^") == theirs
    assert listed(ada) == ["questions.md", f"{NAME}.md", f"{NAME}/{NAME}.html", "work.py"]


def test_only_pages_go_out(assignment: Assignment, ada: StudentRepository, tmp_path: Path) -> None:
    write_page(assignment, "ada", "secret", "result.json")
    write_page(assignment, "ada", "secret", ".hidden")
    write_page(assignment, "ben", "of another")
    send_to(assignment, str(ada.server))
    assert listed(ada) == [f"{NAME}/{NAME}.html"]
    link = assignment.root / "feedback" / "ada" / NAME / "link.html"
    link.symlink_to("/etc/passwd")
    assert send_to(assignment, str(ada.server)).state is State.FAILED


def test_no_hook_or_setting_of_the_repository_is_run(
    tmp_path: Path, assignment: Assignment, ada: StudentRepository
) -> None:
    ran = tmp_path / "ran"
    let_everything_run(ada.server, f"touch '{ran}'")
    git(ada.server, "config", "core.hooksPath", str(ada.server / "hooks"))
    assert send_to(assignment, str(ada.server)).state is State.NEW
    assert not ran.exists()


def test_a_work_tree_is_not_touched(assignment: Assignment, ada: StudentRepository) -> None:
    git(ada.work, "config", "receive.denyCurrentBranch", "updateInstead")
    git(ada.work, "checkout", "-q", "--orphan", "feedback")
    ada.commit({"note.md": "x"})
    outcome = send_to(assignment, str(ada.work))
    assert outcome.state is State.FAILED
    assert not (ada.work / NAME).exists()


@pytest.mark.parametrize(
    "setting",
    ["include.path=/tmp/x", "remote.o.promisor=true", "extensions.partialClone=o"],
)
def test_settings_that_lead_elsewhere(
    assignment: Assignment, ada: StudentRepository, setting: str
) -> None:
    git(ada.server, "config", *setting.split("="))
    assert "settings of the repository" in send_to(assignment, str(ada.server)).reason


@pytest.mark.parametrize("part", ["", "objects", "refs", "config"])
def test_links_are_not_followed(
    tmp_path: Path, assignment: Assignment, ada: StudentRepository, part: str
) -> None:
    place = ada.server / part
    place.rename(tmp_path / "aside")
    place.symlink_to(tmp_path / "aside")
    assert "symbolic link" in send_to(assignment, str(ada.server)).reason


def test_borrowed_objects(assignment: Assignment, ada: StudentRepository) -> None:
    (ada.server / "objects" / "info").mkdir(exist_ok=True)
    (ada.server / "objects" / "info" / "alternates").write_text("/tmp/x\n")
    assert "borrows objects" in send_to(assignment, str(ada.server)).reason


@pytest.mark.parametrize("kind", ["file", "link", "submodule"])
def test_a_branch_in_which_something_has_the_folders_place(
    assignment: Assignment, ada: StudentRepository, kind: str
) -> None:
    git(ada.work, "checkout", "-q", "-b", "feedback")
    if kind == "link":
        (ada.work / NAME).symlink_to("/tmp")
        git(ada.work, "add", NAME)
    elif kind == "submodule":
        commit = git(ada.work, "rev-parse", "HEAD")
        git(ada.work, "update-index", "--add", "--cacheinfo", f"160000,{commit},{NAME}")
    else:
        (ada.work / NAME).write_text("x")
        git(ada.work, "add", NAME)
    ada.commit({})
    ada.push("origin", "feedback")
    assert send_to(assignment, str(ada.server)).state is State.CHANGED
    assert listed(ada) == ["work.py", f"{NAME}/{NAME}.html"] or listed(ada) == [
        f"{NAME}/{NAME}.html",
        "work.py",
    ]


def test_who_gets_nothing(assignment: Assignment, ada: StudentRepository) -> None:
    url = str(ada.server)
    missing, failed, same = (
        send(assignment, Entry("ben", 2, url=url))[0],
        send(assignment, Entry("ada", 3))[0],
        send(assignment, Entry("ada", 3, url=url, branch="feedback"))[0],
    )
    assert missing == Returned("ben", State.MISSING)
    assert failed.reason == "line 3 of the roster has no `url`"
    assert same.reason == "work is collected from the branch `feedback`"


def test_nobody_reads_the_feedback_of_another(
    assignment: Assignment, ada: StudentRepository
) -> None:
    write_page(assignment, "ben", "for ben")
    group = [Entry("ada", 2, url=str(ada.server)), Entry("ben", 3, url=f"{ada.server}/")]
    returned = send(assignment, *group)
    assert [each.state for each in returned] == [State.FAILED, State.FAILED]
    assert "also that of ben" in returned[0].reason


def test_a_branch_that_is_locked_or_not_allowed(
    assignment: Assignment, ada: StudentRepository
) -> None:
    (ada.server / "refs" / "heads" / "feedback.lock").write_text("")
    assert "at the same time" in send_to(assignment, str(ada.server)).reason
    assert "no repository can have" in (
        send(assignment, Entry("ada", 2, url=str(ada.server)), branch="a..b")[0].reason
    )


def test_to_folders(tmp_path: Path, assignment: Assignment) -> None:
    entries = [Entry("ada"), Entry("ben")]
    folder = tmp_path / "out"
    states = [each.state for each in to_folder(assignment, entries, folder)]
    assert states == [State.NEW, State.MISSING]
    page = folder / "ada" / NAME / f"{NAME}.html"
    assert page.read_text() == "<p>well done</p>"
    assert next(iter(to_folder(assignment, entries, folder))).state is State.AS_BEFORE
    write_page(assignment, "ada", "better")
    assert next(iter(to_folder(assignment, entries, folder))).state is State.CHANGED
    assert sorted(path.name for path in folder.iterdir()) == ["ada"]


def test_to_moodle(tmp_path: Path, assignment: Assignment) -> None:
    write_page(assignment, "ben", "for ben")
    entries = [Entry("ada", ids={"participant": "12345"}), Entry("ben"), Entry("cleo")]
    returned = to_moodle(assignment, entries, tmp_path / "feedback.zip")
    assert [each.state for each in returned] == [State.NEW, State.FAILED, State.MISSING]
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        assert archive.namelist() == [f"Participant_12345_assignfeedback_file/{NAME}.html"]
