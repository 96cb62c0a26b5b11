"""How functions become compiled code: for any machine of a kind, kept on disk.

Types come from the annotations: numba would make code anew for each constant that is
handed over. Only what Python calls is kept; everything else is inside of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast

import numba
from numba.core import cgutils
from numba.extending import intrinsic

from workshop.planner import codestore

F = TypeVar("F", bound=Callable[..., object])
A = TypeVar("A")

# numba says nothing of the types of these.
place_of: Any = numba.types.CPointer
code_of: Any = cgutils
view: Any = code_of.create_struct_proxy
llvm: Any = code_of.ir

PLAIN = {"int": numba.int64, "float": numba.float64, "bool": numba.boolean}
# What Python hands over, and what is made within a function.
ROWS = {"Row": numba.int64[::1], "Ints": numba.int64[::1], "Floats": numba.float64[::1]}


class Reader(Protocol):
    """Reads one of the narrow numbers that lie in an array."""

    def __call__(self, array: Any, k: int, /) -> int: ...


class Mover(Protocol):
    """Moves so many numbers within an array, to where and from where."""

    def __call__(self, array: Any, to: int, since: int, size: int, /) -> int: ...


class Pointer(Protocol):
    """To its callers the place of an array is used like the array."""

    def __call__(self, array: A, /) -> A: ...


# Between compiled functions only the place in memory: a whole array is seven numbers,
# and each look into it asks whether one counts from its end.
POINTERS = {
    "Ints": place_of(numba.int64),
    "Floats": place_of(numba.float64),
}

# What was decorated, in the order of definition: callers come last.
INNER: list[Any] = []
ENTRIES: list[Any] = []

# The code runs on every processor of the kind: an image or a folder may move.
config: Any = numba.config
config.CPU_NAME = "generic"
config.CPU_FEATURES = ""
config.CACHE_LOCATOR_CLASSES = f"{__name__}.Locator"
njit: Any = numba.njit


class Locator:
    """Tells numba where code lies. Unlike its own, it reads where none may write."""

    def __init__(self, line: int) -> None:
        self.line = line

    @classmethod
    def from_function(cls, function: Callable[..., object], _file: str) -> Self:
        """A locator for one function."""
        return cls(function.__code__.co_firstlineno)

    def get_cache_path(self) -> str:
        """The folder."""
        return str(codestore.folder())

    def ensure_cache_path(self) -> None:
        """Make the folder."""
        codestore.folder().mkdir(parents=True, exist_ok=True)

    def get_source_stamp(self) -> str:
        """What the code was made of: the folder is named after it."""
        return Path(self.get_cache_path()).name

    def get_disambiguator(self) -> str:
        """What tells functions of a name apart."""
        return str(self.line)


def jit(function: F) -> F:
    """Compile a function that only compiled code calls."""
    made = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    INNER.append(made)
    return cast("F", made)


def entry(function: F) -> F:
    """Compile a function that Python calls, and keep its code."""
    made = njit(cache=True, no_cfunc_wrapper=True)(function)
    ENTRIES.append(made)
    return cast("F", made)


def _pointer(_context: object, array: Any) -> Any:
    """Where an array lies. It has to be one that outlives the use: an argument."""
    signature = place_of(array.dtype)(array)

    def code(context: Any, builder: Any, _signature: object, values: Any) -> Any:
        return view(array)(context, builder, values[0]).data

    return signature, code


pointer = cast("Pointer", intrinsic(_pointer))


def _narrow(bits: int) -> Any:
    """How numbers of so many bits, none below zero, are read; counted in such."""

    def reader(_context: object, array: Any, _k: Any) -> Any:
        def code(_context: Any, builder: Any, _signature: object, values: Any) -> Any:
            narrow = builder.bitcast(values[0], llvm.IntType(bits).as_pointer())
            number = builder.load(builder.gep(narrow, [values[1]]))
            return builder.zext(number, llvm.IntType(64))

        return numba.int64(array, numba.int64), code

    return intrinsic(reader)


def _move(_context: object, array: Any, _to: Any, _from: Any, _size: Any) -> Any:
    """Move numbers within an array, whether or not the places overlap."""

    def code(_context: Any, builder: Any, _signature: object, values: Any) -> Any:
        array, to, since, size = values
        code_of.raw_memmove(
            builder, builder.gep(array, [to]), builder.gep(array, [since]), size, 8
        )
        return size

    return numba.int64(array, numba.int64, numba.int64, numba.int64), code


move = cast("Mover", intrinsic(_move))
half = cast("Reader", _narrow(32))
quarter = cast("Reader", _narrow(16))


def prepare() -> None:
    """Load the code of all entries; compile it where it is not kept.

    Raises:
        OSError: it was compiled and cannot be kept.
    """
    kept = codestore.ready()
    inner = [] if kept else INNER
    for types, functions in (
        (PLAIN | ROWS | POINTERS, inner),
        (PLAIN | ROWS, ENTRIES),
    ):
        for made in functions:
            if not made.overloads:
                made.compile(_signature(made.py_func, types))
                made.disable_compile()
    if not kept:
        codestore.set_ready()


def _signature(
    function: Callable[..., object], types: Mapping[str, object]
) -> tuple[object, ...]:
    named = {k: v for k, v in function.__annotations__.items() if k != "return"}
    return tuple(types[str(v)] for v in named.values())
