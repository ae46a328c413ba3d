"""The server of the marking pages: on this machine only, for who has the address with its token.

It needs no script in the browser. It answers requests one after the other.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from autograder.errors import AutograderError, CourseError
from autograder.feedback_page.views import plain_number
from autograder.gradebook.written_marks import Mark, MarkChanged
from autograder.marking import pages
from autograder.marking.answers import Answer, Answers, Question
from autograder.marking.form import NotAMark, mark_of, typed
from convgrade.os_errors import in_a_sentence

HOST = "127.0.0.1"
LARGEST_REQUEST = 2**20
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
CHANGED = "Nothing is saved: the answer or its mark was changed meanwhile. This is how it is now."


class _Page(RequestHandler):  # type: ignore[misc]  # tornado is not checked
    """A page that only the owner of the token gets."""

    def initialize(self, answers: Answers, token: str, port: int) -> None:
        self.answers, self.token, self.port = answers, token, port

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> None:
        """Let in who has the token; put it into a cookie, and out of the address."""
        if self.request.host not in (f"{HOST}:{self.port}", f"localhost:{self.port}"):
            raise HTTPError(403)  # another site's name that leads here
        cookie = f"autograder-{self.port}"
        if _equal(self.get_cookie(cookie, ""), self.token):
            return
        if not _equal(self.get_query_argument("token", ""), self.token):
            raise HTTPError(403)
        self.set_cookie(cookie, self.token, httponly=True, samesite="Strict")
        self.redirect(self.request.path)

    def write_error(self, status_code: int, **values: Any) -> None:
        """Show one sentence; those of our own errors say what to do."""
        error = (values.get("exc_info") or (None, None, None))[1]
        sentence = {
            403: "Open the address that `autograder mark` printed: it has a token in it.",
            404: "There is no such page.",
        }.get(status_code, "Something went wrong. What was saved before is kept.")
        if isinstance(error, AutograderError):
            sentence = str(error)
        elif isinstance(error, OSError):
            sentence = f"This mark is not saved. {in_a_sentence(error)}"
        title, may_enter = self.answers.assignment.title, status_code != 403
        self.finish(pages.sentence_page(title, sentence, may_enter=may_enter))

    def log_exception(self, typ: Any, value: Any, trace: Any) -> None:
        """Leave out the errors that the page explains."""
        if not isinstance(value, AutograderError | HTTPError | OSError):
            super().log_exception(typ, value, trace)


class _Overview(_Page):
    def get(self) -> None:
        """Show all questions."""
        rows = [(question, self.answers.of(question)) for question in self.answers.questions]
        self.finish(pages.overview(self.answers.assignment.title, rows))


class _NotThere(_Page):
    def get(self) -> None:
        """Say that nothing is here."""
        raise HTTPError(404)


class _Answer(_Page):
    def get(self, number: str, key: str) -> None:
        """Show one answer and its mark."""
        question, answers, answer = self._found(number, key)
        message = ""
        if saved := next((each for each in answers if each.key == self._saved()), None):
            points = plain_number(saved.mark.points or 0.0)
            message = f"Saved: {points} of {plain_number(question.worth)} points for that answer."
        self._show(question, answers, answer, message=message)

    def post(self, number: str, key: str) -> None:
        """Store the mark, and go on to the next answer that waits."""
        question, answers, answer = self._found(number, key)
        field = self._field
        try:
            if field("action") == "reopen":
                mark = Mark(None, comment=answer.mark.comment)
            else:
                mark = mark_of(question, field)
            self.answers.save(question, answer, mark, field("seen"))
        except NotAMark as error:
            self._show(question, answers, answer, message=str(error), is_wrong=True, field=field)
            return
        except MarkChanged:
            question, answers, answer = self._found(number, key)
            message = "\n".join([CHANGED, *typed(question, field)])
            self._show(question, answers, answer, message=message, is_wrong=True)
            return
        if mark.points is None:
            self.redirect(f"/{number}/{key}")
            return
        later = pages.next_waiting([each for each in answers if each.key != key], after=key)
        self.redirect(f"/{number}/{later}?saved={key}" if later else "/")

    def _saved(self) -> str:
        return str(self.get_query_argument("saved", ""))

    def _field(self, name: str) -> str:
        return str(self.get_body_argument(name, ""))

    def _show(
        self, question: Question, answers: list[Answer], answer: Answer, **values: Any
    ) -> None:
        title, xsrf = self.answers.assignment.title, self.xsrf_token.decode()
        page = pages.answer_page(title, question, answers, answer, xsrf=xsrf, **values)
        self.finish(page)

    def _found(self, number: str, key: str) -> tuple[Question, list[Answer], Answer]:
        for question in self.answers.questions:
            if str(question.number) == number:
                answers = self.answers.of(question)
                for answer in answers:
                    if answer.key == key:
                        return question, answers, self.answers.with_text(question, answer)
        raise HTTPError(404)


def serve(answers: Answers, port: int, on_start: Callable[[str], None]) -> None:
    """Serve the marking pages until Ctrl-C.

    Args:
        answers: the answers to mark.
        port: the port; 0 for any that is free.
        on_start: called with the address, token included, once the server listens.

    Raises:
        CourseError: the port is taken.
    """
    asyncio.run(_serve(answers, port, on_start))


async def _serve(answers: Answers, port: int, on_start: Callable[[str], None]) -> None:
    token = secrets.token_urlsafe(24)
    try:
        sockets = bind_sockets(port, HOST)
    except OSError as error:
        raise CourseError(
            f"Port {port} cannot be used ({error.strerror}): name another with --port."
        ) from None
    port = sockets[0].getsockname()[1]
    server = HTTPServer(application(answers, token, port), max_buffer_size=LARGEST_REQUEST)
    server.add_sockets(sockets)
    on_start(f"http://{HOST}:{port}/?token={token}")
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()


def application(answers: Answers, token: str, port: int) -> Application:
    """The pages as a tornado application."""
    values = {"answers": answers, "token": token, "port": port}
    return Application(
        [
            (r"/", _Overview, values),
            (r"/([0-9]{1,4})/([0-9a-f]{16})", _Answer, values),
        ],
        default_handler_class=_NotThere,
        default_handler_args=values,
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict"},
        log_function=lambda handler: None,
    )


def _equal(one: str | None, other: str) -> bool:
    return hmac.compare_digest((one or "").encode(), other.encode())
