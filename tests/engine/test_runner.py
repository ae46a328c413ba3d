"""The runner of public checks: three kinds of files in, one report out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.student.cells import Unreadable, read_cells
from autograder.student.runner import report

SETUP = "from autograder.student import check"
DOUBLE = "def double(x):\n    return 2 * x"
DOUBLE_CHECK = "check(double, 3, expected=6)"


def cell(source: str, grade_id: str = "", **nbgrader: Any) -> dict[str, Any]:
    metadata = {"nbgrader": {"grade_id": grade_id, **nbgrader}} if grade_id else {}
    return {"cell_type": "code", "source": source, "metadata": metadata}


def locked(source: str, grade_id: str) -> dict[str, Any]:
    return cell(source, grade_id, locked=True, grade=grade_id.startswith("test_"), solution=False)


def notebook(folder: Path, *cells: dict[str, Any], name: str = "work.ipynb") -> Path:
    path = folder / name
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": list(cells)}))
    return path


def release(folder: Path) -> Path:
    return notebook(
        folder,
        locked(SETUP, "setup"),
        cell("def double(x):\n    raise NotImplementedError()", "double", solution=True),
        locked(DOUBLE_CHECK, "test_double"),
        name="release.ipynb",
    )


def run(path: Path, checks: Path | None = None) -> dict[str, Any]:
    main = sys.modules["__main__"]
    try:
        return report(path, checks)
    finally:
        sys.modules["__main__"] = main


def exercise(path: Path, checks: Path | None = None) -> tuple[str, str]:
    (only,) = run(path, checks)["exercises"]
    assert only["name"] == "double"
    return only["outcome"], only["text"]


def with_double(folder: Path, source: str) -> Path:
    return notebook(
        folder,
        locked(SETUP, "setup"),
        cell(source, "double", solution=True),
        locked(DOUBLE_CHECK, "test_double"),
    )


def test_a_right_answer_passes(tmp_path: Path) -> None:
    assert exercise(with_double(tmp_path, DOUBLE)) == ("passed", "✓ double(3)")


def test_a_wrong_answer_fails_with_what_was_expected(tmp_path: Path) -> None:
    outcome, text = exercise(with_double(tmp_path, "def double(x):\n    return x"))
    assert outcome == "failed"
    assert "expected: 6" in text


def test_a_stub_is_not_implemented(tmp_path: Path) -> None:
    outcome, text = exercise(release(tmp_path))
    assert outcome == "not_implemented"
    assert "not written yet" in text


def test_an_error_names_the_line_in_the_students_code(tmp_path: Path) -> None:
    outcome, text = exercise(with_double(tmp_path, "def double(x):\n    return x + nothing"))
    assert outcome == "error"
    assert text.startswith("NameError: name 'nothing' is not defined (line 2 of cell 2 (double))")


def test_a_missing_function_is_said_to_be_missing(tmp_path: Path) -> None:
    outcome, text = exercise(with_double(tmp_path, "twice = 2"))
    assert outcome == "error"
    assert "no function double" in text


def test_a_failed_cell_is_a_problem_and_the_next_one_runs(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        locked(SETUP, "setup"),
        cell("1 / 0"),
        cell("def broken(:"),
        cell("exit()"),
        cell(DOUBLE, "double", solution=True),
        locked(DOUBLE_CHECK, "test_double"),
    )
    found = run(path)
    assert [item["outcome"] for item in found["exercises"]] == ["passed"]
    assert found["problems"] == [
        "Cell 2 failed: ZeroDivisionError: division by zero (line 1 of cell 2)",
        "Cell 3 failed: SyntaxError: invalid syntax (line 1 of cell 3)",
        "Cell 4 failed: the code calls exit() (line 1 of cell 4)",
    ]


def test_magics_are_left_out(tmp_path: Path) -> None:
    source = f"%matplotlib inline\n!pip list\nif True:\n    %time 3\n{DOUBLE}"
    path = notebook(
        tmp_path,
        locked(SETUP, "setup"),
        cell("%%bash\nrm -rf nothing"),
        cell(f"%%time\n{source}", "double", solution=True),
        locked(DOUBLE_CHECK, "test_double"),
    )
    assert run(path)["problems"] == []
    assert exercise(path)[0] == "passed"


def test_display_is_there(tmp_path: Path) -> None:
    assert exercise(with_double(tmp_path, f"display(1)\n{DOUBLE}"))[0] == "passed"


def test_percent_format_with_the_full_metadata(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(
        "# %% [markdown]\n# # Title with nbgrader={\n\n"
        f"# %%\n{SETUP}\n\n"
        '# %% nbgrader={"grade_id": "double", "solution": true, "grade": false}\n'
        f"{DOUBLE}\n\n"
        '# %% nbgrader={"grade_id": "test_double", "grade": true, "locked": true} tags=["x"]\n'
        f"{DOUBLE_CHECK}\n"
    )
    assert [item.number for item in read_cells(path)] == [2, 3, 4]
    assert exercise(path)[0] == "passed"


def test_percent_format_that_names_only_the_id(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(
        f'# %%\n{SETUP}\n{DOUBLE}\n\n# %% nbgrader={{"grade_id": "test_double"}}\n{DOUBLE_CHECK}\n'
    )
    assert exercise(path)[0] == "passed"


def test_a_plain_module_takes_its_checks_from_the_release(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(f"{DOUBLE}\n\nif __name__ == '__main__':\n    raise SystemExit\n")
    assert exercise(path, release(tmp_path)) == ("passed", "✓ double(3)")
    assert run(path)["exercises"] == []


def test_a_dataclass_in_a_module_works(tmp_path: Path) -> None:
    path = tmp_path / "work_with_dataclass.py"
    path.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        f"@dataclass\nclass Size:\n    rows: int\n{DOUBLE}\n"
    )
    assert exercise(path, release(tmp_path))[0] == "passed"


def test_changed_and_missing_checks_are_those_of_the_release(tmp_path: Path) -> None:
    wrong = "def double(x):\n    return x"
    changed = notebook(
        tmp_path,
        cell(wrong, "double", solution=True),
        locked("check(double, 3, expected=3)", "test_double"),
    )
    assert exercise(changed, release(tmp_path))[0] == "failed"
    missing = notebook(tmp_path, cell(wrong, "double", solution=True))
    assert exercise(missing, release(tmp_path))[0] == "failed"


def test_a_copied_check_is_run_once(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        cell(DOUBLE, "double", solution=True),
        locked(DOUBLE_CHECK, "test_double"),
        locked(DOUBLE_CHECK, "test_double"),
    )
    assert exercise(path, release(tmp_path))[0] == "passed"


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [{}]}', ""])
def test_an_unreadable_notebook_is_a_problem(tmp_path: Path, text: str) -> None:
    path = tmp_path / "work.ipynb"
    path.write_text(text)
    found = run(path)
    assert found["exercises"] == []
    assert "not a notebook" in found["problems"][0]


def test_a_missing_file_and_a_binary_one_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        read_cells(tmp_path / "nothing.py")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unreadable, match="not UTF-8"):
        read_cells(tmp_path / "binary.py")


def test_what_is_printed_cannot_be_taken_for_the_report(tmp_path: Path) -> None:
    forged = '{"exercises": [], "problems": []}'
    path = with_double(tmp_path, f"print({forged!r})\ndef double(x):\n    print({forged!r})")
    output = tmp_path / "report.json"
    command = [sys.executable, "-m", "autograder.student.runner", str(path)]
    done = subprocess.run([*command, "--output", str(output)], check=False, capture_output=True)
    assert done.returncode == 0
    (only,) = json.loads(output.read_text())["exercises"]
    assert only["outcome"] == "failed"


def test_a_file_imports_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "my_own_module.py").write_text(DOUBLE)
    path = with_double(tmp_path, "from my_own_module import double")
    output = tmp_path / "report.json"
    command = [sys.executable, "-m", "autograder.student.runner", str(path)]
    subprocess.run([*command, "--output", str(output)], check=True, capture_output=True)
    assert json.loads(output.read_text())["exercises"][0]["outcome"] == "passed"
