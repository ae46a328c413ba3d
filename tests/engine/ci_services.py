"""GitHub Actions and GitLab CI, as far as our workflows need them: their scripts are really run.

Each run has a fresh clone of the course's repository and an environment of its own. Of GitHub's
actions, the four that we use are imitated; `gh` answers from the artifacts of earlier runs. An
expression, a condition or an action that is not known here is an error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

GH = """#!{python}
import json, pathlib, shutil, sys
store = pathlib.Path({store!r})
match sys.argv[1:]:
    case ["api", "repos/me/course", "--jq", ".visibility"]:
        print((store / "visibility").read_text())
    case ["api", path] if path.startswith("repos/me/course/actions/artifacts?name=class"):
        print((store / "artifacts.json").read_text())
    case ["run", "download", run, "--repo", "me/course", "--name", "class", "--dir", folder]:
        shutil.copytree(store / run, folder)
    case _:
        sys.exit(f"gh: not known here: {{sys.argv[1:]}}")
"""
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


@dataclass
class Step:
    """What came of one step: `success`, `failure` or `skipped`, and what it printed."""

    name: str
    outcome: str
    log: str = ""


@dataclass
class Run:
    """A finished run, and the course's folder in its clone."""

    steps: list[Step]
    course: Path

    @property
    def is_green(self) -> bool:
        return all(step.outcome != "failure" for step in self.steps)

    @property
    def log(self) -> str:
        return "\n".join(step.log for step in self.steps)

    def outcome(self, name: str) -> str:
        return next(step.outcome for step in self.steps if name in step.name)


@dataclass
class Service:
    """A CI service with one repository.

    Args:
        repository: what is cloned; its newest commit counts.
        folder: an empty folder for runs and artifacts.
        course: the course folder in the repository.
        secrets: by name.
        server_url: the service's own address.
    """

    repository: Path
    folder: Path
    course: str = "."
    secrets: dict[str, str] = field(default_factory=dict)
    server_url: str = "https://git.example.org"
    runs: int = 0

    def __post_init__(self) -> None:
        self.store.mkdir(parents=True)
        self.show("private")
        self._list([])

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def show(self, visibility: str) -> None:
        """Make the repository private, internal or public."""
        (self.store / "visibility").write_text(visibility)

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        return list(json.loads((self.store / "artifacts.json").read_text())["artifacts"])

    def kept(self, run: int) -> Path:
        """The folder of the artifact of a run, counted from 1."""
        return self.store / str(run)

    def expire(self, run: int) -> None:
        """Let time pass until the artifact of a run is gone."""
        self._list([{**each, "expired": each["expired"] or each["workflow_run"]["id"] == run}
                    for each in self.artifacts])  # fmt: skip

    def artifact_of_a_fork(self, content: bytes) -> None:
        """What a pull request from a fork can add: a newer artifact of the same name."""
        (self.store / "999").mkdir()
        (self.store / "999" / "class.tar.gz").write_bytes(content)
        self._list([*self.artifacts, _artifact(999, "2030-01-01T00:00:00Z", repository=2)])

    def _list(self, artifacts: list[dict[str, Any]]) -> None:
        (self.store / "artifacts.json").write_text(json.dumps({"artifacts": artifacts}))

    def _begin(self) -> tuple[Path, dict[str, str]]:
        self.runs += 1
        place = self.folder / f"run {self.runs}"
        (place / "bin").mkdir(parents=True)
        (place / "home").mkdir()
        environment = {
            "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
            "HOME": str(place / "home"),
            "LANG": "C.UTF-8",
            "CI": "true",
        }
        return place, environment

    def _check_out(self, place: Path) -> Path:
        clone = ["git", "clone", "--quiet", str(self.repository), str(place / "clone")]
        subprocess.run(clone, check=True)
        return place / "clone"

    # -- GitHub ------------------------------------------------------------------------------

    def github(self, *, start_anew: bool = False) -> Run:
        """Run `.github/workflows/grade.yml` of the newest commit."""
        place, environment = self._begin()
        clone = self._check_out(place)
        workflow = yaml.safe_load((clone / ".github/workflows/grade.yml").read_text())
        job = workflow["jobs"]["grade"]
        default = job["defaults"]["run"]["working-directory"]
        gh = place / "bin" / "gh"
        gh.write_text(GH.format(python=sys.executable, store=str(self.store)))
        gh.chmod(0o755)
        known = {
            "github.token": "token of the workflow",
            "github.server_url": self.server_url,
            "inputs.start_anew": str(start_anew).lower(),
            "runner.temp": str(place / "temp"),
            **{f"secrets.{name}": value for name, value in self.secrets.items()},
        }
        environment |= {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "me/course",
            "GITHUB_REF_NAME": "main",
            "GITHUB_WORKSPACE": str(clone),
        } | _filled(workflow["env"], known)
        (place / "temp").mkdir()
        outcomes: dict[str, str] = {}
        steps: list[Step] = []
        for step in job["steps"]:
            name = step.get("name") or step["uses"]
            failed = any(each.outcome == "failure" for each in steps)
            if not _is_due(step.get("if"), failed, outcomes):
                found = Step(name, "skipped")
            elif "uses" in step:
                found = self._use(step, name, clone, known)
            else:
                where = clone / step.get("working-directory", default)
                found = _bash(
                    name, step["run"], where, environment | _filled(step.get("env", {}), known)
                )
            steps.append(found)
            outcomes[step.get("id", "")] = found.outcome
        return Run(steps, clone / self.course)

    def _use(
        self, step: Mapping[str, Any], name: str, clone: Path, known: Mapping[str, str]
    ) -> Step:
        action = step["uses"].partition("@")[0]
        if action == "actions/cache":
            (clone / step["with"]["path"]).symlink_to(sys.prefix)
        elif action == "actions/upload-artifact":
            options = _filled(step["with"], known)
            kept = Path(options["path"])
            if not kept.exists():
                return Step(name, "success", "there are no files")
            self.kept(self.runs).mkdir()
            shutil.copy(kept, self.kept(self.runs))
            self._list(
                [_artifact(self.runs, f"2026-03-{self.runs:02d}T03:17:00Z"), *self.artifacts]
            )
        elif action not in ("actions/checkout", "actions/setup-python"):
            raise AssertionError(f"not known here: {action}")
        return Step(name, "success")

    # -- GitLab ------------------------------------------------------------------------------

    def gitlab(self, api: str, **variables: str) -> Run:
        """Run `.gitlab-ci.yml` of the newest commit; `api` is the address of GitLab's API."""
        place, environment = self._begin()
        clone = self._check_out(place)
        job = yaml.safe_load((clone / ".gitlab-ci.yml").read_text())["grade-the-class"]
        for path in job["cache"]["paths"]:
            (clone / path.rstrip("/")).symlink_to(sys.prefix)
        predefined = {
            "CI_PROJECT_DIR": str(clone),
            "CI_PROJECT_ID": "7",
            "CI_PROJECT_VISIBILITY": (self.store / "visibility").read_text(),
            "CI_DEFAULT_BRANCH": "main",
            "CI_API_V4_URL": api,
            "CI_SERVER_URL": self.server_url,
            "CI_JOB_TOKEN": "token of the job",
        }
        own = {name: str(value) for name, value in job["variables"].items()}
        for name, value in predefined.items():
            own = {key: text.replace(f"${name}", value) for key, text in own.items()}
        environment |= {**predefined, **own, **self.secrets, **variables}
        steps = [_bash("script", _one_shell(job["script"]), clone, environment)]
        steps.append(_bash("after_script", _one_shell(job["after_script"]), clone, environment))
        steps[1].outcome = "success"  # GitLab ignores how it ends
        (kept,) = [clone / path for path in job["artifacts"]["paths"]]
        if kept.exists():
            self.kept(self.runs).mkdir()
            shutil.copy(kept, self.kept(self.runs))
        return Run(steps, clone / self.course)


def _artifact(run: int, created: str, repository: int = 1) -> dict[str, Any]:
    """As GitHub lists it."""
    of = {"id": run, "head_branch": "main", "repository_id": 1, "head_repository_id": repository}
    return {"name": "class", "expired": False, "created_at": created, "workflow_run": of}


def _filled(values: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Values with their expressions; a secret that is not set is empty."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return known.get(name, "") if name.startswith("secrets.") else known[name]

    return {name: EXPRESSION.sub(value, str(text)) for name, text in values.items()}


def _is_due(condition: str | None, failed: bool, outcomes: Mapping[str, str]) -> bool:
    if condition is None:
        return not failed
    if condition == "always() && steps.restore.outcome == 'success'":
        return outcomes.get("restore") == "success"
    assert condition == "steps.environment.outputs.cache-hit != 'true'", condition
    return False


def _bash(name: str, script: str, where: Path, environment: Mapping[str, str]) -> Step:
    """As both services start bash."""
    assert "${{" not in script, "an expression in a script is code of whoever can choose its value"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(
        command,
        cwd=where,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return Step(name, "failure" if done.returncode else "success", done.stdout)


def _one_shell(lines: list[str]) -> str:
    """GitLab runs all lines of a list in one shell."""
    return "\n".join(lines)
