"""What a hidden suite needs to judge the examples of one exercise: the functions and the mistakes.

`autograder build` writes it into the suite. It stays on the trusted side.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.break_first.kinds import Kinds
from convgrade.release import EXAMPLES_PREFIX


@dataclass(frozen=True)
class Mistake:
    """A known mistake that examples may catch.

    Attributes:
        function: the name of the function that is wrong.
        refuses: whether it shows where the right function refuses an input.
        code: defines a function called `mistake`.
    """

    function: str
    refuses: bool
    code: str = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """The examples that an exercise asks for.

    Attributes:
        exercise: the exercise whose function is to be written later.
        kinds: the functions that examples may call, that of the exercise first, and the kinds of
            arguments for which the mistakes are made.
        mistakes: what examples may catch.
    """

    exercise: str
    kinds: Kinds
    mistakes: tuple[Mistake, ...]

    @property
    def function(self) -> str:
        """The name of the student's function that returns the examples."""
        return EXAMPLES_PREFIX + self.exercise

    @property
    def code(self) -> str:
        """Code that defines the wrong functions under the names that `wrong` gives."""
        parts = [
            f"{each.code}\n{self.wrong(number)} = mistake\n"
            for number, each in enumerate(self.mistakes)
        ]
        return "".join(parts)

    def wrong(self, number: int) -> str:
        """The name of a wrong function where `code` has run."""
        return f"mistake_{number}_of_{self.exercise}"
