"""Training as a random variable: thresholds of datasets, runs near them, and what results say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from graders import grade
from mini_course import module_text, write_mini_course
from sandboxes import available, sandbox
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.course.settings_file import SettingsFile
from autograder.course.training_terms import TrainingTerms, read_terms
from autograder.errors import CourseError, SuiteError
from autograder.gradebook.explanation import texts
from autograder.grading import warm_processes
from autograder.grading.cache_key import keys
from autograder.grading.scheduling import Task, grade_files
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import Result
from autograder.suite.expect import Mismatch
from autograder.suite.training import (
    Attempt,
    NotTrainedEnough,
    Training,
    grading_data,
    is_decided,
)
from convgrade.datasets import digits
from convgrade.submission import read_hand_in

SEED = b"a seed for tests" * 2
TERMS = TrainingTerms("digits", epochs=3, batch_size=32, threshold=0.8, spread=0.05)

SETTINGS = """
[training]
dataset = "digits"

[training.digits]
epochs = 3
batch_size = 32
threshold = 0.8
spread = 0.05

[training.mnist]
epochs = 2
batch_size = 128
"""

SUITE = '''
import numpy as np
import pytest

@pytest.mark.public
def test_example(student):
    """Handles the example."""
    assert student.double(1) == 2

@pytest.mark.weight(9)
def test_trains(student, training, dataset):
    """Learns the digits."""
    images, labels = dataset.held_out
    def run(seed):
        classes = student.double(images[:40], labels=dataset.train[1][:3], seed=seed)
        return np.mean(np.asarray(classes) == labels[:40])
    training.judge(run)
'''


def judged(*accuracies: float) -> Training:
    left = iter(accuracies)
    training = Training(TERMS, SEED)
    training.judge(lambda seed: next(left))
    assert next(left, None) is None
    return training


# -- the rule ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accuracies",
    [(0.86,), (0.81, 0.9), (0.81, 0.7, 0.81), (0.78, 0.8, 0.8), (0.76, 0.9, 0.83)],
)
def test_a_run_near_the_threshold_is_repeated_and_the_median_counts(accuracies):
    record = judged(*accuracies).record
    assert record is not None
    assert record.accuracies == accuracies
    assert record.counted >= record.threshold


@pytest.mark.parametrize(
    "accuracies", [(0.74,), (0.0,), (0.78, 0.79), (0.81, 0.7, 0.79), (0.78, 0.9, 0.1)]
)
def test_below_the_threshold_it_fails_in_a_sentence_of_its_own(accuracies):
    with pytest.raises(
        NotTrainedEnough, match=r"asked for: at least 80\.0% of unseen images right"
    ) as failure:
        judged(*accuracies)
    assert ("median" in failure.value.message) == (len(accuracies) > 1)


def test_weights_that_are_not_numbers_get_nothing_right():
    with pytest.raises(NotTrainedEnough, match=r"Yours: 0\.0% of unseen images right"):
        judged(float("nan"))


def rising(accuracy: float) -> Attempt:
    return Attempt(accuracy, lambda: {"loss": [2.0, 1.5, 1.2], "accuracy": [0.2, 0.4, 0.5]})


def unreadable() -> dict[str, list[float]]:
    raise Mismatch("returned something else")


def test_what_was_still_learning_is_told_so():
    with pytest.raises(NotTrainedEnough, match="still rising after the last epoch"):
        Training(TERMS, SEED).judge(lambda seed: rising(0.5))


@pytest.mark.parametrize("history", [None, unreadable, dict, lambda: {"loss": [2.0, 2.0, 2.0]}])
def test_a_history_that_tells_nothing_changes_nothing(history):
    with pytest.raises(NotTrainedEnough) as failure:
        Training(TERMS, SEED).judge(lambda seed: Attempt(0.5, history))
    assert failure.value.message.endswith("at least 80.0% of unseen images right.")


def test_a_history_is_a_claim_and_passes_nothing():
    asked = []
    Training(TERMS, SEED).judge(lambda seed: Attempt(0.9, lambda: asked.append(seed) or {}))
    assert asked == [], "it is not even read where the weights are good"
    with pytest.raises(NotTrainedEnough):
        Training(TERMS, SEED).judge(lambda seed: Attempt(0.5, lambda: {"accuracy": [0.9, 1.0]}))


def test_every_run_has_a_seed_of_its_own_and_a_regrade_the_same():
    seeds = Training(TERMS, SEED).seeds()
    assert len(set(seeds)) == 3
    assert seeds == Training(TERMS, SEED).seeds() != Training(TERMS, b"another").seeds()
    assert all(0 <= seed < 1 << 31 for seed in seeds)


def test_without_a_threshold_the_grader_says_how_to_find_one():
    training = Training(TrainingTerms("mnist", epochs=1, batch_size=1), SEED)
    with pytest.raises(SuiteError, match="autograder audit"):
        training.judge(lambda seed: 1.0)


def test_a_right_solution_fails_as_seldom_as_the_rule_promises():
    """Simulated with p = 5 %, where the promise, q + 3p², can be seen in numbers."""
    rng = np.random.default_rng(0)
    threshold, margin, mean, spread = 0.8, 0.05, 0.85, 0.05 / 1.6449
    draws = rng.normal(mean, spread, (100_000, 3))
    below = draws < threshold
    single = (draws[:, 0] <= threshold - margin) | (draws[:, 0] >= threshold + margin / 3)
    fails = np.where(single, below[:, 0], below.sum(axis=1) >= 2)
    p, q = below.mean(), (draws[:, 0] < threshold - margin).mean()
    assert fails.mean() <= q + 3 * p**2
    for row, fail in zip(draws[:500], fails[:500], strict=True):
        runs = next(n for n in (1, 2, 3) if is_decided(list(row[:n]), threshold, margin) or n == 3)
        assert (np.median(row[:runs]) < threshold) == fail


# -- terms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"dataset": "digits", "digits": {"epochs": 3}}, "lacks batch_size"),
        ({"dataset": "digits", "digits": {"epochs": 3, "batch_size": 0.5}}, "whole number"),
        ({"dataset": "digits", "digits": {"epochs": -1, "batch_size": 1}}, "not negative"),
        ({"dataset": "digits", "digits": {"epochs": 3, "batch_size": 1, "x": "y"}}, "a number"),
        ({"dataset": "other", "digits": {"epochs": 3, "batch_size": 1}}, "must name one"),
        ({"digits": {"epochs": 3, "batch_size": 1}}, "must name one"),
        ({"data": "digits"}, "no key 'data'"),
        (
            {"dataset": "digits", "digits": {"epochs": 3, "batch_size": 1, "threshold": 95}},
            "from 0 to 1",
        ),
    ],
)
def test_terms_that_cannot_be_used_say_why(settings, said):
    with pytest.raises(CourseError, match=said):
        read_terms(settings, SettingsFile("source/x/assignment.toml"))


def test_what_else_a_suite_needs_may_stand_among_the_terms():
    section = {"epochs": 3, "batch_size": 1, "shift": 2}
    _, terms = read_terms({"dataset": "digits", "digits": section}, SettingsFile("assignment.toml"))
    assert terms["digits"].more == {"shift": 2}


def test_an_assignment_that_trains_nothing_has_no_dataset(mini_course):
    assert (mini_course.dataset, mini_course.training_terms) == ("", None)
    with pytest.raises(CourseError, match="nothing is trained"):
        mini_course.on("digits")


# -- through the engine --------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    course = write_mini_course(tmp_path_factory.mktemp("course"))
    settings = course.source_notebook.with_name("assignment.toml")
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    course.suite_file("double").write_text(SUITE, encoding="utf-8")
    return load_assignment(course.name, course.root)


def learner(shares: tuple[float, ...]) -> str:
    """Answers of which these shares are right, run by run: it looks the digits up."""
    _, labels = grading_data("digits").held_out
    return f"""
    right = np.array({labels[:40].tolist()})
    shares = list({shares})
    def double(x, labels=None, seed=None):
        if seed is None:
            return x * 2
        wrong = round(len(right) * (1 - shares.pop(0)))
        return [-1] * wrong + list(right[wrong:])
    """


def graded(course: Assignment, folder: Path, shares: tuple[float, ...]) -> Result:
    path = folder / "ada.py"
    path.write_text(module_text(double=learner(shares)), encoding="utf-8")
    result = grade(path, course, SEED)
    assert (result.status, result.reason) == ("graded", "")
    return result


def test_the_result_tells_every_run_its_dataset_and_threshold(course, tmp_path):
    result = graded(course, tmp_path, (0.8, 0.7, 0.9))
    example, trains = result.exercises[1].tests
    assert result.dataset == "digits"
    assert example.training is None
    assert trains.outcome == "passed"
    assert trains.training == {
        "dataset": "digits",
        "threshold": 0.8,
        "accuracies": [0.8, 0.7, 0.9],
        "counted": 0.8,
        "runs": 3,
    }
    assert Result.from_json(result.to_json()) == result
    told = texts(result.exercises[1], FeedbackVisibility())["text/plain"]
    assert "Trained on digits: 80.0%, 70.0%, 90.0%" in told


def test_too_little_fails_and_is_told_in_a_sentence(course, tmp_path):
    trains = graded(course, tmp_path, (0.5,)).exercises[1].tests[1]
    assert trains.outcome == "failed"
    assert trains.message.startswith("Yours: 50.0% of unseen images right (digits)")


def test_a_dataset_says_how_long_one_call_of_a_training_may_take(course, tmp_path):
    terms = replace(course.training["digits"], seconds=0.3)
    hasty = replace(course, training={**course.training, "digits": terms})
    path = tmp_path / "ada.py"
    endless = "def double(x, labels=None, seed=None):\n    while seed: pass\n    return x * 2"
    path.write_text(module_text(double=endless), encoding="utf-8")
    example, trains = grade(path, hasty, SEED).exercises[1].tests
    assert (example.outcome, trains.outcome) == ("passed", "timeout")
    assert "0.3 seconds" in trains.message


def test_each_dataset_has_its_own_results(course, tmp_path):
    path = tmp_path / "ada.py"
    path.write_text(module_text(), encoding="utf-8")
    hand_in = read_hand_in(path, course.release)
    both = (course, course.on("mnist"))
    found = {keys(hand_in.digest, which, SEED, "namespaces").whole for which in both}
    assert len(found) == 2


def test_a_dataset_of_which_the_assignment_says_nothing_is_refused(course, tmp_path):
    with pytest.raises(CourseError, match=r"no \[training.cifar10\]; it has digits, mnist"):
        grade(tmp_path / "ada.py", course, SEED, dataset="cifar10")


def test_the_command_says_how_to_get_a_dataset_that_is_not_here(course, tmp_path, monkeypatch):
    monkeypatch.setenv("CONVGRADE_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    arguments = ["grade", "mini", str(tmp_path / "ada.py"), "--course", str(course.root)]
    result = CliRunner().invoke(app, [*arguments, "--dataset", "mnist"])
    assert result.exit_code == 2
    assert "autograder data fetch mnist" in result.output


def test_a_class_is_graded_on_the_dataset_that_is_asked_for(course, tmp_path):
    settings = course.source_notebook.with_name("assignment.toml")
    text = settings.read_text(encoding="utf-8")
    other = text.replace('dataset = "digits"', 'dataset = "mnist"')
    settings.write_text(other, encoding="utf-8")
    try:
        again = load_assignment(course.name, course.root).on("digits")
        path = tmp_path / "ada.py"
        path.write_text(module_text(double=learner((0.9,))), encoding="utf-8")
        (result,) = grade_files(again, [Task("ada", path, SEED)], jobs=1)
    finally:
        settings.write_text(text, encoding="utf-8")
    assert (result.status, result.dataset) == ("graded", "digits")
    assert result.exercises[1].tests[1].outcome == "passed"


def test_a_suite_that_trains_without_terms_is_the_suites_fault(tmp_path):
    course = write_mini_course(tmp_path / "course")
    course.suite_file("double").write_text(SUITE, encoding="utf-8")
    path = tmp_path / "ada.py"
    path.write_text(module_text(), encoding="utf-8")
    result = grade(path, course, SEED)
    assert result.status == "grader_error"
    assert "has no [training]" in result.reason


# -- what is kept from the student's process -----------------------------------------------

LOOKS = """
    import importlib.util
    from pathlib import Path
    folder = Path(importlib.util.find_spec("sklearn").origin).parent / "datasets" / "data"
    table = np.loadtxt(folder / "digits.csv.gz", delimiter=",", dtype=np.uint8)
    def double(x, labels=None, seed=None):
        return table
"""


@pytest.mark.skipif(available() != "namespaces", reason="this machine gives no namespaces")
def test_held_out_digits_are_not_found_inside_and_those_that_train_are(course):
    images, labels = digits.published()
    train, test = digits.split(labels)
    with (
        warm_processes.start(course, "namespaces") as warm_process,
        sandbox(warm_process, "import numpy as np", LOOKS) as student,
    ):
        table = student.call("double", [1]).value
    assert table.shape == (1797, 65)
    inside = {row.tobytes() for row in table[:, :-1]}
    outside = images.reshape(len(labels), -1)
    assert all(outside[index].tobytes() in inside for index in train)
    assert not any(outside[index].tobytes() in inside for index in test)
