"""Results of Classroom 50: what is read, what is refused, and the CSV files that come of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from classroom50_files import RESULT, SCORES
from typer.testing import CliRunner, Result

from autograder.ci.classroom50 import latest, read_classroom50
from autograder.cli import app
from autograder.errors import AutograderError


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(document: Any, name: str = "a file.json") -> Path:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    return write


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ci", "classroom50", *map(str, arguments)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_result_has_student_points_tests_and_repository(written: Any) -> None:
    (found,) = read_classroom50(written(RESULT))
    assert (found.owner, found.members, found.assignment) == ("ada-l", ("ada-l",), "pooling")
    assert (found.score, found.max_score, found.late) == (4, 5, None)
    assert found.repository == "https://github.com/org/networks-pooling-ada-l"
    assert found.commit == "a1b2c3d4e5f6"
    assert found.when.isoformat() == "2026-06-01T14:33:11+00:00"
    assert [(each.name, each.passed) for each in found.tests] == [("compiles", 1), ("pads", 0)]


def test_of_a_class_the_newest_hand_in_of_each_repository_is_read(written: Any) -> None:
    found = latest(read_classroom50(written(SCORES)))
    assert [(each.assignment, each.owner, each.late) for each in found] == [
        ("lenet", "ada", None),
        ("pooling", "ada", None),
        ("pooling", "ben", True),
    ]
    assert found[0].members == ("ada", "cleo")


def test_of_several_results_the_last_one_counts(written: Any) -> None:
    later = {**RESULT, "datetime": "2026-06-02T00:00:00Z", "score": 5}
    files = [written(later, "1.json"), written(RESULT, "2.json")]
    (kept,) = latest(each for file in files for each in read_classroom50(file))
    assert kept.score == 5


def test_scores_go_into_a_csv_file_with_a_row_for_each_member(written: Any, tmp_path: Path) -> None:
    done = run(written(SCORES), "--csv", tmp_path / "scores.csv")
    assert done.exit_code == 0, done.output
    assert "claims, not results" in done.stdout
    found = [(row["student"], row["assignment"]) for row in rows(tmp_path / "scores.csv")]
    assert found == [("ada", "lenet"), ("cleo", "lenet"), ("ada", "pooling"), ("ben", "pooling")]


def test_the_roster_has_the_repository_of_each_student(written: Any, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    done = run(written(SCORES), "--assignment", "pooling", "--roster", roster)
    assert done.exit_code == 0, done.output
    assert rows(roster) == [
        {"student": "ada", "url": "https://github.com/org/networks-pooling-ada"},
        {"student": "ben", "url": "https://github.com/org/networks-pooling-ben"},
    ]


def test_a_roster_for_two_assignments_is_refused(written: Any, tmp_path: Path) -> None:
    done = run(written(SCORES), "--roster", tmp_path / "roster.csv")
    assert done.exit_code == 2
    assert "--assignment" in done.stderr
    assert not (tmp_path / "roster.csv").exists()


def test_an_unknown_assignment_names_the_known_ones(written: Any) -> None:
    done = run(written(SCORES), "--assignment", "alexnet")
    assert done.exit_code == 2
    assert "lenet, pooling" in done.stderr


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in RESULT.items() if name != key}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "not of Classroom 50"),
        ("", "not of Classroom 50"),
        ("[" * 100_000, "nested too deeply"),
        ('{"schema": ' + "9" * 5000 + "}", "not of Classroom 50"),
        ([RESULT], "`schema`"),
        ({**RESULT, "schema": "classroom50/result/v2"}, "`schema`"),
        (without("owner"), "`owner`"),
        (without("tests"), "`tests`"),
        ({**RESULT, "tests": "all"}, "`tests`"),
        ({**RESULT, "tests": [{"test-name": "a"}]}, "`passed`"),
        ({**RESULT, "score": 6}, "between 0"),
        ({**RESULT, "score": -1}, "between 0"),
        ({**RESULT, "score": True}, "between 0"),
        ({**RESULT, "score": 4.5}, "`score`"),
        ({**RESULT, "owner": "=cmd()"}, "GitHub login"),
        ({**RESULT, "owner": "../../ada"}, "GitHub login"),
        ({**RESULT, "assignment": "\x1b[31m"}, "short name"),
        ({**RESULT, "assignment": "=1+1"}, "short name"),
        ({**RESULT, "submission": "main"}, "submit/"),
        ({**RESULT, "datetime": "yesterday"}, "no time"),
        ({"schema": "classroom50/scores/v1", "assignments": []}, "`assignments`"),
        ({"schema": "classroom50/scores/v1", "assignments": {"a": {"entries": 1}}}, "`entries`"),
    ],
)
def test_another_document_is_refused_in_a_sentence(document: Any, said: str, written: Any) -> None:
    path = written(document)
    done = run(path)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert "\x1b" not in done.stderr
    with pytest.raises(AutograderError, match="a file"):
        read_classroom50(path)


@pytest.mark.parametrize("commit", ["javascript:alert(1)", "https://github.com/a/b", "x"])
def test_a_link_that_is_no_commit_gives_no_repository(
    commit: str, written: Any, tmp_path: Path
) -> None:
    done = run(written({**RESULT, "commit": commit}), "--roster", tmp_path / "r.csv")
    assert done.exit_code == 2
    assert "name no repository" in done.stderr
    assert not (tmp_path / "r.csv").exists()


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.json", tmp_path):
        done = CliRunner().invoke(app, ["ci", "classroom50", str(path)])
        assert done.exit_code == 2
        assert path.name in done.stderr
