"""`autograder ci init`: its workflows are valid and really run, and no file is overwritten."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from book_course import NAME
from ci_services import Run, Service
from class_course import RIGHT, WRONG, write_class
from file_server import FileServer, serving
from git_servers import HttpServer, git, http_server, student_repository
from nbgrader.api import Gradebook
from sandboxes import available
from typer.testing import CliRunner, Result

from autograder.ci.repository import CLASS_FILES
from autograder.cli import app

FOLDER = "my course"
SERVICES = {"github": ".github/workflows/grade.yml", "gitlab": ".gitlab-ci.yml"}
TOKEN = "a token"
BASIC = "Basic eC1hY2Nlc3MtdG9rZW46YSB0b2tlbg=="  # x-access-token:a token


def init(course: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["ci", "init", *arguments, "--course", str(course)])


def write_repository(root: Path) -> Path:
    """A course with a space in its name, in a folder of a repository; returns the course."""
    course = write_class(root / FOLDER)
    (course / ".gitignore").write_text("".join(f"/{name}\n" for name in CLASS_FILES))
    git(root, "init", "-q", "-b", "main")
    return course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "repository")


def workflow(course: Path, service: str) -> Path:
    return course.parent / SERVICES[service]


# -- valid -----------------------------------------------------------------------------------

SCHEMAS = {
    "github": ("--builtin-schema", "vendor.github-workflows"),
    "gitlab": ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}


def invalid(service: str, path: Path) -> str:
    """What the published schema of a service says against a file; "" if nothing."""
    check = [sys.executable, "-m", "check_jsonschema", *SCHEMAS[service], str(path)]
    done = subprocess.run(check, capture_output=True, text=True)
    return done.stdout if done.returncode else ""


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("own_environment", [True, False])
def test_a_workflow_keeps_to_the_published_schema(
    service: str, own_environment: bool, course: Path
) -> None:
    if own_environment:
        (course / ".ci").mkdir()
        (course / ".ci/environment").touch()
    else:
        (course / "requirements.lock").touch()
    assert init(course, service).exit_code == 0
    path = workflow(course, service)
    assert invalid(service, path) == ""
    text = path.read_text()
    assert ("bash .ci/environment" in text) is own_environment
    assert ("--require-hashes" in text) is not own_environment
    path.write_text(text.replace("timeout", "time_out"))
    assert invalid(service, path) != ""


def test_actionlint_has_nothing_to_say(course: Path) -> None:
    actionlint = shutil.which("actionlint")
    if actionlint is None:
        pytest.skip("there is no actionlint on this machine")
    assert init(course, "github").exit_code == 0
    path = str(workflow(course, "github"))
    done = subprocess.run([actionlint, path], capture_output=True, text=True)
    assert done.stdout == ""


@pytest.mark.parametrize("service", SERVICES)
def test_every_script_is_bash(service: str, course: Path) -> None:
    assert init(course, service).exit_code == 0
    found = yaml.safe_load(workflow(course, service).read_text())
    if service == "github":
        scripts = [step["run"] for step in found["jobs"]["grade"]["steps"] if "run" in step]
    else:
        scripts = [*found["grade-the-class"]["script"], *found["grade-the-class"]["after_script"]]
    assert len(scripts) > 5
    for script in scripts:
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert checked.stderr == "", script


def test_the_workflow_for_github_may_do_little_and_trusts_no_tag(course: Path) -> None:
    assert init(course, "github").exit_code == 0
    text = workflow(course, "github").read_text()
    found = yaml.safe_load(text)
    assert found["permissions"] == {"contents": "read", "actions": "read"}
    assert found["concurrency"]["cancel-in-progress"] is False
    assert found["jobs"]["grade"]["timeout-minutes"] <= 360
    assert set(found[True]) == {"schedule", "workflow_dispatch"}, "no push, no pull request"
    actions = re.findall(r"uses: (\S+)(.*)", text)
    assert len(actions) == 4
    for action, comment in actions:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_each_step_for_github_gets_only_the_secret_that_it_needs(course: Path) -> None:
    assert init(course, "github").exit_code == 0
    found = yaml.safe_load(workflow(course, "github").read_text())
    assert "secrets." not in json.dumps(found["env"])
    using = {
        name: [
            step["name"]
            for step in found["jobs"]["grade"]["steps"]
            if f"secrets.{name}" in json.dumps(step) and "autograder" in step["run"]
        ]
        for name in ("AUTOGRADER_SECRET", "AUTOGRADER_GIT_TOKEN", "AUTOGRADER_SIGNING_KEY")
    }
    assert using == {
        "AUTOGRADER_SIGNING_KEY": ["Grade, and write report and feedback"],
        "AUTOGRADER_SECRET": ["Grade, and write report and feedback"],
        "AUTOGRADER_GIT_TOKEN": ["Collect the hand-ins", "Return the feedback"],
    }


# -- really run ------------------------------------------------------------------------------


@dataclass
class Term:
    """A course with its service and the repositories of its students."""

    service: Service
    server: HttpServer
    push: Callable[[str, str], None]
    feedback_files: Callable[[str], list[str]]


@contextmanager
def term(folder: Path, which: str) -> Iterator[Term]:
    """Ada's work is right, ben's is wrong, and cleo has handed in nothing."""
    students = {name: student_repository(folder, name) for name in ("ada", "ben", "cleo")}

    def push(student: str, text: str) -> None:
        students[student].hand_in({f"{NAME}.py": text})

    def feedback_files(student: str) -> list[str]:
        server = students[student].server
        if not git(server, "branch", "--list", "feedback"):
            return []
        return git(server, "ls-tree", "-r", "--name-only", "feedback").splitlines()

    push("ada", RIGHT)
    push("ben", WRONG)
    students["cleo"].hand_in({"README.md": "later"})
    with http_server(HttpServer(folder / "server", authorization=BASIC)) as server:
        course = write_repository(folder / "repository")
        assert init(course, which, "--isolation", available()).exit_code == 0
        lines = [f"{name},{server.url}/{name}.git" for name in students]
        (course / "roster.csv").write_text("\n".join(["student,url", *lines, ""]))
        root = course.parent
        git(root, "add", "--all")
        git(root, "commit", "-q", "-m", "course")
        secrets = {"AUTOGRADER_SECRET": "s", "AUTOGRADER_GIT_TOKEN": TOKEN}
        service = Service(root, folder / "service", FOLDER, secrets, server_url=server.url)
        yield Term(service, server, push, feedback_files)


def marks(run: Run) -> dict[str, float]:
    """The points of each student in the gradebook of a run."""
    with Gradebook(f"sqlite:///{run.course / 'gradebook.db'}") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {each.student.id: each.score for each in found}


@pytest.fixture(scope="module")
def on_github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Term, list[Run]]]:
    """Three nights: nothing was ever kept; a new beginning; ben has corrected his work."""
    with term(tmp_path_factory.mktemp("github"), "github") as found:
        runs = [found.service.github(), found.service.github(start_anew=True)]
        found.push("ben", RIGHT)
        found.service.artifact_of_a_fork(b"not ours")
        runs.append(found.service.github())
        yield found, runs


OnGitHub = tuple[Term, list[Run]]


def test_a_run_without_an_earlier_gradebook_stops_before_it_writes_one(on_github: OnGitHub) -> None:
    found, (first, *_) = on_github
    assert first.outcome("Bring back the gradebook") == "failure"
    assert "with start_anew" in first.log
    assert first.outcome("Collect") == "skipped"
    assert first.outcome("Keep the gradebook") == "skipped"
    assert not found.service.kept(1).exists()


def test_the_first_run_collects_grades_returns_and_keeps(on_github: OnGitHub) -> None:
    found, (_, second, _) = on_github
    assert second.is_green, second.log
    assert marks(second)["ada"] == 3.0
    assert marks(second)["ben"] == 0.0
    assert found.service.kept(2).is_dir()
    assert any(name.endswith(".html") for name in found.feedback_files("ada"))
    reports = {path.name for path in (second.course / "reports").iterdir()}
    assert reports == {f"{NAME}.html", f"{NAME}.json"}


def test_who_handed_in_nothing_is_named_and_the_run_stays_green(on_github: OnGitHub) -> None:
    _, (_, second, _) = on_github
    assert "cleo" in second.log


def test_a_later_run_begins_with_the_gradebook_of_the_last_one(on_github: OnGitHub) -> None:
    _, (_, _, third) = on_github
    assert third.is_green, third.log
    assert marks(third)["ben"] == 3.0
    assert "1 graded, 2 unchanged" in third.log


def test_an_artifact_from_a_fork_is_not_taken(on_github: OnGitHub) -> None:
    """The third run found one that was newer than ours."""
    found, (*_, third) = on_github
    assert found.service.artifacts[-1]["workflow_run"]["id"] == 999
    assert third.outcome("Bring back the gradebook") == "success"


def test_what_is_kept_has_no_secret(on_github: OnGitHub) -> None:
    found, _ = on_github
    listing = ["tar", "-tzf", str(found.service.kept(3) / "class.tar.gz")]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {name.split("/")[0] for name in names} <= set(CLASS_FILES)
    assert ".autograder/secret" not in names


def test_the_token_of_the_students_repositories_goes_to_their_server(on_github: OnGitHub) -> None:
    found, (_, second, third) = on_github
    assert BASIC in found.server.asked
    assert TOKEN not in second.log + third.log


def test_an_expired_gradebook_stops_the_run(on_github: OnGitHub) -> None:
    found, _ = on_github
    for run in (2, 3):
        found.service.expire(run)
    stopped = found.service.github()
    assert "No earlier run has left a gradebook" in stopped.log
    assert stopped.outcome("Keep the gradebook") == "skipped"


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_a_repository_that_others_read_is_refused(visibility: str, on_github: OnGitHub) -> None:
    found, _ = on_github
    found.service.show(visibility)
    refused = found.service.github(start_anew=True)
    found.service.show("private")
    assert f"This repository is {visibility}" in refused.log
    assert {step.outcome for step in refused.steps[1:]} == {"skipped"}


def test_all_that_is_missing_is_named_at_once(tmp_path: Path, course: Path) -> None:
    assert init(course, "github").exit_code == 0
    git(course.parent, "add", "--all")
    git(course.parent, "commit", "-q", "-m", "course")
    run = Service(course.parent, tmp_path / "service", FOLDER).github(start_anew=True)
    for name in ("AUTOGRADER_SECRET", "AUTOGRADER_GIT_TOKEN", "roster.csv"):
        assert name in run.log
    assert run.outcome("Bring back") == "skipped"


def test_gitlab_does_the_same(tmp_path: Path) -> None:
    with term(tmp_path, "gitlab") as found, serving(FileServer(b"", status=404)) as nothing:
        refused = found.service.gitlab(nothing.url)
        assert "START_ANEW=true" in refused.log
        assert not found.service.kept(1).exists()
        first = found.service.gitlab(nothing.url, START_ANEW="true")
        assert first.is_green, first.log
        assert marks(first)["ben"] == 0.0
        assert any(name.endswith(".html") for name in found.feedback_files("ada"))
        found.push("ben", RIGHT)
        archive = shutil.make_archive(str(tmp_path / "artifact"), "zip", found.service.kept(2))
        with serving(FileServer(Path(archive).read_bytes())) as artifacts:
            second = found.service.gitlab(artifacts.url)
    assert second.is_green, second.log
    assert (marks(second)["ada"], marks(second)["ben"]) == (3.0, 3.0)
    assert "1 graded, 2 unchanged" in second.log


def test_a_project_of_gitlab_that_others_read_is_refused(tmp_path: Path, course: Path) -> None:
    assert init(course, "gitlab").exit_code == 0
    git(course.parent, "add", "--all")
    git(course.parent, "commit", "-q", "-m", "course")
    service = Service(course.parent, tmp_path / "service", FOLDER)
    service.show("public")
    refused = service.gitlab("http://127.0.0.1:9")
    assert not refused.is_green
    assert "not private" in refused.log


# -- what the instructor reads, and bad input ------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_it_says_what_to_do_next_in_five_lines(
    service: str, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    done = init(course, service)
    first, *steps = done.stdout.splitlines()
    assert SERVICES[service] in first
    assert [line[:2] for line in steps] == ["1.", "2.", "3.", "4.", "5."]
    assert all(len(line) <= 80 for line in steps)


@pytest.mark.parametrize(
    ("service", "isolation"), [("github", "namespaces"), ("gitlab", "restricted")]
)
def test_it_asks_for_the_isolation_that_the_services_runners_give(
    service: str, isolation: str, course: Path
) -> None:
    assert init(course, service).exit_code == 0
    assert f"ISOLATION: {isolation}\n" in workflow(course, service).read_text()
    assert init(course, service, "--force", "--isolation", "process").exit_code == 0
    assert "ISOLATION: process\n" in workflow(course, service).read_text()


def test_a_course_that_is_the_repository_itself(tmp_path: Path) -> None:
    course = write_class(tmp_path / "course")
    git(course, "init", "-q")
    assert init(course, "github").exit_code == 0
    job = yaml.safe_load((course / SERVICES["github"]).read_text())["jobs"]["grade"]
    assert job["defaults"]["run"]["working-directory"] == "."
    paths = [step["with"]["path"] for step in job["steps"] if "cache" in step.get("uses", "")]
    assert paths == [".venv"]


def test_an_existing_workflow_stays(course: Path) -> None:
    path = workflow(course, "gitlab")
    path.write_text("mine")
    refused = init(course, "gitlab")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert path.read_text() == "mine"
    assert init(course, "gitlab", "--output", str(course / "other.yml")).exit_code == 0
    assert path.read_text() == "mine"
    assert init(course, "gitlab", "--force").exit_code == 0
    assert path.read_text() != "mine"


def test_a_link_is_never_written_through(course: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    workflow(course, "gitlab").symlink_to(target)
    assert init(course, "gitlab", "--force").exit_code == 2
    assert target.read_text() == "mine"


def test_a_course_outside_of_a_repository_is_told_what_to_do(tmp_path: Path) -> None:
    course = write_class(tmp_path / "course")
    refused = init(course, "github")
    assert refused.exit_code == 2
    assert "git init" in refused.stderr
    assert not (course / ".github").exists()


def test_an_unknown_assignment_names_the_known_ones(course: Path) -> None:
    refused = init(course, "github", "maxi")
    assert refused.exit_code == 2
    assert f"known ones are: {NAME}" in refused.stderr
    assert not workflow(course, "github").exists()


@pytest.mark.parametrize("roster", ["${{ secrets.X }}", "a\nb", '"', "$(x)", "-x", "", " a "])
def test_a_name_that_a_workflow_could_run_is_refused(roster: str, course: Path) -> None:
    refused = init(course, "github", f"--roster={roster}")
    assert refused.exit_code == 2
    assert "cannot stand in a workflow" in refused.stderr
    assert "Traceback" not in refused.output
    assert not workflow(course, "github").exists()


def test_a_folder_that_cannot_be_written_is_named(course: Path) -> None:
    (course.parent / ".github").write_text("a file where a folder should be")
    refused = init(course, "github")
    assert refused.exit_code == 2
    assert ".github" in refused.stderr
    assert "Traceback" not in refused.output


def test_without_git_it_says_so(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    refused = init(course, "github")
    assert refused.exit_code == 2
    assert "git is not installed" in refused.stderr


def test_marks_in_the_repository_are_pointed_out(course: Path) -> None:
    (course / "gradebook.db").touch()
    (course / "submitted/ada").mkdir(parents=True)
    (course / "submitted/ada/x.py").touch()
    git(course, "add", "-f", "gradebook.db", "submitted")
    done = init(course, "github")
    assert done.exit_code == 1
    assert "git rm -r --cached gradebook.db submitted" in done.stderr.replace("\n", " ")
    assert workflow(course, "github").exists()
