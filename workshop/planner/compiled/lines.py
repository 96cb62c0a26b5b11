"""Free gaps and pool levels on arrays: the same answers as ``lines.Line``.

Every line is a row of sorted gaps. The last end and the longest gap of each chunk of a
row are known, side by side: so a search finds its place in little memory, and passes
over what is too short chunk by chunk.
"""

from __future__ import annotations

from workshop.planner.compiled.hours import last_not_after
from workshop.planner.compiled.jit import entry, jit, pointer
from workshop.planner.compiled.layout import (
    AMOUNTS,
    CHUNK,
    CHUNKS,
    COUNT,
    FULL,
    GAPS,
    LINES,
    POOL_WIDTH,
    SHIFT,
    STEPS,
    TIMES,
    TOPS,
    WIDTH,
    Ints,
)


@jit
def row_of(s: Ints, x: int) -> int:
    """Where the gaps of line ``x`` begin."""
    return s[GAPS] + 2 * x * s[WIDTH]


@jit
def gap_after(s: Ints, x: int, at: int) -> int:
    """The first gap of line ``x`` that ends after ``at``; their count if none."""
    n = s[s[COUNT] + x]
    if n == 0:
        return 0
    # Sums wait for nothing: which gap it is cannot be foreseen.
    low, size = 0, (n + CHUNK - 1) >> SHIFT
    tops = s[TOPS] + 2 * x * s[CHUNKS]
    while size > 1:
        half = size >> 1
        low += half * (s[tops + 2 * (low + half - 1)] <= at)
        size -= half
    i = low << SHIFT
    ends = row_of(s, x) + 2 * i + 1
    for k in range(ends, ends + 2 * min(CHUNK, n - i), 2):
        i += s[k] <= at
    return i


@jit
def _wide(s: Ints, x: int, k: int, least: int) -> int:
    """Where the first gap from ``k`` on begins that is so long at least, or -1."""
    n = s[s[COUNT] + x]
    row, most = row_of(s, x), s[TOPS] + 2 * x * s[CHUNKS] + 1
    if k < n and s[most + 2 * (k >> SHIFT)] < least:
        k = (k | (CHUNK - 1)) + 1
    while k < n:
        if k & (CHUNK - 1) == 0:
            while k < n and s[most + 2 * (k >> SHIFT)] < least:
                k += CHUNK
            if k >= n:
                return -1
        if s[row + 2 * k + 1] - s[row + 2 * k] >= least:
            return s[row + 2 * k]
        k += 1
    return -1


@jit
def fit(s: Ints, x: int, at: int, length: int) -> int:
    """First position not before ``at`` with ``length`` free after it, or -1."""
    i = gap_after(s, x, at)
    if i == s[s[COUNT] + x]:
        return -1
    k = row_of(s, x) + 2 * i
    if s[k] < at:
        if s[k + 1] - at >= length:
            return at
        i += 1
    return _wide(s, x, i, length)


@jit
def probe(s: Ints, x: int, start: int, end: int, least: int) -> int:
    """``start`` if ``[start, end)`` is free, else where to look next, or -1."""
    i = gap_after(s, x, start)
    if i == s[s[COUNT] + x]:
        return -1
    k = row_of(s, x) + 2 * i
    if s[k] <= start:
        if s[k + 1] >= end:
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
    k = row_of(s, x) + 2 * i
    if s[k] <= start:
        if s[k + 1] >= end:
            return start, start, start - s[k]
        # What is left of this gap may do for a shorter stay.
        return _wide(s, x, i + 1, least), s[k + 1], 0
    return _wide(s, x, i, least), start, 0


@jit
def measure(s: Ints, x: int, chunk: int) -> None:
    """Find the last end and the longest gap of one chunk anew."""
    k = row_of(s, x) + (chunk << (SHIFT + 1))
    until = k + 2 * min(CHUNK, s[s[COUNT] + x] - (chunk << SHIFT))
    top = s[TOPS] + 2 * (x * s[CHUNKS] + chunk)
    longest = -1
    while k < until:
        longest = max(longest, s[k + 1] - s[k])
        k += 2
    s[top] = s[k - 1]
    s[top + 1] = longest


@entry
def measure_all(s: Ints) -> None:
    """Find last ends and longest gaps of all chunks."""
    for x in range(s[LINES]):
        for chunk in range((s[s[COUNT] + x] + CHUNK - 1) >> SHIFT):
            measure(pointer(s), x, chunk)


@jit
def _renew(s: Ints, x: int, chunk: int, came: int, went: int) -> None:
    """Correct what is known of a chunk that one gap joined and one left."""
    top = s[TOPS] + 2 * (x * s[CHUNKS] + chunk)
    last = min((chunk + 1) << SHIFT, s[s[COUNT] + x]) - 1
    s[top] = s[row_of(s, x) + 2 * last + 1]
    if came >= s[top + 1]:
        s[top + 1] = came
    elif went == s[top + 1]:
        measure(s, x, chunk)


@jit
def drop_gap(s: Ints, x: int, i: int) -> None:
    n = s[s[COUNT] + x] - 1
    row = row_of(s, x)
    for k in range(row + 2 * i, row + 2 * n):
        s[k] = s[k + 2]
    s[s[COUNT] + x] = n
    if i < n or i & (CHUNK - 1):
        measure(s, x, i >> SHIFT)
    for chunk in range((i >> SHIFT) + 1, (n + CHUNK - 1) >> SHIFT):
        # The first gap of the chunk went to the chunk before.
        k = row + (chunk << (SHIFT + 1)) - 2
        went = s[k + 1] - s[k]
        k += 2 * CHUNK
        came = s[k + 1] - s[k] if k < row + 2 * n else -1
        _renew(s, x, chunk, came, went)


@jit
def insert_gap(s: Ints, x: int, i: int, start: int, end: int) -> None:
    n = s[s[COUNT] + x]
    if n + CHUNK >= s[WIDTH]:
        s[FULL] = 1
        return
    row = row_of(s, x)
    for k in range(row + 2 * n + 1, row + 2 * i + 1, -1):
        s[k] = s[k - 2]
    s[row + 2 * i] = start
    s[row + 2 * i + 1] = end
    s[s[COUNT] + x] = n + 1
    if n & (CHUNK - 1) == 0:
        s[s[TOPS] + 2 * (x * s[CHUNKS] + (n >> SHIFT)) + 1] = -1
    measure(s, x, i >> SHIFT)
    for chunk in range((i >> SHIFT) + 1, (n >> SHIFT) + 1):
        # The last gap of the chunk before came to this one.
        k = row + (chunk << (SHIFT + 1))
        came = s[k + 1] - s[k]
        k += 2 * CHUNK
        went = s[k + 1] - s[k] if k <= row + 2 * n else -1
        _renew(s, x, chunk, came, went)


@jit
def take(s: Ints, x: int, start: int, end: int) -> tuple[int, int, int, int]:
    """Occupy a free stretch; the answer undoes it. An empty one splits its gap."""
    i = gap_after(s, x, start)
    k = row_of(s, x) + 2 * i
    if i == s[s[COUNT] + x] or (start == end and start <= s[k]):
        return -1, 0, 0, 0
    a, b = s[k], s[k + 1]
    if a == start and b == end:
        drop_gap(s, x, i)
        return i, a, b, 0
    if a != start and b != end:
        s[k + 1] = start
        insert_gap(s, x, i + 1, end, b)
        measure(s, x, i >> SHIFT)
        return i, a, b, 2
    if a == start:
        s[k] = end
    else:
        s[k + 1] = start
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
    k = row_of(s, x) + 2 * i
    s[k], s[k + 1] = a, b
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
