"""Operations tied together by maximum lags, which have to be placed as one.

A group is a strongly connected component of the graph with an edge along every
precedence and one back along every maximum lag; between groups no cycle is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workshop.planner.shop import Shop


def components(after: Sequence[Sequence[int]]) -> list[list[int]]:
    """Strongly connected components, sinks first (Tarjan, without recursion)."""
    walk = _Walk(after)
    for root in range(len(after)):
        if walk.index[root] < 0:
            walk.from_root(root)
    return walk.out


class _Walk:
    """The state of one depth-first walk."""

    def __init__(self, after: Sequence[Sequence[int]]) -> None:
        self.after = after
        self.index = [-1] * len(after)
        self.low = [0] * len(after)
        self.on = [False] * len(after)
        self.stack: list[int] = []
        self.out: list[list[int]] = []
        self.count = 0

    def from_root(self, root: int) -> None:
        path = [(root, self._enter(root))]
        while path:
            node, targets = path[-1]
            other = next(targets, -1)
            if other < 0:
                path.pop()
                self._leave(node)
                if path:
                    parent = path[-1][0]
                    self.low[parent] = min(self.low[parent], self.low[node])
            elif self.index[other] < 0:
                path.append((other, self._enter(other)))
            elif self.on[other]:
                self.low[node] = min(self.low[node], self.index[other])

    def _enter(self, node: int) -> Iterator[int]:
        self.index[node] = self.low[node] = self.count
        self.count += 1
        self.stack.append(node)
        self.on[node] = True
        return iter(self.after[node])

    def _leave(self, node: int) -> None:
        """Close the component that ``node`` is the root of, if it is one."""
        if self.low[node] != self.index[node]:
            return
        component: list[int] = []
        while not component or component[-1] != node:
            component.append(self.stack.pop())
            self.on[component[-1]] = False
        self.out.append(component)


def groups_of(shop: Shop, placed: Sequence[bool]) -> Groups:
    """The groups of a shop, found once for the same operations that stay."""
    key = bytes(placed)
    found = shop.groups.get(key)
    if found is None:
        found = shop.groups[key] = Groups(shop, placed)
    return found


class Groups:
    """The groups of a shop's movable operations, with the order between them."""

    def __init__(self, shop: Shop, placed: Sequence[bool]) -> None:
        """``placed`` marks operations that are not to be moved."""
        movable = [i for i in range(shop.size) if not placed[i]]
        edges: list[list[int]] = [[] for _ in range(shop.size)]
        for i in movable:
            for j, _, longest in shop.after[i]:
                if placed[j]:
                    continue
                edges[i].append(j)
                if longest is not None:
                    edges[j].append(i)
        rank = depths(shop, placed)
        found = [c for c in components(edges) if not placed[c[0]]]
        self.members = [sorted(c, key=lambda i: (rank[i], i)) for c in reversed(found)]
        self.of = [-1] * shop.size
        for g, members in enumerate(self.members):
            for i in members:
                self.of[i] = g
        self._link(shop, movable)

    def _link(self, shop: Shop, movable: list[int]) -> None:
        after: list[set[int]] = [set() for _ in self.members]
        for i in movable:
            for j, _, _ in shop.after[i]:
                if self.of[j] not in (-1, self.of[i]):
                    after[self.of[i]].add(self.of[j])
        self.after = [sorted(s) for s in after]
        self.waiting = [0] * len(self.members)
        for targets in self.after:
            for g in targets:
                self.waiting[g] += 1


def depths(shop: Shop, placed: Sequence[bool]) -> list[int]:
    """Rank of each operation such that predecessors come first; cycles stay at 0."""
    return _ranks(shop, placed)[0]


def _ranks(shop: Shop, placed: Sequence[bool]) -> tuple[list[int], int]:
    """As ``_ranked``, found once for the same operations that stay."""
    key = bytes(placed)
    found = shop.ranks.get(key)
    if found is None:
        found = shop.ranks[key] = _ranked(shop, placed)
    return found


def _ranked(shop: Shop, placed: Sequence[bool]) -> tuple[list[int], int]:
    """The ranks, and how many operations are on no cycle and behind none."""
    rank = [0] * shop.size
    if any(placed):
        waiting = [sum(not placed[j] for j, _, _ in x) for x in shop.before]
    else:
        waiting = [len(x) for x in shop.before]
    ready = [i for i in range(shop.size) if not waiting[i] and not placed[i]]
    for i in ready:
        behind = rank[i] + 1
        for j, _, _ in shop.after[i]:
            if rank[j] < behind:
                rank[j] = behind
            waiting[j] -= 1
            if not waiting[j] and not placed[j]:
                ready.append(j)
    return rank, len(ready)


def cycle(shop: Shop) -> list[int]:
    """Operations that wait for each other, or an empty list."""
    if _ranks(shop, [False] * shop.size)[1] == shop.size:
        return []
    edges = [[j for j, _, _ in after] for after in shop.after]
    for component in components(edges):
        if len(component) > 1 or component[0] in edges[component[0]]:
            return sorted(component)
    return []
