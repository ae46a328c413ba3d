"""Coverage-guided fuzzing of what the trusted side does with a frame; not part of the test run.

In an environment of its own with atheris, numpy and msgpack, from the repository's root:

    PYTHONPATH=. python tests/fuzz/fuzz_wire.py -max_total_time=600 -rss_limit_mb=2048 CORPUS

It decodes what the fuzzer makes of a frame, reads it as an answer, and then does what suites do
with an answer: compares it and prints it. Whatever is not one of the declared exceptions, takes
more than a few seconds or much memory is a finding, and becomes a test in
`tests/engine/test_wire_fuzz.py`.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import atheris
import numpy as np

with atheris.instrument_imports(include=["autograder.sandbox", "autograder.suite.expect"]):
    from autograder.sandbox.failures import CallFailed, HandleMisuse
    from autograder.sandbox.host import answer_parser
    from autograder.sandbox.host.channel import ProtocolError
    from autograder.sandbox.protocol import codec
    from autograder.suite import expect

SEEDS = [
    None, True, -1, 1 << 70, 1.5, 2 - 1j, "text", b"bytes", [1, [2, (3,)]], {"a": 1, 2: None},
    np.zeros((2, 3), np.float32), np.arange(4, dtype=np.uint8), np.float16(1), np.array(["ab"]),
    np.bool_(True), (np.zeros((0, 3)), [np.int64(4)]),
    {"id": 1, "outcome": "ok", "value": np.ones((1, 2, 2, 1))},
    {"id": 1, "outcome": "ok", "value": 3, "arguments": (1,), "shares_memory": False},
    {"id": 1, "outcome": "missing"},
    {"id": 1, "outcome": "refused", "text": "it is too large"},
    {"id": 1, "outcome": "error", "types": ["ValueError"], "text": "x", "line": 3, "traceback": ""},
]  # fmt: skip
ARRAYS = (np.ones((1, 2, 2, 1)), 3, (1, 2), np.zeros((2, 3), np.float32))
VALUES = (3, True, (1, 2), [0, 0], "valid", None)


def one_input(data: bytes) -> None:
    try:
        value = codec.decode(data)
    except codec.Malformed:
        return
    with contextlib.suppress(ProtocolError, CallFailed):
        value = answer_parser.read(value, 1, "f", watch=len(data) % 2 == 0).value
    expect.shown(value, 2000)
    for compare, wants in ((expect.close, ARRAYS), (expect.equal, VALUES)):
        for want in wants:
            with contextlib.suppress(expect.Mismatch, HandleMisuse):
                compare(value, want)


def main() -> None:
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS):
            (Path(folder) / f"seed{number}").write_bytes(codec.encode(seed))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
