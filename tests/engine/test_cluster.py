"""Grading on a real Dask cluster of several processes: the results of this machine alone."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import psutil
import pytest
from book_course import NAME
from class_outcome import hand_in, outcome, write_class
from dask_cluster import Cluster, cluster
from sandboxes import available
from waiting import wait_until

pytestmark = pytest.mark.skipif(
    available() != "namespaces", reason="grading a class needs namespaces here"
)
PROGRAM = str(Path(sys.executable).parent / "autograder")
ATTACK = """
import gc, os, sys

def double(x):
    os.environ["AUTOGRADER_SECRET"] = "known"
    for each in gc.get_objects():
        if isinstance(each, dict) and "expect" in each:
            each.clear()
    print('{"score": 3}', flush=True)
    for number in range(3, 64):
        try:
            os.write(number, b'{"kind": "result", "text": "{}", "worker": ""}')
        except OSError:
            pass
    return x
"""
KILLING = """
import os, signal
from autograder.suite import expect

def test_numbers(student, rng):
    \"\"\"Doubles numbers.\"\"\"
    x = rng.normal(size=3)
    answer = student.double(x)
    if answer.sum() == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if answer.sum() == 2:
        os.kill(os.getppid(), signal.SIGKILL)
    expect.close(answer, 2 * x)
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_class(tmp_path_factory.mktemp("template") / "course", of_each=2)
    hand_in(root, "attacking", ATTACK)
    broken = root / "submitted" / "broken" / NAME / f"{NAME}.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text('{"cells": [', encoding="utf-8")
    beside = root / "submitted" / "right0" / NAME / "data.bin"
    beside.write_bytes(bytes(range(256)))
    text = "def double(x):\n    return np.asarray(x) * len(open('data.bin', 'rb').read()) / 128\n"
    (beside.parent / f"{NAME}.py").write_text(f"import numpy as np\n{text}", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def local(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What grading on this machine alone leaves behind."""
    root = copy_of(template, tmp_path_factory.mktemp("local"))
    assert run(root).returncode == 1
    found = outcome(root)
    assert len(found["results"]) == 8
    return found


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask") / "cluster", workers=2) as started:
        yield started


def copy_of(template: Path, folder: Path) -> Path:
    root = folder / "course"
    shutil.copytree(template, root)
    return root


def started(root: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, "grade", NAME, *options],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    process = started(root, *options)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def results(root: Path) -> list[Path]:
    return sorted((root / "results" / NAME).glob("*.json"))


# -- the same results ------------------------------------------------------------------------


def test_results_and_gradebook_are_those_of_this_machine(
    template: Path, local: dict[str, Any], workers: Cluster, tmp_path: Path
) -> None:
    root = copy_of(template, tmp_path)
    assert run(root, "--scheduler", workers.address).returncode == 1  # one file is broken
    assert outcome(root) == local
    assert len(workers.stations()) == 2
    again = run(root, "--scheduler", workers.address)
    assert "8 unchanged" in again.stderr
    assert outcome(root) == local


def test_files_are_graded_on_the_cluster_too(
    template: Path, workers: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "work.py"
    file.write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    ended = run(template, str(file), "--scheduler", workers.address, "--json", "-")
    assert json.loads(ended.stdout)[0]["score"] == 3, ended.stderr


def test_a_dry_run_stores_nothing(template: Path, workers: Cluster, tmp_path: Path) -> None:
    root = copy_of(template, tmp_path)
    assert run(root, "--scheduler", workers.address, "--dry-run").returncode == 0
    assert results(root) == []


def test_two_runs_share_a_cluster(
    template: Path, local: dict[str, Any], workers: Cluster, tmp_path: Path
) -> None:
    roots = [copy_of(template, tmp_path / name) for name in ("a", "b")]
    suite = roots[1] / "tests" / "hidden" / NAME / "test_double.py"
    suite.write_text(suite.read_text().replace("size=3", "size=4"), encoding="utf-8")
    runs = [started(root, "--scheduler", workers.address) for root in roots]
    assert [each.wait(timeout=300) for each in runs] == [1, 1]
    assert outcome(roots[0]) == local
    other = outcome(roots[1])
    assert other["gradebook"] == local["gradebook"]
    assert other["results"] != local["results"]  # they were graded with another suite


# -- workers that die ------------------------------------------------------------------------


def test_workers_that_are_killed_cost_nobody_anything(
    template: Path, local: dict[str, Any], tmp_path: Path
) -> None:
    chance = random.Random(5)
    root = copy_of(template, tmp_path)
    with cluster(tmp_path / "cluster", workers=2) as dask:
        process = started(root, "--scheduler", dask.address)
        for enough in (1, 3, 5):
            wait_until(lambda n=enough: len(results(root)) >= n or process.poll() is not None, "")
            for victim in chance.sample(dask.worker_processes(), 1):
                victim.kill()
        assert process.wait(timeout=300) == 1
    assert outcome(root) == local


def test_submissions_that_kill_who_grades_them_cost_only_their_own_grades(
    template: Path, tmp_path: Path
) -> None:
    root = copy_of(template, tmp_path)
    suite = root / "tests" / "hidden" / NAME / "test_double.py"
    suite.write_text(KILLING, encoding="utf-8")
    reasons = {"of_station": "died twice", "of_worker": "died, again and again"}
    for answer, student in enumerate(reasons, start=1):
        hand_in(root, student, f"def double(x):\n    return np.array([{answer}.0])\n")
    at_once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with cluster(tmp_path / "cluster", workers=2, environment=at_once) as dask:
        assert run(root, "--scheduler", dask.address).returncode == 1
    found = outcome(root)["results"]
    for student, reason in reasons.items():
        result = found.pop(student)
        assert result["status"] == "grader_error"
        assert reason in result["reason"]
    scores = {name: each["score"] for name, each in found.items()}
    assert scores == {**dict.fromkeys(scores, 0.0), "right0": 3.0, "right1": 3.0}


def test_what_a_worker_started_ends_with_it(
    template: Path, workers: Cluster, tmp_path: Path
) -> None:
    root = copy_of(template, tmp_path)
    run(root, "--scheduler", workers.address)
    (victim, _) = workers.worker_processes()
    below = victim.children(recursive=True)
    assert any("autograder.sandbox.inside.zygote" in " ".join(each.cmdline()) for each in below)
    victim.kill()
    _, left = psutil.wait_procs(below, timeout=30)
    assert [each for each in left if each.status() != psutil.STATUS_ZOMBIE] == []


# -- workers that cannot grade ---------------------------------------------------------------


def refused(root: Path, dask: Cluster) -> str:
    """The sentence of a run that stops at a worker."""
    ended = run(root, "--scheduler", dask.address)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "cannot grade here" in ended.stderr
    return ended.stderr


def test_a_worker_with_other_code_is_refused(template: Path, tmp_path: Path) -> None:
    repository = Path(__file__).resolve().parents[2]
    for name in ("autograder", "convgrade"):
        shutil.copytree(repository / name, tmp_path / "code" / name)
    with (tmp_path / "code" / "autograder" / "suite" / "expect.py").open("a") as file:
        file.write("\nTOLERANCE = 5\n")
    root = copy_of(template, tmp_path)
    with cluster(tmp_path / "cluster") as dask:
        dask.add_workers(environment={"PYTHONPATH": str(tmp_path / "code")})
        assert "another state of convgrade's code" in refused(root, dask)
    assert [path.stem for path in results(root)] in ([], ["broken"])  # read, and not run


def test_a_worker_without_the_package_is_refused(template: Path, tmp_path: Path) -> None:
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    for each in Path(distributed.__file__).parents[1].iterdir():
        if "convgrade" not in each.name and each.suffix != ".pth":
            (libraries / each.name).symlink_to(each)
    with cluster(tmp_path / "cluster") as dask:
        dask.add_workers(
            before=[sys.executable, "-S", "-m"],
            environment={"PYTHONPATH": str(libraries)},
            nanny=False,
        )
        ended = run(copy_of(template, tmp_path), "--scheduler", dask.address)
    assert ended.returncode == 2, ended.stderr
    assert "has no convgrade: install the same version there" in " ".join(ended.stderr.split())


def test_a_worker_without_namespaces_is_refused(template: Path, tmp_path: Path) -> None:
    forbid = "for n in user mnt pid net ipc uts; do echo 0 > /proc/sys/user/max_${n}_namespaces; "
    shell = ["sh", "-c", f'{forbid}done; exec "$0" "$@"', *(sys.executable, "-m")]
    with cluster(tmp_path / "cluster") as dask:
        dask.add_workers(before=["unshare", "--user", "--map-root-user", "--mount", *shell])
        assert "No sandb" in refused(copy_of(template, tmp_path), dask)


def test_a_bundle_that_was_changed_on_a_worker_is_not_used(
    template: Path, local: dict[str, Any], tmp_path: Path
) -> None:
    root = copy_of(template, tmp_path)
    with cluster(tmp_path / "cluster", workers=1) as dask:
        run(root, "--scheduler", dask.address)
        (suite,) = dask.cache.glob(f"convgrade/bundles/*/tests/hidden/{NAME}/test_double.py")
        text = suite.read_text()
        suite.write_text(text.replace("2 * x", "x + 1"), encoding="utf-8")
        run(root, "--scheduler", dask.address, "--fresh")
        assert suite.read_text() == text
    assert outcome(root) == local


# -- the scheduler ---------------------------------------------------------------------------


def test_a_scheduler_that_cannot_be_reached_is_a_sentence(template: Path, tmp_path: Path) -> None:
    root = copy_of(template, tmp_path)
    ended = run(root, "--scheduler", "tcp://127.0.0.1:9")
    assert ended.returncode == 2
    assert "The scheduler tcp://127.0.0.1:9 cannot be reached" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert results(root) == []


def test_a_scheduler_that_is_gone_costs_nothing(
    template: Path, local: dict[str, Any], workers: Cluster, tmp_path: Path
) -> None:
    root = copy_of(template, tmp_path)
    with cluster(tmp_path / "cluster", workers=1) as dask:
        process = started(root, "--scheduler", dask.address)
        wait_until(lambda: len(results(root)) >= 3 or process.poll() is not None, "three results")
        dask.scheduler.kill()
        _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "is lost. What was graded is kept" in said
    assert "Traceback" not in said
    times = {path: path.stat().st_mtime_ns for path in results(root)}
    assert len(times) >= 3
    run(root, "--scheduler", workers.address)
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert outcome(root) == local


def test_ctrl_c_cancels_what_waits(template: Path, workers: Cluster, tmp_path: Path) -> None:
    from distributed import Client

    root = copy_of(template, tmp_path)
    process = started(root, "--scheduler", workers.address)
    wait_until(lambda: len(results(root)) >= 2 or process.poll() is not None, "two results")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "This goes on:" in said
    with Client(workers.address, set_as_default=False) as client:
        count = lambda dask_scheduler: len(dask_scheduler.tasks)  # noqa: E731 it travels by value
        wait_until(lambda: client.run_on_scheduler(count) == 0, "no task is left")


def test_a_run_waits_for_workers(template: Path, local: dict[str, Any], tmp_path: Path) -> None:
    root = copy_of(template, tmp_path)
    with cluster(tmp_path / "cluster") as dask:
        process = started(root, "--scheduler", str(dask.folder / "scheduler.json"))
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any("no workers now: waiting for them" in line for line in lines)
        dask.add_workers(1, nanny=False)
        process.communicate(timeout=300)
    assert outcome(root) == local


# -- the way to the cluster ------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_a_cluster_with_tls(template: Path, local: dict[str, Any], tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=course"
    subprocess.run(
        ["openssl", *made.split(), "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    files = [f"--tls-ca-file={certificate}", f"--tls-cert={certificate}", f"--tls-key={key}"]
    root = copy_of(template, tmp_path)
    with cluster(tmp_path / "cluster", workers=1, options=files) as dask:
        assert dask.address.startswith("tls://")
        without = run(root, "--scheduler", dask.address)
        assert without.returncode == 2
        assert "cannot be reached" in without.stderr
        assert run(root, "--scheduler", dask.address, *files).returncode == 1
    assert outcome(root) == local


def test_nothing_is_sent_over_a_network_without_tls(template: Path, tmp_path: Path) -> None:
    root = copy_of(template, tmp_path)
    ended = run(root, "--scheduler", "tcp://192.0.2.1:8786")
    assert ended.returncode == 2
    assert "The way to tcp://192.0.2.1:8786 is not encrypted" in ended.stderr


def test_options_for_clusters_need_one(template: Path, tmp_path: Path) -> None:
    ended = run(copy_of(template, tmp_path), "--unencrypted")
    assert ended.returncode == 2
    assert "are for --scheduler" in ended.stderr
