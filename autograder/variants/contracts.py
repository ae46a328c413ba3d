"""Contracts that differ from the default one in the form of arguments and of the result.

Hidden suites, misconceptions and generators are written for the default contract. A translation
turns their calls into calls of a variant, and answers into answers of the default contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.sandbox.translation import Given
from autograder.variants.forms import Form


@dataclass(frozen=True)
class Contract:
    """How the contract of one function differs from the default one.

    Attributes:
        arguments: the forms of arguments, by the parameter's name.
        returns: the form of the result; None if it is as by default.
    """

    arguments: Mapping[str, Form] = field(default_factory=dict)
    returns: Form | None = None


def contract(*, returns: Form | None = None, **arguments: Form) -> Contract:
    """The contract of a function whose arguments and result have these forms.

    Args:
        returns: the form of the result.
        arguments: the forms of arguments, by the parameter's name.
    """
    return Contract(arguments, returns)


class Translation:
    """Translates calls of one function between the default contract and a variant.

    Args:
        parameters: the names of the function's parameters, in order.
        contracts: how the variant differs, one difference after the other.
        label: names these contracts.
    """

    def __init__(
        self, parameters: Sequence[str], contracts: Iterable[Contract], label: str = ""
    ) -> None:
        self.label = label
        self._parameters = tuple(parameters)
        self._contracts = tuple(contracts)

    def call_to(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Given:
        """The arguments of a call by the default contract, as the variant takes them."""
        found = list(args), dict(kwargs)
        for each in self._contracts:
            found = self._changed(
                *found, {name: form.into for name, form in each.arguments.items()}
            )
        return found

    def call_from(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Given:
        """The arguments of a call of the variant, as the default contract has them."""
        found = list(args), dict(kwargs)
        for each in reversed(self._contracts):
            changes = {name: form.out_of for name, form in each.arguments.items()}
            found = self._changed(*found, changes)
        return found

    def value_to(self, value: Any) -> Any:
        """A result by the default contract, as the variant returns it."""
        for each in self._contracts:
            value = each.returns.into(value) if each.returns else value
        return value

    def value_from(self, value: Any) -> Any:
        """A result of the variant, as the default contract has it."""
        for each in reversed(self._contracts):
            value = each.returns.out_of(value) if each.returns else value
        return value

    def _changed(
        self, args: list[Any], kwargs: dict[str, Any], changes: Mapping[str, Any]
    ) -> Given:
        named = zip(self._parameters, args, strict=False)
        changed = [changes[name](value) if name in changes else value for name, value in named]
        return (
            [*changed, *args[len(changed) :]],
            {
                name: changes[name](value) if name in changes else value
                for name, value in kwargs.items()
            },
        )
