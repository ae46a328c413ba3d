"""`autograder mark` in a browser and by bare requests: marks, names, safety, others' marks."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from feedback_pages import MODEL_ANSWER, NAME, grade, hand_in, mark, result_of
from feedback_pages import RIGHT as RESULTS
from marking_server import STUDENTS, first_answer, graded_class, opened, served
from nbgrader.api import Gradebook
from playwright.sync_api import Browser

from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.course.rubrics import rubric_items
from autograder.gradebook import writer
from autograder.gradebook.feedback import feedback
from autograder.gradebook.written_marks import Mark, MarkChanged, marks, save
from autograder.marking.answers import answers_of
from autograder.marking.form import NotAMark, mark_of


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("marking") / "course")


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(template, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


# -- the road of a marker --------------------------------------------------------------------


def test_a_question_is_marked_without_a_script_and_without_names(
    browser: Browser, course: Assignment
) -> None:
    with served(course) as server:
        page = opened(browser, server.address, java_script_enabled=False)
        seen = [page.content() + page.url]
        first_answer(page)
        for place in range(len(STUDENTS)):
            seen.append(page.content() + page.url + page.title())
            assert page.get_by_text(f"Answer {place + 1} of 4").is_visible()
            assert page.get_by_text(MODEL_ANSWER).is_visible()
            page.get_by_role("radio", name="2.5").check()
            page.get_by_label("Comment for the student").fill(f"Number {place}.")
            page.get_by_role("button", name="Save and go on").click()
        assert page.get_by_text("4 of 4 answers marked: all done.").is_visible()
        page.context.close()
    assert not [name for name in (*STUDENTS, "eva-empty") if any(name in text for text in seen)]
    found = marks(course, "why")
    assert {mark.points for mark in found.values()} == {2.5}
    assert {mark.comment for mark in found.values()} == {f"Number {n}." for n in range(4)}
    standing = writer.standing(course)
    assert {standing[student].to_mark for student in STUDENTS} == {1}  # the other question
    (feedback_page,) = feedback(course, [STUDENTS[0]])
    text = feedback_page.read_text(encoding="utf-8")
    assert "2.5 of 4 points" in text
    assert "is worked out. <b>You got 2.5.</b>" in text
    assert text.count("You got") == 1


def test_typed_points_take_the_place_of_the_sum_and_come_back(
    browser: Browser, course: Assignment
) -> None:
    with served(course) as server:
        page = opened(browser, server.address)
        first_answer(page)
        address = page.url
        page.get_by_role("button", name="Save and go on").click()
        assert "Nothing is saved: choose points" in page.get_by_role("alert").inner_text()
        page.get_by_label("Points, from 0 to 4").fill("4,5")
        page.get_by_label("Comment for the student").fill("<b>Kept</b> & shown.")
        page.get_by_role("button", name="Save and go on").click()
        assert "no number from 0 to 4" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Comment for the student").input_value() == "<b>Kept</b> & shown."
        page.get_by_role("radio", name="3", exact=True).check()
        page.get_by_label("Points, from 0 to 4").fill("3,25")
        page.get_by_role("button", name="Save and go on").click()
        page.goto(address)
        assert page.get_by_label("Points, from 0 to 4").input_value() == "3.25"
        assert page.get_by_role("radio", name="3", exact=True).is_checked()
        assert page.get_by_label("Comment for the student").input_value() == "<b>Kept</b> & shown."
        page.get_by_role("button", name="Take the mark back").click()
        assert page.get_by_text("It waits for a mark.").is_visible()
        page.context.close()


def test_a_comment_can_be_given_again_with_a_click(browser: Browser, course: Assignment) -> None:
    often, once = "Name the *unit*.", 'Why "<both>"?\nSay more.'
    with served(course) as server:
        page = opened(browser, server.address, java_script_enabled=False)
        first_answer(page)
        assert not page.get_by_text("given before").count()
        for comment in (f"{often}\n\n{once}", often):
            page.get_by_role("radio", name="2.5").check()
            page.get_by_label("Comment for the student").fill(comment)
            page.get_by_role("button", name="Save and go on").click()
        offered = page.get_by_role("group", name="Add a comment that was given before")
        assert offered.get_by_role("checkbox").count() == 2
        assert offered.locator("label").first.inner_text().strip() == often
        offered.get_by_label("Say more.").check()
        page.get_by_label("Comment for the student").fill("New.")
        page.get_by_role("button", name="Save and go on").click()  # without points
        assert offered.get_by_label("Say more.").is_checked()
        page.get_by_role("radio", name="2.5").check()
        page.get_by_role("button", name="Save and go on").click()
        assert page.get_by_role("group", name="given before").get_by_label("New.").count() == 1
        page.context.close()
    comments = {mark.comment for mark in marks(course, "why").values()}
    assert comments == {f"{often}\n\n{once}", often, f"New.\n\n{once}", ""}


def test_an_answer_runs_nothing_and_stays_in_its_place(
    browser: Browser, course: Assignment
) -> None:
    with served(course) as server:
        page = opened(browser, server.address)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        first_answer(page)
        assert page.title() == "Question 1 (4 points), answer 1 of 4"
        assert page.get_by_text("<script>").is_visible()
        assert page.get_by_role("heading", name="Mark").is_visible()
        assert {urlsplit(url).port for url in asked} == {server.port}
        page.context.close()


# -- who gets in -----------------------------------------------------------------------------


def test_only_who_has_the_token_gets_a_page(course: Assignment) -> None:
    with served(course) as server:
        key = answers_of(course).of(answers_of(course).questions[0])[0].key
        for path in ("/", f"/1/{key}", "/?token=wrong", "/nothing", "/style.css"):
            answer = server.request("GET", path)
            text = answer.read().decode()
            assert answer.status == 403
            assert MODEL_ANSWER not in text
        entered = server.request("GET", f"/?{urlsplit(server.address).query}")
        cookie = entered.headers["Set-Cookie"].partition(";")[0]
        assert (entered.status, entered.headers["Location"]) == (302, "/")
        assert "HttpOnly" in entered.headers["Set-Cookie"]
        assert "SameSite=Strict" in entered.headers["Set-Cookie"]
        inside = server.request("GET", f"/1/{key}", Cookie=cookie)
        assert inside.status == 200
        assert "script-src" not in inside.headers["Content-Security-Policy"]
        assert inside.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert server.request("GET", f"/1/{key}", Cookie=cookie, Host="evil.example").status == 403
        for path in ("/1/0000000000000000", "/9/" + key, "/../etc/passwd"):
            assert server.request("GET", path, Cookie=cookie).status == 404
        body = "points=4&seen=x&action=save"
        kind = "application/x-www-form-urlencoded"
        forged = server.request(
            "POST", f"/1/{key}", Cookie=cookie, body=body, **{"Content-Type": kind}
        )
        assert forged.status == 403, "a form without this page's token"
    assert {mark.points for mark in marks(course, "why").values()} == {None}


# -- other people's marks --------------------------------------------------------------------


def test_what_formgrader_changed_meanwhile_is_not_overwritten(
    browser: Browser, course: Assignment
) -> None:
    with served(course) as server:
        page = opened(browser, server.address)
        first_answer(page)
        student = answers_of(course).of(answers_of(course).questions[0])[0].student
        mark(course, student, "why", 1.5, "From formgrader.")
        page.get_by_label("Points, from 0 to 4").fill("4")
        page.get_by_label("Comment for the student").fill("Mine.")
        page.get_by_role("button", name="Save and go on").click()
        assert "changed meanwhile" in page.get_by_role("alert").inner_text()
        assert "You had typed: Mine." in page.get_by_role("alert").inner_text()
        assert "Your points were: 4" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Points, from 0 to 4").input_value() == "1.5"
        assert page.get_by_label("Comment for the student").input_value() == "From formgrader."
        assert marks(course, "why")[student].points == 1.5
        page.get_by_label("Points, from 0 to 4").fill("4")
        page.get_by_role("button", name="Save and go on").click()
        assert marks(course, "why")[student].points == 4.0
        page.context.close()


def test_a_mark_that_cannot_be_saved_is_told_in_a_sentence_and_saved_later(
    browser: Browser, course: Assignment
) -> None:
    lock = course.root / ".autograder" / "gradebook.lock"
    with served(course) as server:
        page = opened(browser, server.address)
        first_answer(page)
        answer = page.url
        student = answers_of(course).of(answers_of(course).questions[0])[0].student
        lock.unlink(missing_ok=True)
        lock.mkdir()
        page.get_by_label("Points, from 0 to 4").fill("3")
        page.get_by_role("button", name="Save and go on").click()
        assert "This mark is not saved." in page.locator("main").inner_text()
        assert str(lock) in page.locator("main").inner_text()
        lock.rmdir()
        page.goto(answer)
        page.get_by_label("Points, from 0 to 4").fill("3")
        page.get_by_role("button", name="Save and go on").click()
        assert marks(course, "why")[student].points == 3.0
        page.context.close()


def test_formgrader_has_the_same_mark(course: Assignment) -> None:
    before = marks(course, "why")["ada-adams"]
    save(course, "why", "ada-adams", Mark(3.5, False, "Well put."), before.version)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        found = gradebook.find_grade("why", NAME, NAME, "ada-adams")
        comment = gradebook.find_comment("why", NAME, NAME, "ada-adams")
        assert (found.score, found.needs_manual_grade, comment.comment) == (3.5, False, "Well put.")
    with pytest.raises(MarkChanged):
        save(course, "why", "ada-adams", Mark(1.0, False), before.version)


def test_a_new_submission_keeps_items_and_waits_again(course: Assignment) -> None:
    question = answers_of(course).questions[0]
    now = marks(course, "why")["ada-adams"]
    given = mark_of(question, lambda name: {"item0": "1", "item1": "2.5"}.get(name, ""))
    save(course, "why", "ada-adams", given, now.version)
    shutil.rmtree(course.root / "submitted" / "ada-adams")
    hand_in(course, "ada-adams", {"why": "Something new.", "how": "So."})
    grade(course, result_of("ada-adams", RESULTS, key="another"))
    after = marks(course, "why")["ada-adams"]
    assert (after.points, after.waits, after.items) == (3.5, True, given.items)


# -- order and rubric ------------------------------------------------------------------------


def test_the_order_is_steady_and_another_one_for_each_question(course: Assignment) -> None:
    answers = answers_of(course)
    orders = [[each.student for each in answers.of(asked)] for asked in answers.questions]
    again = [[each.student for each in answers_of(course).of(asked)] for asked in answers.questions]
    assert orders == again
    assert sorted(orders[0]) == sorted(STUDENTS), "an unanswered question needs nobody"
    keys = [{each.key for each in answers.of(asked)} for asked in answers.questions]
    assert not keys[0] & keys[1]


@pytest.mark.parametrize(
    ("item", "most", "choices"),
    [
        ("1 point: so.", 1.0, (0, 0.5, 1)),
        ("½ point: so.", 0.5, (0, 0.5)),
        ("1½ points: so.", 1.5, (0, 0.5, 1, 1.5)),
        ("2.5 points: so.", 2.5, (0, 0.5, 1, 1.5, 2, 2.5)),
        ("1 point for each of four reasons.", 4.0, (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)),
        ("9 points: more than the question has.", 4.0, (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)),
        ("More than four: the best four count.", 0.0, (0,)),
        ("Points: none are said.", 0.0, (0,)),
    ],
)
def test_an_item_says_its_points_first(item: str, most: float, choices: tuple[float, ...]) -> None:
    (found,) = rubric_items(f"Answer.\n\n**Rubric**\n\n* {item}\n", 4.0)
    assert (found.most, found.choices) == (most, choices)


def test_each_rubric_of_this_course_can_be_clicked() -> None:
    root = Path(__file__).parents[2]
    for name in assignment_names(root):
        assignment = load_assignment(name, root)
        for question in assignment.written:
            items = rubric_items(assignment.model_answers[question.name], question.points)
            assert sum(item.most for item in items) >= question.points, question.name


def test_what_is_no_mark_is_refused(course: Assignment) -> None:
    question = answers_of(course).questions[0]
    for fields in ({}, {"points": "x"}, {"points": "-1"}, {"points": "nan"}, {"item0": "7"}):
        with pytest.raises(NotAMark):
            mark_of(question, lambda name, fields=fields: fields.get(name, ""))
