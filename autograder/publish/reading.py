"""Reads published results back as they are, in order to verify them. The text may say anything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import rfc8785

MOST_BYTES = 256 * 2**20


def read_results(text: bytes) -> list[dict[str, Any]]:
    """The results in a document, or the one result that it is.

    Args:
        text: the document in UTF-8.

    Raises:
        ValueError: it is no such document, or two readers could understand it differently; the
            message is a sentence.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"It is larger than {MOST_BYTES // 2**20} MB.")
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_object)
        rfc8785.dumps(found)
    except UnicodeDecodeError:
        raise ValueError("It is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"It is not JSON (line {error.lineno}).") from None
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise ValueError("It holds a number or a text that is none in JSON.") from None
    results = found if isinstance(found, list) else [found]
    if not results or not all(isinstance(each, dict) for each in results):
        raise ValueError("It is not a document of results.")
    return results


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:40]!a} stands twice in one object.")
        found[name] = value
    return found
