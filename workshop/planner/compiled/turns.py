"""The order in which groups are placed: a heap by key, as in ``kernel.Kernel``."""

from __future__ import annotations

import numpy as np

from workshop.planner.compiled.jit import entry, jit, pointer
from workshop.planner.compiled.layout import AFTER, AFTER_AT, WAITING, Floats, Ints, Row


@entry
def turns(t: Ints, key: Floats, out: Ints) -> None:
    """Groups in the order of their keys, each after those it waits for."""
    groups, keys = out.shape[0], pointer(key)
    waiting = t[t[WAITING] : t[WAITING] + groups].copy()
    heap = np.empty(groups + 1, dtype=np.int64)
    size = 0
    for g in range(groups):
        if not waiting[g]:
            size = push(heap, size, keys, g)
    done = 0
    while size:
        g = heap[0]
        size = pop(heap, size, keys)
        out[done] = g
        done += 1
        for k in range(t[t[AFTER_AT] + g], t[t[AFTER_AT] + g + 1]):
            h = t[t[AFTER] + k]
            waiting[h] -= 1
            if not waiting[h]:
                size = push(heap, size, keys, h)


@jit
def _first(key: Floats, g: int, h: int) -> bool:
    return key[g] < key[h] or (key[g] == key[h] and g < h)


@jit
def push(heap: Row, size: int, key: Floats, g: int) -> int:
    k = size
    while k > 0:
        above = (k - 1) >> 1
        if not _first(key, g, heap[above]):
            break
        heap[k] = heap[above]
        k = above
    heap[k] = g
    return size + 1


@jit
def pop(heap: Row, size: int, key: Floats) -> int:
    size -= 1
    g = heap[size]
    k = 0
    while True:
        below = 2 * k + 1
        if below >= size:
            break
        if below + 1 < size and _first(key, heap[below + 1], heap[below]):
            below += 1
        if not _first(key, heap[below], g):
            break
        heap[k] = heap[below]
        k = below
    heap[k] = g
    return size
