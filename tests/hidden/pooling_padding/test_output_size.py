"""Hidden tests of `output_size`: how many windows fit along one axis."""

from __future__ import annotations

import cases
import drawn
import pytest
import reference
import relations

from autograder.suite import expect


def compare(student, calls):
    """Values only: that counts are whole numbers has a test of its own."""
    for (arguments, named), got in zip(calls, student.output_size.each(calls), strict=True):
        expect.close(got, reference.output_size(*arguments, **named), rtol=1e-9)


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_examples(student):
    """The sizes of the examples in the notebook come out."""
    compare(student, [(sizes, {}) for sizes in ((28, 2, 2), (224, 11, 4), (227, 11, 4))])


@pytest.mark.weight(2)
def test_only_whole_windows_count(student, rng):
    """Under "valid", a window that would stick out at the end is not counted."""
    calls = []
    for window, stride in ((2, 2), (3, 2), (11, 4), (3, 3), (2, 5), (5, 3)):
        left_over = int(rng.integers(1, stride))
        size = cases.span(int(rng.integers(3, 30)), window, stride, left_over)
        calls.append(((size, window, stride), {}))
    compare(student, calls)


@pytest.mark.weight(1)
def test_windows_that_fit_exactly(student, rng):
    """Where the last window ends at the edge, it is counted, even if it is the only one."""
    calls = []
    for window, stride in ((2, 2), (3, 2), (4, 1), (1, 3), (5, 5), (7, 4)):
        for windows in (1, int(rng.integers(2, 30))):
            calls.append(((cases.span(windows, window, stride), window, stride), {}))
    compare(student, calls)


@pytest.mark.weight(0.5)
def test_stride_is_one_unless_given(student, rng):
    """Without a stride, the window moves by one cell; without a padding, nothing is padded."""
    calls = []
    for window in (2, 3, 5):
        size = int(rng.integers(10, 60))
        calls += [((size, window), {}), ((size, window), {"padding": "valid"})]
    compare(student, calls)


@pytest.mark.weight(1.5)
def test_same(student, rng):
    """Under "same", the stride decides, whether it divides the size or not."""
    calls = []
    for window, stride in ((2, 1), (3, 1), (2, 2), (3, 2), (5, 3), (2, 4)):
        size = stride * int(rng.integers(3, 20))
        calls += [((size + more, window, stride, "same"), {}) for more in {0, stride // 2}]
    compare(student, calls)


@pytest.mark.weight(0.5)
def test_same_with_a_window_larger_than_the_input(student, rng):
    """Under "same", a window may be larger than the input."""
    size = 6 * int(rng.integers(1, 5)) + 1
    windows = (size + 1, size + 2)
    compare(student, [((size, each, n, "same"), {}) for n in (1, 2, 3) for each in windows])


@pytest.mark.weight(1)
def test_padding_as_a_number(student, rng):
    """A number as padding is added on each of the two sides."""
    calls = []
    for window, stride, padding in (
        (3, 1, 1),
        (5, 1, 2),
        (7, 2, 3),
        (3, 2, 2),
        (2, 1, 1),
        (3, 1, 0),
    ):
        size = cases.span(int(rng.integers(8, 30)), window, stride) - 2 * padding
        calls.append(((size, window, stride, padding), {}))
    compare(student, calls)


@pytest.mark.weight(1)
def test_dilation(student, rng):
    """With a dilation, the window's cells lie further apart, and it reaches further."""
    calls = []
    for window, stride, dilation in ((3, 1, 2), (2, 1, 5), (5, 2, 2), (3, 3, 3), (1, 1, 4)):
        size = cases.span(int(rng.integers(8, 30)), dilation * (window - 1) + 1, stride)
        calls.append(((size, window, stride), {"dilation": dilation}))
    compare(student, calls)


@pytest.mark.weight(0.5)
def test_dilation_with_padding(student, rng):
    """Dilation and padding together: a number is added at both sides, "same" goes by the stride."""
    calls = []
    for window, stride, dilation in ((3, 2, 2), (4, 1, 3), (3, 3, 4)):
        size = cases.span(int(rng.integers(8, 30)), dilation * (window - 1) + 1, stride)
        for padding in (1, 3):
            calls.append(((size - 2 * padding, window, stride, padding, dilation), {}))
        calls.append(((size - size % stride, window, stride, "same", dilation), {}))
    compare(student, calls)


@pytest.mark.aspect("case")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_padding_in_any_case(student, rng):
    """The padding's name may be written in capitals."""
    size = 2 * int(rng.integers(8, 30))
    for padding in ("same", "valid"):
        names = (padding, padding.upper(), padding.title())
        answers = student.output_size.each([((size, 4, 2, name), {}) for name in names])
        want = next(answers)
        for got in answers:
            expect.close(got, want, rtol=1e-9)
    calls = drawn.sizes(rng, 4 * drawn.SPELLED)
    by_name = [each for each in calls if isinstance(each[1]["padding"], str)]
    relations.spelled(student.output_size, by_name)


@pytest.mark.aspect("kind")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_a_count_is_a_whole_number(student, rng):
    """The answer is an int, not a float that happens to be whole."""
    size = int(rng.integers(10, 60))
    given = ((1, "valid"), (2, "valid"), (1, "same"), (2, "same"), (2, 1))
    for got in student.output_size.each([((size, 3, *each), {}) for each in given]):
        expect.that(
            cases.is_whole(got),
            "a number of windows is counted: return an int",
            detail=got,
        )


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_windows_strides_and_paddings(student):
    """A window or stride below 1 and an unknown padding raise a ValueError that names them."""
    with student.raises(ValueError, naming="window"):
        student.output_size(8, 0, 1)
    with student.raises(ValueError, naming="stride"):
        student.output_size(8, 2, 0)
    with student.raises(ValueError, naming="stride"):
        student.output_size(8, 2, -1, "same")
    with student.raises(ValueError, naming="padding"):
        student.output_size(8, 2, 1, "full")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_a_window_that_never_fits(student):
    """Where not even one window fits, a ValueError says so."""
    calls = [((3, 4), {}), ((3, 7, 1, 1), {})]
    student.output_size.all_raise(calls, ValueError, naming=("window", "size"))


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Sizes, windows, strides, paddings and dilations of all kinds, drawn at random."""
    compare(student, drawn.sizes(rng))
