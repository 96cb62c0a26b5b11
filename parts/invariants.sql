-- ledger_is_on_hand: What lies in a bin is the sum of its ledger.
SELECT l.id AS level, l.on_hand, coalesce(sum(m.quantity), 0) AS ledger
FROM parts_stocklevel l LEFT JOIN parts_stockmovement m ON m.level_id = l.id
GROUP BY l.id
HAVING l.on_hand <> coalesce(sum(m.quantity), 0);

-- ledger_without_gaps: The lines of a level count from one to its last, without gaps.
SELECT l.id AS level, l.last_sequence, count(m.id) AS lines, max(m.sequence) AS last
FROM parts_stocklevel l LEFT JOIN parts_stockmovement m ON m.level_id = l.id
GROUP BY l.id
HAVING l.last_sequence <> count(m.id) OR l.last_sequence <> coalesce(max(m.sequence), 0);

-- ledger_balances: Every line carries the balance of the line before it plus its own.
SELECT id AS movement, level_id AS level, sequence, balance, running
FROM (
    SELECT id, level_id, sequence, balance,
        sum(quantity) OVER (PARTITION BY level_id ORDER BY sequence) AS running
    FROM parts_stockmovement
) lines
WHERE balance <> running;

-- held_of_levels: What is reserved of a bin is the sum of the holds on it.
SELECT l.id AS level, l.reserved, coalesce(sum(r.quantity), 0) AS held
FROM parts_stocklevel l
LEFT JOIN parts_reservation r ON r.level_id = l.id AND r.state = 'HELD'
GROUP BY l.id
HAVING l.reserved <> coalesce(sum(r.quantity), 0);

-- held_of_order_lines: What is spoken for of an order line is the sum of its pegs.
SELECT l.id AS line, l.reserved, coalesce(sum(r.quantity), 0) AS pegged
FROM parts_purchaseorderline l
LEFT JOIN parts_reservation r ON r.order_line_id = l.id AND r.state = 'HELD'
GROUP BY l.id
HAVING l.reserved <> coalesce(sum(r.quantity), 0);

-- reserved_within_on_hand: Nobody is promised more of a bin than lies in it.
SELECT id AS level, on_hand, reserved
FROM parts_stocklevel
WHERE reserved < 0 OR reserved > on_hand OR on_hand < 0;

-- holds_are_whole: Of what is counted in pieces, sets or pairs nobody holds a fraction.
SELECT r.id AS reservation, r.quantity, p.unit
FROM parts_reservation r
LEFT JOIN parts_stocklevel v ON v.id = r.level_id
LEFT JOIN parts_purchaseorderline l ON l.id = r.order_line_id
JOIN parts_part p ON p.id = coalesce(v.part_id, l.part_id)
WHERE r.state = 'HELD' AND p.unit IN ('EACH', 'SET', 'PAIR')
    AND r.quantity <> trunc(r.quantity);

-- pegs_on_the_way: Pegs stand only on lines of orders that are under way.
SELECT r.id AS reservation, o.number, o.state
FROM parts_reservation r
JOIN parts_purchaseorderline l ON l.id = r.order_line_id
JOIN parts_purchaseorder o ON o.id = l.order_id
WHERE r.state = 'HELD' AND o.state <> 'SENT';

-- drawn_is_ledger: What a wish has drawn is what left for it and did not come back.
SELECT d.id AS demand, d.drawn, coalesce(sum(-m.quantity), 0) AS ledger
FROM parts_demand d
LEFT JOIN parts_stockmovement m ON m.subject_key = d.demand_key
    AND m.kind IN ('ISSUE', 'RETURN', 'SHIP', 'REVERSAL')
GROUP BY d.id
HAVING d.drawn <> coalesce(sum(-m.quantity), 0);

-- wishes_in_state: A drawn wish is fulfilled, a whole hold makes it reserved.
SELECT d.id AS demand, d.state, d.quantity, d.drawn, coalesce(sum(r.quantity), 0) AS held
FROM parts_demand d
LEFT JOIN parts_reservation r
    ON r.demand_id = d.id AND r.state = 'HELD' AND r.level_id IS NOT NULL
GROUP BY d.id
HAVING (d.state = 'FULFILLED' AND d.drawn <> d.quantity)
    OR (d.state IN ('OPEN', 'RESERVED') AND d.drawn = d.quantity)
    OR (d.state = 'RESERVED' AND coalesce(sum(r.quantity), 0) < d.quantity - d.drawn)
    OR (d.state = 'OPEN' AND coalesce(sum(r.quantity), 0) >= d.quantity - d.drawn);

-- closed_wishes_hold_nothing: A wish that is drawn or given up holds nothing.
SELECT d.id AS demand, d.state, r.id AS reservation
FROM parts_demand d JOIN parts_reservation r ON r.demand_id = d.id
WHERE r.state = 'HELD' AND d.state IN ('FULFILLED', 'CANCELLED');

-- holds_within_wishes: Nobody holds more than they still want.
SELECT d.id AS demand, d.quantity, d.drawn, sum(r.quantity) AS held
FROM parts_demand d JOIN parts_reservation r ON r.demand_id = d.id AND r.state = 'HELD'
GROUP BY d.id
HAVING sum(r.quantity) > d.quantity - d.drawn;

-- received_is_receipts: What has come of an order line is the sum of its receipts.
SELECT l.id AS line, l.received, coalesce(sum(r.quantity), 0) AS receipts
FROM parts_purchaseorderline l
LEFT JOIN (
    SELECT r.line_id, r.quantity
    FROM parts_receipt r
    WHERE NOT EXISTS (
        SELECT 1 FROM parts_stockmovement u WHERE u.reverses_id = r.movement_id
    )
) r ON r.line_id = l.id
GROUP BY l.id
HAVING l.received <> coalesce(sum(r.quantity), 0);

-- receipts_are_movements: A receipt is a line of the ledger of the same part and amount.
SELECT r.id AS receipt, r.quantity, m.quantity AS moved, m.kind
FROM parts_receipt r
JOIN parts_purchaseorderline l ON l.id = r.line_id
JOIN parts_stockmovement m ON m.id = r.movement_id
JOIN parts_stocklevel v ON v.id = m.level_id
WHERE m.kind <> 'RECEIPT' OR m.quantity <> r.quantity OR v.part_id <> l.part_id;

-- reversals_undo: A reversal is the opposite of the line it names, in the same bin.
SELECT u.id AS reversal, u.quantity, m.id AS movement, m.quantity AS undone
FROM parts_stockmovement u LEFT JOIN parts_stockmovement m ON m.id = u.reverses_id
WHERE (u.kind = 'REVERSAL') <> (u.reverses_id IS NOT NULL)
    OR u.quantity <> -m.quantity OR u.level_id <> m.level_id;

-- moves_have_two_ends: What left one bin by a move reached another.
SELECT command_id, sum(quantity) AS lost
FROM parts_stockmovement
WHERE kind IN ('MOVE_OUT', 'MOVE_IN')
GROUP BY command_id
HAVING sum(quantity) <> 0;

-- kits_have_two_sides: What a kit was made of left in the same command, and the other way
-- round; both sides cost the same, up to the rounding of one piece's cost.
SELECT command_id, count(*) AS lines, sum(quantity * unit_cost) AS lost
FROM parts_stockmovement
WHERE kind IN ('INTO_KIT', 'KIT_MADE', 'KIT_OPENED', 'FROM_KIT')
GROUP BY command_id
HAVING count(*) FILTER (WHERE quantity < 0) = 0
    OR count(*) FILTER (WHERE quantity > 0) = 0
    OR abs(sum(quantity * unit_cost))
        > sum(quantity) FILTER (WHERE quantity > 0) * 0.0001;

-- kits_are_undone_whole: Of a kit's lines all are undone, or none.
SELECT m.command_id, count(*) AS lines, count(u.id) AS undone
FROM parts_stockmovement m LEFT JOIN parts_stockmovement u ON u.reverses_id = m.id
WHERE m.kind IN ('INTO_KIT', 'KIT_MADE', 'KIT_OPENED', 'FROM_KIT')
GROUP BY m.command_id
HAVING count(u.id) NOT IN (0, count(*));

-- successions_end: No number is replaced, step by step, by itself.
WITH RECURSIVE steps (first, part, path) AS (
    SELECT old_id, new_id, ARRAY[old_id, new_id]
    FROM parts_supersession WHERE kind = 'ONE_WAY'
    UNION ALL
    SELECT s.first, n.new_id, s.path || n.new_id
    FROM steps s JOIN parts_supersession n ON n.old_id = s.part AND n.kind = 'ONE_WAY'
    WHERE NOT n.new_id = ANY(s.path[2:])
)
SELECT first AS part, path FROM steps WHERE part = first;

-- one_currency_per_order: The lines of an order are in the order's currency.
SELECT 'purchase' AS kind, o.number, l.currency
FROM parts_purchaseorder o JOIN parts_purchaseorderline l ON l.order_id = o.id
WHERE l.currency <> o.currency
UNION ALL
SELECT 'sale', o.number, l.currency
FROM parts_partsorder o JOIN parts_partsorderline l ON l.order_id = o.id
WHERE l.currency <> o.currency;

-- costs_are_costs: No piece costs less than nothing.
SELECT id AS level, unit_cost FROM parts_stocklevel WHERE unit_cost < 0
UNION ALL
SELECT m.id, m.unit_cost FROM parts_stockmovement m WHERE m.unit_cost < 0;

-- shipped_orders_are_drawn: A shipped order has nothing left to ship.
SELECT o.number, o.state, d.id AS demand
FROM parts_partsorder o
JOIN parts_partsorderline l ON l.order_id = o.id
LEFT JOIN parts_demand d ON d.id = l.demand_id
WHERE o.state IN ('SHIPPED', 'DELIVERED')
    AND (d.id IS NULL OR d.state NOT IN ('FULFILLED', 'CANCELLED')
        OR d.drawn <> l.quantity - l.cancelled);

-- orders_went_step_by_step: An order is in the state of its last step.
SELECT o.number, o.state, e.became
FROM parts_partsorder o
LEFT JOIN LATERAL (
    SELECT became FROM parts_partsorderevent
    WHERE order_id = o.id ORDER BY id DESC LIMIT 1
) e ON true
WHERE o.state IS DISTINCT FROM e.became;

-- steps_follow_steps: Every step of an order begins where the one before it ended.
SELECT order_id AS "order", was, before
FROM (
    SELECT order_id, was,
        lag(became, 1, '') OVER (PARTITION BY order_id ORDER BY id) AS before
    FROM parts_partsorderevent
) steps
WHERE was <> before;

-- picked_is_held: What is on open pick lists is held there for its order.
SELECT l.demand_id AS demand, sl.level_id AS level, sum(sl.quantity) AS picked
FROM parts_shipmentline sl
JOIN parts_shipment s ON s.id = sl.shipment_id AND s.state IN ('PICKING', 'PACKED')
JOIN parts_partsorderline l ON l.id = sl.line_id
GROUP BY l.demand_id, sl.level_id
HAVING sum(sl.quantity) > coalesce((
    SELECT sum(r.quantity) FROM parts_reservation r
    WHERE r.demand_id = l.demand_id AND r.level_id = sl.level_id AND r.state = 'HELD'
), 0);

-- parcels_are_ledger: A line of a parcel that left is one line of the ledger, once.
SELECT sl.id AS line, s.state, sl.quantity, m.quantity AS moved
FROM parts_shipmentline sl
JOIN parts_shipment s ON s.id = sl.shipment_id
LEFT JOIN parts_stockmovement m ON m.id = sl.movement_id
WHERE (s.state IN ('SHIPPED', 'DELIVERED')) <> (m.id IS NOT NULL)
    OR m.kind <> 'SHIP' OR m.quantity <> -sl.quantity OR m.level_id <> sl.level_id;

-- parcels_carry_their_order: A parcel carries lines of its own order.
SELECT s.number, l.order_id AS "order"
FROM parts_shipmentline sl
JOIN parts_shipment s ON s.id = sl.shipment_id
JOIN parts_partsorderline l ON l.id = sl.line_id
WHERE l.order_id <> s.order_id;

-- returns_within_shipped: No more comes back of a line than was shipped.
SELECT r.line_id AS line, r.kind, sum(r.quantity) AS back, d.drawn
FROM parts_return r
JOIN parts_partsorderline l ON l.id = r.line_id
LEFT JOIN parts_demand d ON d.id = l.demand_id
WHERE r.state <> 'REFUSED'
GROUP BY r.line_id, r.kind, d.drawn
HAVING sum(r.quantity) > coalesce(d.drawn, 0);

-- returns_are_ledger: What was taken in from a customer is one line of the ledger.
SELECT r.number, r.quantity, m.kind, m.quantity AS moved
FROM parts_return r JOIN parts_stockmovement m ON m.id = r.movement_id
WHERE m.kind <> 'CUSTOMER_RETURN' OR m.quantity <> r.quantity;

-- one_answer: Only wishes that still want something have an answer with a place.
SELECT a.demand_id AS demand, a.kind, a.available_on
FROM parts_availability a
WHERE (a.available_on IS NULL)
    <> (a.kind IN ('NO_LONGER_MADE', 'NUMBER_UNKNOWN', 'NO_SOURCE'));

-- units_are_on_hand: Of a part kept by serial number as many units lie there as pieces.
SELECT l.id AS level, l.on_hand, count(u.id) AS units
FROM parts_stocklevel l
JOIN parts_part p ON p.id = l.part_id AND p.is_serialised
LEFT JOIN parts_unit u ON u.level_id = l.id
GROUP BY l.id
HAVING l.on_hand <> count(u.id);

-- units_lie_with_their_part: A unit lies in a position of its own part.
SELECT u.id AS unit, u.serial, u.part_id AS part, l.part_id AS lies_with
FROM parts_unit u JOIN parts_stocklevel l ON l.id = u.level_id
WHERE u.part_id <> l.part_id;

-- units_follow_the_ledger: A unit lies where the last line it went with has left it.
SELECT u.id AS unit, u.serial, u.level_id AS lies, last.goes AS ledger
FROM parts_unit u
LEFT JOIN LATERAL (
    SELECT CASE WHEN m.quantity > 0 OR m.kind = 'NUMBERED' THEN m.level_id END AS goes
    FROM parts_unitmove w JOIN parts_stockmovement m ON m.id = w.movement_id
    WHERE w.unit_id = u.id ORDER BY m.id DESC LIMIT 1
) last ON true
WHERE u.level_id IS DISTINCT FROM last.goes;

-- chosen_lie_where_they_are_picked: A unit chosen for an open list lies where its line
-- takes its pieces from; one of a parcel that left went with its line.
SELECT c.id AS chosen, u.serial, s.number, s.state
FROM parts_shipmentunit c
JOIN parts_unit u ON u.id = c.unit_id
JOIN parts_shipmentline l ON l.id = c.line_id
JOIN parts_shipment s ON s.id = l.shipment_id
WHERE (s.state IN ('PICKING', 'PACKED') AND u.level_id IS DISTINCT FROM l.level_id)
    OR (s.state IN ('SHIPPED', 'DELIVERED') AND NOT EXISTS (
        SELECT FROM parts_unitmove w
        WHERE w.unit_id = c.unit_id AND w.movement_id = l.movement_id));

-- chosen_once: A unit is chosen for one open list at a time, and for no more than go.
SELECT c.unit_id AS unit, count(*) AS lists
FROM parts_shipmentunit c
JOIN parts_shipmentline l ON l.id = c.line_id
JOIN parts_shipment s ON s.id = l.shipment_id AND s.state IN ('PICKING', 'PACKED')
GROUP BY c.unit_id
HAVING count(*) > 1;

-- numbers_move_nothing: Giving a piece its number, or giving that up, moves no piece.
SELECT id AS movement, kind, quantity
FROM parts_stockmovement
WHERE (quantity = 0) <> (kind IN ('NUMBERED', 'UNNUMBERED'));

-- owned_are_not_sold: What belongs to a customer is never shipped, goes into no kit and
-- costs nothing.
SELECT l.id AS level, m.id AS movement, m.kind, m.unit_cost
FROM parts_stocklevel l JOIN parts_stockmovement m ON m.level_id = l.id
WHERE l.owner_id IS NOT NULL AND (m.unit_cost <> 0
    OR m.kind IN ('SHIP', 'INTO_KIT', 'KIT_MADE', 'KIT_OPENED', 'FROM_KIT'));

-- held_for_their_owner: A customer's pieces are held only for wishes that name them.
SELECT r.id AS reservation, l.owner_id AS owner, d.owner_id AS wanted_for
FROM parts_reservation r
JOIN parts_stocklevel l ON l.id = r.level_id AND l.owner_id IS NOT NULL
LEFT JOIN parts_demand d ON d.id = r.demand_id
WHERE r.state = 'HELD' AND d.owner_id IS DISTINCT FROM l.owner_id;

-- counts_are_written: The line of a written stocktake corrects its own position.
SELECT c.number, n.id AS line, m.kind, m.quantity
FROM parts_countline n
JOIN parts_count c ON c.id = n.count_id
LEFT JOIN parts_stockmovement m ON m.id = n.movement_id
WHERE (m.id IS NOT NULL AND (
        c.state <> 'POSTED' OR m.kind <> 'COUNT' OR m.level_id <> n.level_id
        OR (n.serials IS NULL AND m.quantity <> n.counted - n.expected)))
    OR (m.id IS NULL AND c.state = 'POSTED' AND n.counted IS DISTINCT FROM n.expected);

-- counted_once: No position is counted by two stocktakes at a time.
SELECT n.level_id AS level, count(*) AS counts
FROM parts_countline n
JOIN parts_count c ON c.id = n.count_id AND c.state IN ('OPEN', 'COUNTED')
GROUP BY n.level_id
HAVING count(*) > 1;

-- orders_end_with_their_lines: An order is under way as long as one of its lines is.
SELECT o.number, o.state, count(l.id) AS open_lines
FROM parts_purchaseorder o
LEFT JOIN parts_purchaseorderline l
    ON l.order_id = o.id AND l.received < l.quantity AND l.closed_at IS NULL
WHERE o.state IN ('SENT', 'RECEIVED')
GROUP BY o.id
HAVING (o.state = 'SENT') <> (count(l.id) > 0);

-- arrivals_have_wishes: Nobody is told that something is here which nobody wanted.
SELECT a.group_key
FROM parts_grouparrival a
WHERE NOT EXISTS (SELECT FROM parts_demand d WHERE d.group_key = a.group_key);

-- landed_is_shared: A landed cost is the sum of its shares, in their site's currency.
SELECT c.id AS cost, c.amount, coalesce(sum(s.amount), 0) AS shares
FROM parts_landedcost c
LEFT JOIN parts_landedshare s ON s.cost_id = c.id
LEFT JOIN parts_stockmovement m ON m.id = s.movement_id
LEFT JOIN parts_stocklevel l ON l.id = m.level_id
LEFT JOIN parts_bin b ON b.id = l.bin_id
LEFT JOIN workshop_site w ON w.id = b.site_id
GROUP BY c.id
HAVING c.amount <> coalesce(sum(s.amount), 0)
    OR bool_or(w.currency <> c.currency OR l.owner_id IS NOT NULL);

-- landed_raises: A landed cost raises what it is borne by, and only that.
SELECT s.id AS share, s.into_stock, s.unit_cost_before, s.unit_cost_after
FROM parts_landedshare s
WHERE s.unit_cost_after < s.unit_cost_before
    OR (s.into_stock = 0 AND s.unit_cost_after <> s.unit_cost_before);

-- landed_is_taken_back: Of an undone landed cost the shares taken back add up, to no
-- more than the stock bore, from pieces of its parts.
SELECT r.id AS reversal, r.amount
FROM parts_landedreversal r
LEFT JOIN parts_landedtaken t ON t.reversal_id = r.id
LEFT JOIN parts_stockmovement m ON m.id = t.movement_id
LEFT JOIN parts_stocklevel l ON l.id = m.level_id
GROUP BY r.id
HAVING r.amount <> coalesce(sum(t.amount), 0)
    OR r.amount > (
        SELECT sum(into_stock) FROM parts_landedshare WHERE cost_id = r.cost_id
    )
    OR bool_or(l.owner_id IS NOT NULL)
    OR bool_or(NOT EXISTS (
        SELECT FROM parts_landedshare s
        JOIN parts_stockmovement sm ON sm.id = s.movement_id
        JOIN parts_stocklevel sl ON sl.id = sm.level_id
        WHERE s.cost_id = r.cost_id AND sl.part_id = l.part_id
    )) FILTER (WHERE t.id IS NOT NULL);

-- life_is_its_newest_step: A part's life is what its newest step made of it.
SELECT p.id AS part, p.life, c.became
FROM parts_part p
JOIN LATERAL (
    SELECT became FROM parts_lifechange WHERE part_id = p.id
    ORDER BY noted_at DESC, id DESC LIMIT 1
) c ON true
WHERE p.life <> c.became;

-- replaced_wishes_say_so: A wish that was moved keeps what was agreed to, one that came
-- back to it does not.
SELECT d.id AS demand, d.part_id AS part, d.replaces_part_id AS agreed, f.old_id AS first
FROM parts_demand d
JOIN LATERAL (
    SELECT old_id FROM parts_replacement WHERE demand_id = d.id ORDER BY id LIMIT 1
) f ON true
WHERE d.replaces_part_id IS DISTINCT FROM
    CASE WHEN d.part_id = f.old_id THEN NULL ELSE f.old_id END;

-- kits_end: No kit holds itself, however deep.
WITH RECURSIVE steps (first, part, path) AS (
    SELECT kit_id, component_id, ARRAY[kit_id, component_id] FROM parts_kitline
    UNION ALL
    SELECT s.first, k.component_id, s.path || k.component_id
    FROM steps s JOIN parts_kitline k ON k.kit_id = s.part
    WHERE NOT k.component_id = ANY(s.path[2:])
)
SELECT first AS kit, path FROM steps WHERE part = first;

-- files_are_counted: A checked file has a row for each of its lines, counted by result.
SELECT i.id AS import, i.state, i.rows_new, i.rows_changed, i.rows_same, i.rows_refused,
    count(r.id) AS rows
FROM parts_import i LEFT JOIN parts_importrow r ON r.run_id = i.id
WHERE i.state IN ('CHECKED', 'WRITING', 'DONE')
GROUP BY i.id
HAVING i.rows_new <> count(r.id) FILTER (WHERE r.verdict = 'NEW')
    OR i.rows_changed <> count(r.id) FILTER (WHERE r.verdict = 'CHANGED')
    OR i.rows_same <> count(r.id) FILTER (WHERE r.verdict = 'SAME')
    OR i.rows_refused <> count(r.id) FILTER (WHERE r.verdict = 'REFUSED');

-- files_are_whole: Of a file that was to be whole no row was refused.
SELECT i.id AS import, r.line
FROM parts_import i JOIN parts_importrow r ON r.run_id = i.id
WHERE i.state = 'DONE' AND i.mode = 'ALL_OR_NOTHING' AND r.verdict = 'REFUSED';
