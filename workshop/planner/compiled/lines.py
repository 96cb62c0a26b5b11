"""Free gaps and pool levels on arrays: the same answers as ``lines.Line``.

Every line is a row of sorted gaps, start and end the halves of one number. The last end
and the longest gap of each chunk of a row are known, as halves too: so a search finds
its place in little memory, and passes over what is too short chunk by chunk.
"""

from __future__ import annotations

from workshop.planner.compiled.hours import last_not_after
from workshop.planner.compiled.jit import entry, jit, move, pointer
from workshop.planner.compiled.layout import (
    AMOUNTS,
    CHUNK,
    CHUNKS,
    COUNT,
    FULL,
    GAPS,
    HALF,
    LINES,
    POOL_WIDTH,
    SHIFT,
    STEPS,
    TIMES,
    TOPS,
    UNITS,
    WIDTH,
    Ints,
)


@jit
def row_of(s: Ints, x: int) -> int:
    """Where the gaps of line ``x`` begin."""
    return s[GAPS] + x * s[WIDTH]


@jit
def gap_start(s: Ints, k: int) -> int:
    """Where the gap at ``k`` begins."""
    return s[k] & UNITS


@jit
def gap_end(s: Ints, k: int) -> int:
    """Where the gap at ``k`` ends."""
    return s[k] >> HALF


@jit
def set_gap(s: Ints, k: int, start: int, end: int) -> None:
    """Let the gap at ``k`` begin and end so."""
    s[k] = end << HALF | start


@jit
def _length(s: Ints, k: int) -> int:
    return (s[k] >> HALF) - (s[k] & UNITS)


@jit
def gap_after(s: Ints, x: int, at: int) -> int:
    """The first gap of line ``x`` that ends after ``at``; their count if none."""
    n = s[s[COUNT] + x]
    if n == 0:
        return 0
    # Sums wait for nothing: which gap it is cannot be foreseen.
    low, size = 0, (n + CHUNK - 1) >> SHIFT
    tops, after = s[TOPS] + x * s[CHUNKS], (at + 1) << HALF
    while size > 1:
        half = size >> 1
        low += half * (s[tops + low + half - 1] < after)
        size -= half
    i = low << SHIFT
    row = row_of(s, x) + i
    for k in range(row, row + min(CHUNK, n - i)):
        i += s[k] < after
    return i


@jit
def gap_later(s: Ints, x: int, i: int, at: int) -> int:
    """As ``gap_after``, from the ``i``-th gap on, which it is likely to be near."""
    n = s[s[COUNT] + x]
    row, tops = row_of(s, x), s[TOPS] + x * s[CHUNKS]
    while i < n and s[tops + (i >> SHIFT)] >> HALF <= at:
        i = (i | (CHUNK - 1)) + 1
    if i >= n:
        return n
    while gap_end(s, row + i) <= at:
        i += 1
    return i


@jit
def wide_gap(s: Ints, x: int, k: int, least: int) -> int:
    """The first gap of line ``x`` from ``k`` on that is so long, or -1."""
    n = s[s[COUNT] + x]
    row, tops = row_of(s, x), s[TOPS] + x * s[CHUNKS]
    if k < n and s[tops + (k >> SHIFT)] & UNITS < least:
        k = (k | (CHUNK - 1)) + 1
    while k < n:
        if k & (CHUNK - 1) == 0:
            while k < n and s[tops + (k >> SHIFT)] & UNITS < least:
                k += CHUNK
            if k >= n:
                return -1
        if _length(s, row + k) >= least:
            return k
        k += 1
    return -1


@jit
def _wide(s: Ints, x: int, k: int, least: int) -> int:
    """Where the first gap from ``k`` on begins that is so long at least, or -1."""
    k = wide_gap(s, x, k, least)
    return -1 if k < 0 else gap_start(s, row_of(s, x) + k)


@jit
def fit(s: Ints, x: int, at: int, length: int) -> int:
    """First position not before ``at`` with ``length`` free after it, or -1."""
    i = gap_after(s, x, at)
    if i == s[s[COUNT] + x]:
        return -1
    k = row_of(s, x) + i
    if gap_start(s, k) < at:
        if gap_end(s, k) - at >= length:
            return at
        i += 1
    return _wide(s, x, i, length)


@jit
def probe(s: Ints, x: int, start: int, end: int, least: int) -> int:
    """``start`` if ``[start, end)`` is free, else where to look next, or -1."""
    i = gap_after(s, x, start)
    if i == s[s[COUNT] + x]:
        return -1
    k = row_of(s, x) + i
    if gap_start(s, k) <= start:
        if gap_end(s, k) >= end:
            return start
        i += 1
    return _wide(s, x, i, least)


@jit
def probe_shut(
    s: Ints, x: int, start: int, end: int, least: int
) -> tuple[int, int, int]:
    """As ``probe``; from where up to there no gap is that long; and what lies idle.

    That is how much of the gap that holds ``[start, end)`` lies before it.
    """
    i = gap_after(s, x, start)
    if i == s[s[COUNT] + x]:
        return -1, start, 0
    k = row_of(s, x) + i
    if gap_start(s, k) <= start:
        if gap_end(s, k) >= end:
            return start, start, start - gap_start(s, k)
        # What is left of this gap may do for a shorter stay.
        return _wide(s, x, i + 1, least), gap_end(s, k), 0
    return _wide(s, x, i, least), start, 0


@jit
def measure(s: Ints, x: int, chunk: int) -> None:
    """Find the last end and the longest gap of one chunk anew."""
    k = row_of(s, x) + (chunk << SHIFT)
    until = k + min(CHUNK, s[s[COUNT] + x] - (chunk << SHIFT))
    longest = 0
    while k < until:
        longest = max(longest, _length(s, k))
        k += 1
    s[s[TOPS] + x * s[CHUNKS] + chunk] = gap_end(s, k - 1) << HALF | longest


@entry
def measure_all(s: Ints) -> None:
    """Find last ends and longest gaps of all chunks."""
    for x in range(s[LINES]):
        for chunk in range((s[s[COUNT] + x] + CHUNK - 1) >> SHIFT):
            measure(pointer(s), x, chunk)


@jit
def _renew(s: Ints, x: int, chunk: int, came: int, went: int) -> None:
    """Correct what is known of a chunk that one gap joined and one left."""
    top = s[TOPS] + x * s[CHUNKS] + chunk
    last = min((chunk + 1) << SHIFT, s[s[COUNT] + x]) - 1
    longest = s[top] & UNITS
    if came < longest and went == longest:
        measure(s, x, chunk)
    else:
        end = gap_end(s, row_of(s, x) + last)
        s[top] = end << HALF | max(came, longest)


@jit
def drop_gap(s: Ints, x: int, i: int) -> None:
    n = s[s[COUNT] + x] - 1
    row = row_of(s, x)
    move(s, row + i, row + i + 1, n - i)
    s[s[COUNT] + x] = n
    if i < n or i & (CHUNK - 1):
        measure(s, x, i >> SHIFT)
    for chunk in range((i >> SHIFT) + 1, (n + CHUNK - 1) >> SHIFT):
        # The first gap of the chunk went to the chunk before.
        k = row + (chunk << SHIFT)
        went = _length(s, k - 1)
        k += CHUNK - 1
        came = _length(s, k) if k < row + n else -1
        _renew(s, x, chunk, came, went)


@jit
def insert_gap(s: Ints, x: int, i: int, start: int, end: int) -> None:
    n = s[s[COUNT] + x]
    if n + CHUNK >= s[WIDTH]:
        s[FULL] = 1
        return
    row = row_of(s, x)
    move(s, row + i + 1, row + i, n - i)
    set_gap(s, row + i, start, end)
    s[s[COUNT] + x] = n + 1
    if n & (CHUNK - 1) == 0:
        s[s[TOPS] + x * s[CHUNKS] + (n >> SHIFT)] = 0
    measure(s, x, i >> SHIFT)
    for chunk in range((i >> SHIFT) + 1, (n >> SHIFT) + 1):
        # The last gap of the chunk before came to this one.
        k = row + (chunk << SHIFT)
        came = _length(s, k)
        k += CHUNK
        went = _length(s, k) if k <= row + n else -1
        _renew(s, x, chunk, came, went)


@jit
def take(s: Ints, x: int, start: int, end: int) -> tuple[int, int, int, int]:
    """Occupy a free stretch; the answer undoes it. An empty one splits its gap."""
    i = gap_after(s, x, start)
    k = row_of(s, x) + i
    if i == s[s[COUNT] + x] or (start == end and start <= gap_start(s, k)):
        return -1, 0, 0, 0
    a, b = gap_start(s, k), gap_end(s, k)
    if a == start and b == end:
        drop_gap(s, x, i)
        return i, a, b, 0
    if a != start and b != end:
        set_gap(s, k, a, start)
        insert_gap(s, x, i + 1, end, b)
        measure(s, x, i >> SHIFT)
        return i, a, b, 2
    if a == start:
        set_gap(s, k, end, b)
    else:
        set_gap(s, k, a, start)
    measure(s, x, i >> SHIFT)
    return i, a, b, 1


@jit
def undo(s: Ints, x: int, i: int, a: int, b: int, pieces: int) -> None:
    """Give back what the matching ``take`` took."""
    if i < 0:
        return
    if pieces == 0:
        insert_gap(s, x, i, a, b)
        return
    if pieces == 2:
        drop_gap(s, x, i + 1)
    set_gap(s, row_of(s, x) + i, a, b)
    measure(s, x, i >> SHIFT)


@jit
def pool_probe(s: Ints, p: int, limit: int, start: int, end: int) -> int:
    """``start`` if at most ``limit`` is used all through, else when to try again."""
    n = s[s[STEPS] + p]
    times, amounts = s[TIMES] + p * s[POOL_WIDTH], s[AMOUNTS] + p * s[POOL_WIDTH]
    low = last_not_after(s, times, times + n, start) - times
    k = last_not_after(s, times, times + n, end - 1) - times
    while k >= low:
        if s[amounts + k] > limit:
            return s[times + k + 1] if k + 1 < n else -1
        k -= 1
    return start


@jit
def _cut(s: Ints, p: int, time: int) -> int:
    """The step of the pool that begins at ``time``, made if there is none."""
    n = s[s[STEPS] + p]
    times, amounts = s[TIMES] + p * s[POOL_WIDTH], s[AMOUNTS] + p * s[POOL_WIDTH]
    i = last_not_after(s, times, times + n, time - 1) + 1 - times
    if i < n and s[times + i] == time:
        return i
    if n + 1 >= s[POOL_WIDTH]:
        s[FULL] = 1
        return i
    for k in range(n, i, -1):
        s[times + k] = s[times + k - 1]
        s[amounts + k] = s[amounts + k - 1]
    s[times + i] = time
    s[amounts + i] = s[amounts + i - 1]
    s[s[STEPS] + p] = n + 1
    return i


@jit
def pool_add(s: Ints, p: int, start: int, end: int, amount: int) -> None:
    """Raise the amount in use in ``[start, end)``; negative gives it back."""
    low, high = _cut(s, p, start), _cut(s, p, end)
    if s[FULL]:
        return
    amounts = s[AMOUNTS] + p * s[POOL_WIDTH]
    for k in range(low, high):
        s[amounts + k] += amount
