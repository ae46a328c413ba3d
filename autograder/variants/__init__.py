"""Variants of contracts: what authors declare, and what grading makes of it (docs/variants.md)."""

from autograder.variants.contracts import Contract, Translation, contract
from autograder.variants.forms import (
    Form,
    axes,
    complement,
    custom,
    each,
    entries,
    items,
    mirrored,
    negated,
    scaled,
    shifted,
    swapped,
)
from autograder.variants.options import Option
from autograder.variants.tables import as_columns, by_name, rows_as_tuples

__all__ = [
    "Contract",
    "Form",
    "Option",
    "Translation",
    "as_columns",
    "axes",
    "by_name",
    "complement",
    "contract",
    "custom",
    "each",
    "entries",
    "items",
    "mirrored",
    "negated",
    "rows_as_tuples",
    "scaled",
    "shifted",
    "swapped",
]
