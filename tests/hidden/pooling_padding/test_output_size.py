"""Hidden tests of `output_size`: how many windows fit along one axis."""

from __future__ import annotations

import cases
import pytest
import reference

from autograder.suite import expect


def compare(student, *arguments, **named):
    """Values only: that counts are whole numbers has a test of its own."""
    want = reference.output_size(*arguments, **named)
    expect.close(student.output_size(*arguments, **named), want, rtol=1e-9)


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_examples(student):
    """The sizes of the examples in the notebook come out."""
    for arguments in ((28, 2, 2), (224, 11, 4), (227, 11, 4)):
        compare(student, *arguments)


@pytest.mark.weight(2)
def test_only_whole_windows_count(student, rng):
    """Under "valid", a window that would stick out at the end is not counted."""
    for window, stride in ((2, 2), (3, 2), (11, 4), (3, 3), (2, 5), (5, 3)):
        left_over = int(rng.integers(1, stride))
        size = cases.span(int(rng.integers(3, 30)), window, stride, left_over)
        compare(student, size, window, stride)


@pytest.mark.weight(1)
def test_windows_that_fit_exactly(student, rng):
    """Where the last window ends at the edge, it is counted, even if it is the only one."""
    for window, stride in ((2, 2), (3, 2), (4, 1), (1, 3), (5, 5), (7, 4)):
        for windows in (1, int(rng.integers(2, 30))):
            compare(student, cases.span(windows, window, stride), window, stride)


@pytest.mark.weight(0.5)
def test_stride_is_one_unless_given(student, rng):
    """Without a stride, the window moves by one cell; without a padding, nothing is padded."""
    for window in (2, 3, 5):
        size = int(rng.integers(10, 60))
        compare(student, size, window)
        compare(student, size, window, padding="valid")


@pytest.mark.weight(1.5)
def test_same(student, rng):
    """Under "same", the stride decides, whether it divides the size or not."""
    for window, stride in ((2, 1), (3, 1), (2, 2), (3, 2), (5, 3), (2, 4)):
        size = stride * int(rng.integers(3, 20))
        for more in {0, stride // 2}:
            compare(student, size + more, window, stride, "same")


@pytest.mark.weight(0.5)
def test_same_with_a_window_larger_than_the_input(student, rng):
    """Under "same", a window may be larger than the input."""
    size = 6 * int(rng.integers(1, 5)) + 1
    for stride in (1, 2, 3):
        for window in (size + 1, size + 2):
            compare(student, size, window, stride, "same")


@pytest.mark.weight(1)
def test_padding_as_a_number(student, rng):
    """A number as padding is added on each of the two sides."""
    for window, stride, padding in (
        (3, 1, 1),
        (5, 1, 2),
        (7, 2, 3),
        (3, 2, 2),
        (2, 1, 1),
        (3, 1, 0),
    ):
        size = cases.span(int(rng.integers(8, 30)), window, stride) - 2 * padding
        compare(student, size, window, stride, padding)


@pytest.mark.weight(1)
def test_dilation(student, rng):
    """With a dilation, the window's cells lie further apart, and it reaches further."""
    for window, stride, dilation in ((3, 1, 2), (2, 1, 5), (5, 2, 2), (3, 3, 3), (1, 1, 4)):
        size = cases.span(int(rng.integers(8, 30)), dilation * (window - 1) + 1, stride)
        compare(student, size, window, stride, dilation=dilation)


@pytest.mark.weight(0.5)
def test_dilation_with_padding(student, rng):
    """Dilation and padding together: a number is added at both sides, "same" goes by the stride."""
    for window, stride, dilation in ((3, 2, 2), (4, 1, 3), (3, 3, 4)):
        size = cases.span(int(rng.integers(8, 30)), dilation * (window - 1) + 1, stride)
        for padding in (1, 3):
            compare(student, size - 2 * padding, window, stride, padding, dilation)
        compare(student, size - size % stride, window, stride, "same", dilation)


@pytest.mark.aspect("case")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_padding_in_any_case(student, rng):
    """The padding's name may be written in capitals."""
    size = 2 * int(rng.integers(8, 30))
    for padding in ("same", "valid"):
        want = student.output_size(size, 4, 2, padding)
        for written in (padding.upper(), padding.title()):
            expect.close(student.output_size(size, 4, 2, written), want, rtol=1e-9)


@pytest.mark.aspect("kind")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_a_count_is_a_whole_number(student, rng):
    """The answer is an int, not a float that happens to be whole."""
    size = int(rng.integers(10, 60))
    for stride, padding in ((1, "valid"), (2, "valid"), (1, "same"), (2, "same"), (2, 1)):
        got = student.output_size(size, 3, stride, padding)
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
    for arguments in ((3, 4), (3, 7, 1, 1)):
        with student.raises(ValueError, naming=("window", "size")):
            student.output_size(*arguments)
