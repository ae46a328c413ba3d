"""A made-up class for the tests of feedback pages: results, a gradebook, and pages by nbgrader."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from book_course import HIDDEN_SUITE, NAME, write_course
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook import writer
from autograder.grading.graded import Graded
from autograder.grading.result_store import result_file
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log
from autograder.results import (
    Counterexample,
    ExerciseResult,
    Hint,
    Observed,
    Result,
    SuspectLine,
    TestResult,
)

EXPECTED = "[[4. 4.]]"
DETAIL = "expected [2. 4. 6.]"
RUBRIC = "1 point: says that a number is added to itself."
MODEL_ANSWER = "Since it adds the number to itself."
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30" width="90" height="30">'
    '<rect width="90" height="30" fill="none" stroke="black"/>'
    '<text x="9" y="20">1</text><text x="39" y="20">2</text><text x="69" y="20">0</text></svg>'
)
ALT = "An image of 1 row and 3 columns: 1, 2, 0. The window of the wrong cell covers 1 and 2."

_CELLS = """
# %% nbgrader={{"grade_id": "{name}", "solution": true}}
def {name}(x):
    \"\"\"Contract of {name}.\"\"\"
    ### BEGIN SOLUTION
    return np.asarray(x) + np.asarray(x) * {factor}
    ### END SOLUTION

# %% nbgrader={{"grade_id": "test_{name}", "grade": true, "locked": true, "points": {points}}}
print({name}(2))
"""
SOURCE = "".join(
    [
        '# %% [markdown]\n# # Doubling\n\n# %% nbgrader={"grade_id": "setup", "locked": true}\n'
        "import numpy as np\n",
        *(
            _CELLS.format(name=name, factor=factor, points=points)
            for name, factor, points in (("double", 1, 3), ("triple", 2, 5), ("train", 0, 2))
        ),
        '\n# %% [markdown] nbgrader={"grade_id": "question_why", "locked": true}\n'
        "# ### Question 1 (4 points)\n#\n# Why does $x + x$ double `x`?\n",
        '\n# %% [markdown] nbgrader={"grade_id": "why", "grade": true, "solution": true, '
        '"points": 4}\n',
        f"# **Model answer.** {MODEL_ANSWER}\n#\n# **Rubric** (half points are possible)\n#\n"
        f"# * {RUBRIC}\n# * 3 points: an example\n#   that is worked out.\n#\n"
        "# *Trap:* a secret of markers.\n",
        '\n# %% [markdown] nbgrader={"grade_id": "how", "grade": true, "solution": true, '
        '"points": 1}\n# Somehow.\n',
    ]
)
CODE = {
    "double": "def double(x):\n    # twice\n    return 2 * np.asarray(x)",
    "triple": 'def triple(x):\n    """Three times."""\n    return np.asarray(x) + 3',
    "train": "def train(x):\n    return x if x is not None else 0",
}
PASSED = (
    TestResult("test_example", "The example of the notebook comes out.", "public", "passed", 1.0),
    TestResult("test_arrays", "Arrays of any size are handled.", "hidden", "passed", 2.0),
)
TRAINED = TestResult(
    "test_trains",
    "The network learns.",
    "hidden",
    "passed",
    1.0,
    training={"dataset": "digits", "threshold": 0.95, "accuracies": [0.945, 0.962, 0.951]},
)
RIGHT = (
    ExerciseResult("double", 3.0, 3.0, "passed", PASSED),
    ExerciseResult("triple", 5.0, 5.0, "passed", PASSED),
    ExerciseResult("train", 2.0, 2.0, "passed", (TRAINED,)),
)
FAILED = TestResult(
    "test_values",
    "Numbers are tripled.",
    "hidden",
    "failed",
    2.0,
    message="triple(<float64 array of shape (1, 2)>) returned another value at [0, 1].",
    detail=DETAIL,
    counterexample=Counterexample(
        "import numpy as np\n\nx = np.array([[1, 2]])\nprint(triple(x))",
        "[[4. 5.]]",
        "The number in row 0, column 1 is wrong.",
        EXPECTED,
        SVG,
        ALT,
        2,
    ),
)
WRONG = (
    RIGHT[0],
    ExerciseResult(
        "triple",
        1.25,
        5.0,
        "failed",
        (
            PASSED[0],
            FAILED,
            TestResult("test_text", "Text is refused.", "hidden", "error", 1.0, "TypeError: no"),
        ),
        replaced=("double",),
        hints=(
            Hint("adds", ("Look at the sign.", "What is three times two?", "It adds 3.")),
            Hint("casts", ("Look at the type.", "Which dtype comes back?")),
        ),
        suspect=SuspectLine("cell 4 (triple)", 3, "    return np.asarray(x) + 3"),
    ),
    ExerciseResult(
        "train",
        0.0,
        2.0,
        "failed",
        (
            replace(
                TRAINED,
                outcome="failed",
                message="The network got 61.0% right, asked for: at least 95.0%.",
                training={"dataset": "digits", "threshold": 0.95, "accuracies": [0.61, None]},
            ),
        ),
    ),
)
UNFINISHED = tuple(
    ExerciseResult(
        each.name,
        0.0,
        each.max_score,
        "not_implemented",
        tuple(replace(test, outcome="not_implemented") for test in each.tests),
    )
    for each in RIGHT
)


def result_of(student: str, exercises: tuple[ExerciseResult, ...], **values: Any) -> Result:
    result = Result(NAME, student, "", "graded", exercises=exercises, key=f"key of {student}")
    return replace(result, **values)


def made_course(root: Path) -> Assignment:
    """The course, built and registered in a gradebook."""
    write_course(root, SOURCE)
    for name in CODE:
        suite = root / "tests" / "hidden" / NAME / f"test_{name}.py"
        suite.write_text(HIDDEN_SUITE.replace("double", name), encoding="utf-8")
    build.build(NAME, root)
    assignment = load_assignment(NAME, root)
    writer.register(assignment)
    return assignment


def hand_in(
    course: Assignment,
    student: str,
    sources: dict[str, str],
    extra: tuple[dict[str, Any], ...] = (),
) -> None:
    """Hand in the released notebook with these cells, and more cells at its end."""
    document = json.loads(course.release_notebook.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = sources.get(grade_id, cell["source"])
    document["cells"] += extra
    folder = course.root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(document), encoding="utf-8")


def grade(course: Assignment, result: Result) -> None:
    """Store a result and write it into the gradebook, as `autograder grade` does."""
    result.write(result_file(course, result.student))
    folder = course.root / "submitted" / result.student / NAME
    writer.write([Graded(result)], {result.student: folder}, course)


def mark(
    course: Assignment, student: str, cell: str, score: float | None, comment: str = ""
) -> None:
    """What the formgrader does when a person gives points or a comment."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        if score is not None:
            grade = gradebook.find_grade(cell, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment(cell, NAME, NAME, student).manual_comment = comment
        gradebook.db.commit()


def generate_feedback(course: Assignment, student: str = "*") -> None:
    """What `nbgrader generate_feedback` and the formgrader's button do, in this process."""
    config = configuration.load(course.root)
    log, _ = quiet_log()
    folders = CourseDirectory(
        config=config, log=log, root=str(course.root), assignment_id=NAME, student_id=student
    )
    GenerateFeedback(coursedir=folders, config=config, log=log, force=True).start()


def page_file(course: Assignment, student: str) -> Path:
    return course.root / "feedback" / student / NAME / f"{NAME}.html"


HOSTILE_TEXT = """\
<script>document.title = "forged"</script></section></main></body>
<style>main { display: none }</style><h1 id="summary">100 of 100 points</h1>
<img src="x" onerror="document.title = 'forged'"><iframe src="https://example.org"></iframe>

# Summary

[a link](javascript:document.title='forged') [](https://example.org) <https://example.org/x>
![a picture](https://example.org/a.png) ![](attachment:gone.png) ![tracked](data:image/svg+xml,x)

| a |  |
| --- | --- |
| 1 | 2 |

- [ ] a task

```html
<script>document.title = "forged"</script>
```

$$\\href{javascript:alert(1)}{x}$$ \u202emirrored
"""
HOSTILE_CODE = (
    'def double(x):\n    """</code></pre></details><script>document.title = "forged"</script>"""\n'
    "    return 2 * x  # <style>main { display: none }</style>\n"
)


def made_class(course: Assignment) -> None:
    """Hand in and grade a class: right, wrong, rejected, unfinished, hostile, partly ungraded."""
    answers = {"why": "It **adds** `x`: $x + x$.\n\n# So\n\nit is.", "how": "Somehow."}
    hand_in(course, "right", {**CODE, **answers})
    grade(course, result_of("right", RIGHT))
    mark(course, "right", "why", 3.5, "Well put. *Almost* all.")
    mark(course, "right", "how", 1.0)

    own = {"cell_type": "code", "source": "helper = 1", "metadata": {}, "outputs": []}
    hand_in(course, "wrong", {**CODE, **answers}, ({**own, "execution_count": None},))
    observed = Observed(
        attention=("Of two notebooks the newer one was graded.",),
        failed_cells=("cell 7: NameError: y",),
    )
    grade(course, result_of("wrong", WRONG, observed=observed))
    mark(course, "wrong", "triple", None, "Look again.")

    hand_in(course, "rejected", {})
    (course.root / "submitted/rejected" / NAME / f"{NAME}.ipynb").write_text("{broken")
    zeros = tuple(replace(each, score=0.0, tests=(), outcome="missing") for each in RIGHT)
    reason = "The notebook is not valid JSON <b>(line 1)</b>."
    grade(course, result_of("rejected", zeros, status="rejected", reason=reason))

    hand_in(course, "unfinished", {})
    grade(course, result_of("unfinished", UNFINISHED))

    text = {"cell_type": "markdown", "source": HOSTILE_TEXT, "metadata": {}}
    hand_in(course, "hostile", {**CODE, "double": HOSTILE_CODE, "why": HOSTILE_TEXT}, (text,))
    shouted = replace(FAILED, message=HOSTILE_TEXT, counterexample=None)
    forged = replace(WRONG[1], tests=(shouted, shouted), hints=())
    grade(course, result_of("hostile", (RIGHT[0], forged, RIGHT[2])))
