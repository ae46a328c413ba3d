"""The differences between releases of pooling and padding (docs/variants.md)."""

from __future__ import annotations

from typing import Any

from autograder.variants import Contract, Form, Option, axes, contract, custom, mirrored, swapped

POOLING = ("max_pool2d", "avg_pool2d", "min_pool2d")
WINDOWS = (
    "Window(size=2, step=2)",
    "Window(size=3, step=1)",
    "Window(size=2, step=1)",
    "Window(size=3, step=2, before=(1, 0))",
    'Window(size=2, channels="all")',
    'Window(size=2, step=2, channels="all")',
)
BORDERS = (
    "Window(size=1, before=(1, 1))",
    "Window(size=1, before=(0, 1))",
    "Window(size=1)",
)


def without_windows(*windows: str) -> dict[str, str]:
    """Words that leave pictures of windows out of public checks: they show NHWC, from the top."""
    ends = (",\n    window={}", ", window={}")
    return {end.format(window): "" for window in windows for end in ends}


# -- the result of output_size ---------------------------------------------------------------


def _turned_single(value: Any) -> Any:
    """A value as a tuple of one, and the reverse."""
    return value[0] if isinstance(value, tuple | list) and len(value) == 1 else (value,)


MOST_LISTED = 10_000


def _listed(value: Any) -> Any:
    """A number as the list of so many numbers from 0; what is none as it was before `_length`."""
    if isinstance(value, tuple | list) and len(value) == 1:
        return value[0]
    if isinstance(value, bool) or value != int(value) or not 0 <= value < MOST_LISTED:
        return value
    return [type(value)(number) for number in range(int(value))]


def _length(value: Any) -> Any:
    """The length of a list of numbers from 0, a float if they are floats."""
    if not isinstance(value, list) or value != list(range(len(value))):
        return (value,)
    return len(value) if all(type(each) is int for each in value) else float(len(value))


def _one_less(value: Any) -> Any:
    return value if isinstance(value, bool) else value - 1


def _one_more(value: Any) -> Any:
    return value if isinstance(value, bool) else value + 1


def counting(returns: Form, words: dict[str, str]) -> Option:
    return Option({"output_size": contract(returns=returns)}, words)


# -- amounts of padding ----------------------------------------------------------------------


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2


def _total_and_first(sides: Any) -> Any:
    """(before, after) as (in all, before); one number for both sides as the number in all."""
    if _is_pair(sides):
        return type(sides)((sides[0] + sides[1], sides[0]))
    return sides if isinstance(sides, bool) else 2 * sides


def _first_and_rest(amounts: Any) -> Any:
    """(in all, before), or the number in all, as (before, after)."""
    if _is_pair(amounts):
        return type(amounts)((amounts[1], amounts[0] - amounts[1]))
    return amounts if isinstance(amounts, bool) else (amounts // 2, amounts - amounts // 2)


def _border_in_all(padding: Any) -> Any:
    if _is_pair(padding):
        return type(padding)(map(_total_and_first, padding))
    return _total_and_first(padding)


def _border_by_sides(padding: Any) -> Any:
    amounts = padding if _is_pair(padding) else (padding, padding)
    if all(not _is_pair(amount) and amount % 2 == 0 for amount in amounts):
        return type(padding)(half(padding)) if _is_pair(padding) else padding // 2
    return tuple(map(_first_and_rest, amounts))


def half(amounts: Any) -> list[Any]:
    """The halves of even numbers."""
    return [amount // 2 for amount in amounts]


TOTAL_BEFORE = custom(
    lambda sides: (sides[0] + sides[1], sides[0]), lambda found: (found[1], found[0] - found[1])
)
TOTAL_AFTER = custom(
    lambda sides: (sides[0] + sides[1], sides[1]), lambda found: (found[0] - found[1], found[1])
)


def amounts(returns: Form, first: str, second: str) -> Option:
    """What `same_padding` returns: the forms of the two numbers, and what each of them says."""
    words = {
        "two numbers: how many go before and how many go after.": (
            f"two numbers: {first} and {second}."
        ),
        "Compare the order of your two numbers with the example": (
            "Compare your two numbers with the example"
        ),
        "Add your two numbers up again and compare the sum with the total.": (
            "Add the two parts up again and compare the sum with the total."
        ),
        "Your two numbers are equal even when the total is odd,": (
            "Your two parts are equal even when the total is odd,"
        ),
    }
    return Option({"same_padding": contract(returns=returns)}, words)


# -- images ----------------------------------------------------------------------------------


Rows = list[list[Any]]
EXAMPLES: tuple[Rows, ...] = (
    [[9, 7], [8, 6]],
    [[9, 7], [9, 6]],
    [[-1, -3]],
    [[4.25, 4.25], [4.25, 3.5]],
    [[2, 1], [1, 2]],
    [[-2, -4, 6], [4, 2, 2], [7, 3, -4]],
    [[8, 16], [17, 6]],
)
"""Results of public examples whose windows fill the image, or lie alike from either corner."""
OVERHANGING = {
    "[[3, 4, 4.5], [6, 7, 7.5], [7.5, 8.5, 9]]": {
        (2,): "[[4, 3, 2.5], [7, 6, 5.5], [8.5, 7.5, 7]]",
        (1,): "[[6, 7, 7.5], [3, 4, 4.5], [1.5, 2.5, 3]]",
        (1, 2): "[[7, 6, 5.5], [4, 3, 2.5], [2.5, 1.5, 1]]",
    },
    "[[2, 5], [2, 5]]": {
        (2,): "[[2, 2], [2, 2]]",
        (1,): "[[2, 5], [3, 7]]",
        (1, 2): "[[2, 2], [3, 3]]",
    },
    "[[-2, -4, 6, 3], [4, 2, 2, 1], [7, 3, -4, 4], [3, 1, 2, 6]]": {
        (2,): "[[6, -4, -2, -9], [2, 2, 4, -8], [-4, 3, 7, -3], [2, 1, 3, 0]]",
        (1,): "[[7, 3, -4, 4], [4, 2, 2, 1], [-2, -4, 6, 3], [-2, -7, -3, 0]]",
        (1, 2): "[[-4, 3, 7, -3], [2, 2, 4, -8], [6, -4, -2, -9], [-3, -7, -2, -2]]",
    },
}
"""Results of the other public examples, by the axes along which the corner differs."""


def from_the_other_end(rows: Rows, along: tuple[int, ...]) -> Rows:
    """A table with its rows (1), its columns (2) or both in the other order."""
    turned = rows[::-1] if 1 in along else rows
    return [row[::-1] for row in turned] if 2 in along else turned


def words_of_sides(along: tuple[int, ...]) -> dict[str, str]:
    """What hints say about the sides where counting starts and ends."""
    above, below = ("bottom", "top") if 1 in along else ("top", "bottom")
    left, right = ("right", "left") if 2 in along else ("left", "right")
    return {
        "at the top and left, or at the bottom and right?": (
            f"at the {above} and {left}, or at the {below} and {right}?"
        ),
        "were at the top or on the left. In Keras it goes after the image, to the bottom or the "
        "right.": (
            f"were at the {above} or on the {left}. It goes to the other end of the counting, to "
            f"the {below} or the {right}."
        ),
        "were added at the bottom and on the right. Half of them belong at the top and on the "
        "left. An odd cell goes to the bottom or the right.": (
            f"were added at the {below} and on the {right}. Half of them belong at the {above} and "
            f"on the {left}. An odd cell goes to the {below} or the {right}."
        ),
        "windows at the top and on the left under": (
            f"windows at the {above} and on the {left} under"
        ),
        "At the top and on the left your windows": f"At the {above} and on the {left} your windows",
        "as far to the left and as high up as at stride 1.": (
            "as far outside the image as at stride 1."
        ),
        "Then Keras starts its first window further to the right and further down.": (
            "Then the first window starts further inside."
        ),
        "the window move to the right? And how far does it move down?": (
            "the window move within a row? And how far does it move from row to row?"
        ),
        "the kernel move to the right? And how far down?": (
            "the kernel move within a row? And how far from row to row?"
        ),
        "the step down were used to the right too.": (
            "the step from row to row were used within a row too."
        ),
        "the step to the right": "the step within a row",
        "the step down": "the step from row to row",
        "In Keras and TensorFlow it goes after, which is to the right or at the bottom.": (
            "It goes after."
        ),
        "side does Keras put it:": "side does the contract put it:",
        "What does Keras pad for": "What does the contract pad for",
        "A window begins one row above the image and is 3 rows high. Which row of the image is its "
        "last?": (
            "A window begins one row outside the image and is 3 rows high. Which row of the image "
            "is its last?"
        ),
        "where each window starts from left to right.": "where each window starts within a row.",
        ", as Keras and TensorFlow count them.": ".",
    }


def from_corner(*along: int) -> Option:
    """Windows are counted from another corner; the kernel lies in each as it is."""
    image = mirrored(*along)
    kernel = mirrored(*(axis - 1 for axis in along))
    contracts: dict[str, Contract] = {name: contract(x=image) for name in POOLING}
    contracts["conv2d"] = contract(x=image, kernel=kernel)
    words = {
        f"expected=np.array({rows})": f"expected=np.array({from_the_other_end(rows, along)})"
        for rows in EXAMPLES
    } | {
        f"expected=np.array({rows})": f"expected=np.array({turned[along]})"
        for rows, turned in OVERHANGING.items()
    }
    if 2 in along:
        words["padding=((0, 0), (0, 1)),\n)"] = "padding=((0, 0), (1, 0)),\n)"
        words["padding=((0, 0), (0, 1)))"] = "padding=((0, 0), (1, 0)))"
    words |= {
        "and the windows lie as in Keras.": "and the windows lie where the counting puts them.",
        "each window starts where Keras starts it.": "each window starts at the right place.",
        "and the kernel lies as in Keras.": "and the kernel lies where the counting puts it.",
        "the kernel starts where Keras starts it.": "the kernel starts at the right place.",
        "answers otherwise than Keras, for": "answers otherwise than it should, for",
        "kernel lies on the image as it is, as in Keras,": "kernel lies on the image as it is,",
    }
    words |= words_of_sides(along)
    return Option(contracts, words | AS_KERAS | without_windows(*WINDOWS))


SUM = "# (batch, rows, columns, [channels, height, width]) by ([height, width, channels], outputs)"
SUM_OF_WINDOW = "# channels, height and width of each window by those of the kernel"
RETURN_SUM = (
    "return (products + bias.astype(working, copy=False)).astype(dtype, copy=False)"
)  # fmt: skip
RETURN_MOVED = (
    "sums = (products + bias.astype(working, copy=False)).astype(dtype, copy=False)\n"
    "    return np.moveaxis(sums, {})"
)
AS_KERAS = {
    ", as `keras.ops.max_pool`.": ".",
    ", as `keras.ops.average_pool`.": ".",
    ", as `keras.ops.conv`.": ".",
}
SHAPES = ((4, 4), (3, 3), (2, 2), (1, 2), (2, 3), (2, 5), (3, 6), (1, 1))


def words_of_axes(place: str, order: str) -> dict[str, str]:
    """What hints say about where height and width stand."""
    return {
        "Where do the channels stand in this course: first or last?": (
            "Where do the channels stand in the shape of `x`?"
        ),
        "Only height and width, the two axes in the middle, may grow.": (
            f"Only height and width, the {place} two axes, may grow."
        ),
        "as if the last two axes were padded. Here the order is batch, height, width, channels, so "
        "these are the width and the channels. Height and width are the two axes in the middle.": (
            f"as if width and channels were padded. Here the order is {order}. Height and width "
            f"are the {place} two axes."
        ),
        "as if the last two axes were height and width. Here the channels come last. So you would "
        "pool": (
            f"as if width and channels were taken for height and width. Here the order is {order}. "
            "So you would pool"
        ),
    }


def laid_out(order: tuple[int, int, int, int], words: dict[str, str]) -> Option:
    """Images with their axes in another order.

    Args:
        order: which axis of NHWC each axis is.
        words: what else changes.
    """
    form = axes(*order)
    names = ("batch", "height", "width", "channels")
    texts = {}
    for left, right in (
        (names, names),
        (("batch", "output height", "output width", "channels"),) * 2,
        (("batch", "height", "width", "in channels"),) * 2,
        (("batch", "output height", "output width", "out channels"),) * 2,
        (("batch", "top + height + bottom", "left + width + right", "channels"),) * 2,
        (("0", "height", "width", "channels"),) * 2,
    ):
        texts[f"({', '.join(left)})"] = f"({', '.join(right[axis] for axis in order)})"
    for height, width in SHAPES:
        shape = ("1", str(height), str(width), "1")
        turned = ", ".join(shape[axis] for axis in order)
        texts[f"reshape({', '.join(shape)})"] = f"reshape({turned})"
        texts[f"reshape(\n        {', '.join(shape)}\n"] = f"reshape(\n        {turned}\n"
    contracts = {
        name: contract(x=form, returns=form) for name in ("zero_pad2d", *POOLING, "conv2d")
    }
    return Option(contracts, texts | words | AS_KERAS | without_windows(*WINDOWS, *BORDERS))


# -- kernels ---------------------------------------------------------------------------------


def kernels(
    order: tuple[int, int, int, int], words: dict[str, str], turned: bool = False
) -> Option:
    """Kernels with their axes in another order; `turned`: for a true convolution."""
    layout, half_turn = axes(*order), mirrored(0, 1)
    form = layout
    if turned:
        form = custom(
            lambda value: layout.to(half_turn.to(value)),
            lambda value: half_turn.back(layout.back(value)),
        )
    names = ("kernel height", "kernel width", "in channels", "out channels")
    short = ("height", "width", "in channels", "out channels")
    inverse = [order.index(axis) for axis in range(4)]
    shape = ("2", "2", "1", "1")
    large = ("5", "5", "1", "1")
    high, wide, ins, outs = inverse
    texts = {
        f"({', '.join(each)})": f"({', '.join(each[axis] for axis in order)})"
        for each in (names, short)
    } | {
        "reshape(2, 2, 1, 1)": f"reshape({', '.join(shape[axis] for axis in order)})",
        "zeros((5, 5, 1, 1))": f"zeros(({', '.join(large[axis] for axis in order)}))",
        "outputs=kernel.shape[3]": f"outputs=kernel.shape[{outs}]",
        "kernel.shape[2] != channels": f"kernel.shape[{ins}] != channels",
        "{kernel.shape[2]} channels": f"{{kernel.shape[{ins}]}} channels",
        "window = kernel.shape[:2]": f"window = kernel.shape[{high}:{wide + 1}]",
        "0 in kernel.shape[:2]": f"0 in kernel.shape[{high}:{wide + 1}]",
        "(2, 0, 1))": f"({ins}, {high}, {wide}))",
        SUM: SUM_OF_WINDOW,
        "the index of the last axis of the kernel": "the index of the first axis of the kernel",
        "The last axis of the kernel numbers the filters": (
            "The first axis of the kernel numbers the filters"
        ),
        "The last axis of the kernel says how many": "The first axis of the kernel says how many",
        "as if the last two axes of the kernel were mixed up. The input channels come first and "
        "the output channels last.": (
            "as if the axes of the input and the output channels of the kernel were mixed up. The "
            "output channels come first."
        ),
    }
    return Option({"conv2d": contract(kernel=form)}, texts | words)


TURNED_WORDS = {
    "Look at how you lay the kernel on the image. Do you turn it or use its cells in reverse "
    "order?": "Look at how you lay the kernel on the image. Do you turn it half round before?",
    "Do networks turn the kernel round before they lay it on the image? What does": (
        "Is the kernel turned round before it is laid on the image? What does"
    ),
    "as if the kernel were flipped, as convolution does it in mathematics. Networks do not flip "
    "it: each cell of the window is multiplied by the kernel cell at the same place.": (
        "as if the kernel were laid on the image as it is. In a true convolution it is turned half "
        "round first: the upper left cell of a window meets the lower right cell of the kernel."
    ),
    "np.array([[1, 0], [0, -1]])": "np.array([[-1, 0], [0, 1]])",
    "kernel.astype(working": "np.flip(kernel, (1, 2)).astype(working",
    "(cross-correlation)": "(a true convolution: the kernels are turned half round)",
    ", as `keras.ops.conv`.": ".",
    "The kernel lies on the image as it is, as in Keras, and moves by one cell unless told.": (
        "The kernel lies on the image turned half round, and moves by one cell unless told."
    ),
}

VARIANTS = {
    "counting": {
        "number": Option(),
        "last": counting(
            custom(_one_less, _one_more),
            {
                "Count the positions of a window along one axis.": (
                    "The number of a window's last position along one axis, counted from 0."
                ),
                "expected=3)": "expected=2)",
                "expected=14)": "expected=13)",
                "expected=55)": "expected=54)",
                "expected=54)": "expected=53)",
                "expected=4)": "expected=3)",
                "expected=5)": "expected=4)",
                "return -(-size // stride)\n": "return -(-size // stride) - 1\n",
                "return room // stride + 1": "return room // stride",
                "Your counts are one too small, as if": "Your answers are one too small, as if",
                "a number of windows is counted: return an int": (
                    "the number of the last window is whole: return an int"
                ),
            },
        ),
        "shape": counting(
            custom(_turned_single, _turned_single),
            {
                "Count the positions of a window along one axis.": (
                    "The positions of a window along one axis, as the shape of an array."
                ),
                **{f"expected={n})": f"expected=({n},))" for n in (3, 14, 55, 54, 4, 5)},
                "return -(-size // stride)\n": "return (-(-size // stride),)\n",
                "return room // stride + 1": "return (room // stride + 1,)",
                "The answer is an int, not a float that happens to be whole.": (
                    "The number in the answer is an int, not a float that happens to be whole."
                ),
                "a number of windows is counted: return an int": (
                    "a number of windows is counted: return a tuple of one int"
                ),
            },
        ),
        "list": counting(
            custom(_listed, _length),
            {
                "Count the positions of a window along one axis.": (
                    "The numbers of a window's positions along one axis, counted from 0."
                ),
                **{
                    f"expected={number})": f"expected=list(range({number})))"
                    for number in (3, 14, 55, 54, 4, 5)
                },
                "return -(-size // stride)\n": "return list(range(-(-size // stride)))\n",
                "return room // stride + 1": "return list(range(room // stride + 1))",
                "The answer is an int, not a float that happens to be whole.": (
                    "The numbers in the answer are ints, not floats that happen to be whole."
                ),
                "a number of windows is counted: return an int": (
                    "windows are counted: return a list of ints"
                ),
            },
        ),
    },
    "amounts": {
        "before-after": Option(),
        "after-before": amounts(swapped(), "how many go after", "how many go before"),
        "total-before": amounts(TOTAL_BEFORE, "how many are added in all", "how many go before"),
        "total-after": amounts(TOTAL_AFTER, "how many are added in all", "how many go after"),
    },
    "border": {
        "sides": Option(),
        "total": Option(
            {"zero_pad2d": contract(padding=custom(_border_in_all, _border_by_sides))},
            {
                "Two pairs: top and bottom, then left and right, all four different.": (
                    "Two pairs: rows in all and on top, then columns in all and on the left."
                ),
                "One number pads all four sides of every image and channel.": (
                    "One number is shared by the two sides, in every image and channel."
                ),
                "padding=((1, 0), (1, 2)),\n    expected": "padding=((1, 1), (3, 1)),\n    expected",
                "padding=(0, 1),\n    expected": "padding=(0, 2),\n    expected",
                "padding=-1, naming": "padding=-2, naming",
                "In this form the first number is for the rows, above and below, and the second is "
                "for the columns, left and right.": (
                    "In this form the first number is for the rows, half of them above, and the "
                    "second is for the columns, half of them on the left."
                ),
                "Look at your result for four different amounts: `((1, 2), (3, 4))`.": (
                    "Look at your result for different amounts: `((3, 1), (7, 3))`."
                ),
                "The first number of each pair belongs to the top or to the left.": (
                    "The second number of each pair belongs to the top or to the left."
                ),
                "By how much does an image grow if the padding is 1?": (
                    "By how much does an image grow if the padding is 2?"
                ),
                "The contract means the amount for each of them.": (
                    "The contract means what both sides get together, and half of it for each."
                ),
                "It is as if the amount was shared between two sides.": (
                    "It is as if the amount was shared twice."
                ),
                "when you call your function with a padding of 1?": (
                    "when you call your function with a padding of 2?"
                ),
                ", as `keras.layers.ZeroPadding2D`.": ".",
            },
        ),
    },
    "corner": {
        "top-left": Option(),
        "top-right": from_corner(2),
        "bottom-left": from_corner(1),
        "bottom-right": from_corner(1, 2),
    },
    "layout": {
        "nhwc": Option(),
        "nchw": laid_out(
            (0, 3, 1, 2),
            {
                **words_of_axes("last", "batch, channels, height, width"),
                "called NHWC": "called NCHW",
                ", as `keras.layers.ZeroPadding2D`.": ".",
                "x.shape[1:3]": "x.shape[2:]",
                "[(0, 0), *margins, (0, 0)]": "[(0, 0), (0, 0), *margins]",
                "x.shape[1] or window[1] > x.shape[2]": "x.shape[2] or window[1] > x.shape[3]",
                "{x.shape[1]} by {x.shape[2]}": "{x.shape[2]} by {x.shape[3]}",
                "axis=(1, 2))": "axis=(2, 3))",
                "np.flip(x, 1)": "np.flip(x, 2)",
                "np.flip(x, 2)": "np.flip(x, 3)",
                "np.flip(x, (1, 2))": "np.flip(x, (2, 3))",
                "every[:, :: steps[0], :: steps[1]]": "every[:, :, :: steps[0], :: steps[1]]",
                "(1, *x.shape[1:3], 1)": "(1, 1, *x.shape[2:])",
                "channels=x.shape[3]": "channels=x.shape[1]",
                "(batch, rows, columns, channels, *window)": "(batch, channels, rows, columns, *window)",
                "((3, 4, 5), ": "((1, 4, 5), ",
                SUM: SUM_OF_WINDOW,
                RETURN_SUM: RETURN_MOVED.format("-1, 1"),
            },
        ),
        "hwcn": laid_out(
            (1, 2, 3, 0),
            {
                **words_of_axes("first", "height, width, channels, batch"),
                "called NHWC": "called HWCN",
                ", as `keras.layers.ZeroPadding2D`.": ".",
                "x.shape[1:3]": "x.shape[:2]",
                "[(0, 0), *margins, (0, 0)]": "[*margins, (0, 0), (0, 0)]",
                "x.shape[1] or window[1] > x.shape[2]": "x.shape[0] or window[1] > x.shape[1]",
                "{x.shape[1]} by {x.shape[2]}": "{x.shape[0]} by {x.shape[1]}",
                "axis=(1, 2))": "axis=(0, 1))",
                "np.flip(x, 1)": "np.flip(x, 0)",
                "np.flip(x, 2)": "np.flip(x, 1)",
                "np.flip(x, (1, 2))": "np.flip(x, (0, 1))",
                "every[:, :: steps[0], :: steps[1]]": "every[:: steps[0], :: steps[1]]",
                "(1, *x.shape[1:3], 1)": "(*x.shape[:2], 1, 1)",
                "channels=x.shape[3]": "channels=x.shape[2]",
                "(batch, rows, columns, channels, *window)": "(rows, columns, channels, batch, *window)",
                "((3, 4, 5), ": "((2, 4, 5), ",
                SUM: SUM_OF_WINDOW,
                RETURN_SUM: RETURN_MOVED.format("-1, 2"),
            },
        ),
    },
    "kernels": {
        "hwio": Option(),
        "oihw": kernels((3, 2, 0, 1), {}),
        "ohwi-turned": kernels((3, 0, 1, 2), TURNED_WORDS, turned=True),
    },
}
