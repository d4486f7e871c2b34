/** Interactions under indices, before they are split: parallel columns. */
export interface Rows {
  readonly users: Int32Array<ArrayBuffer>;
  readonly items: Int32Array<ArrayBuffer>;
  readonly ratings: Float32Array<ArrayBuffer> | null;
  readonly timestamps: Float64Array<ArrayBuffer> | null;
  readonly labels: Uint8Array<ArrayBuffer> | null;
  /** Line of each row in its file. */
  readonly lines: Int32Array<ArrayBuffer>;
}

export interface Deduplicated {
  readonly rows: Rows;
  readonly removed: number;
  /** Removed rows whose split label differs from that of the row kept. */
  readonly acrossSplits: number;
  /** Line of the first row removed, and of the first one removed across splits. */
  readonly firstLine: number | null;
  readonly firstLineAcross: number | null;
}

/** Keeps the first of the rows with the same user and item, with the rating of the last. */
export function deduplicate(rows: Rows, users: number, items: number): Deduplicated {
  const { starts, order } = rowsByUser(rows.users, users);
  const keep = new Uint8Array(rows.users.length).fill(1);
  const ratings = rows.ratings?.slice() ?? null;
  const seenBy = new Int32Array(items).fill(-1);
  const firstRow = new Int32Array(items);
  let removed = 0;
  let acrossSplits = 0;
  let firstLine: number | null = null;
  let firstLineAcross: number | null = null;
  for (let user = 0; user < users; user++) {
    for (let at = starts[user] ?? 0; at < (starts[user + 1] ?? 0); at++) {
      const row = order[at] ?? 0;
      const item = rows.items[row] ?? 0;
      if (seenBy[item] !== user) {
        seenBy[item] = user;
        firstRow[item] = row;
        continue;
      }
      const first = firstRow[item] ?? 0;
      const line = rows.lines[row] ?? 0;
      keep[row] = 0;
      removed++;
      if (ratings) ratings[first] = ratings[row] ?? 0;
      if (firstLine === null || line < firstLine) firstLine = line;
      if (rows.labels && rows.labels[first] !== rows.labels[row]) {
        acrossSplits++;
        if (firstLineAcross === null || line < firstLineAcross) firstLineAcross = line;
      }
    }
  }
  const kept = removed === 0 ? rows : selectRows({ ...rows, ratings }, keep);
  return { rows: kept, removed, acrossSplits, firstLine, firstLineAcross };
}

/** Rows of each user in their order: user `u` has `order[starts[u] … starts[u + 1])`. */
export function rowsByUser(column: Int32Array, users: number): { starts: Int32Array; order: Int32Array } {
  const starts = new Int32Array(users + 1);
  for (const user of column) starts[user + 1] = (starts[user + 1] ?? 0) + 1;
  for (let user = 0; user < users; user++) starts[user + 1] = (starts[user + 1] ?? 0) + (starts[user] ?? 0);
  const next = starts.slice();
  const order = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const user = column[row] ?? 0;
    const at = next[user] ?? 0;
    order[at] = row;
    next[user] = at + 1;
  }
  return { starts, order };
}

/** The rows marked 1. */
export function selectRows(rows: Rows, keep: Uint8Array): Rows {
  const chosen = (_: number, row: number): boolean => keep[row] === 1;
  return {
    users: rows.users.filter(chosen),
    items: rows.items.filter(chosen),
    ratings: rows.ratings?.filter(chosen) ?? null,
    timestamps: rows.timestamps?.filter(chosen) ?? null,
    labels: rows.labels?.filter(chosen) ?? null,
    lines: rows.lines.filter(chosen),
  };
}

export interface Filtered {
  readonly rows: Rows;
  /** Old index per new index; null when nobody was removed. */
  readonly keptUsers: Int32Array<ArrayBuffer> | null;
  readonly keptItems: Int32Array<ArrayBuffer> | null;
}

/**
 * Removes users with fewer than `max(kCore, minUser)` and items with fewer than `kCore` interactions until none is left to
 * remove, then closes the gaps of the numbering. With `kCore ≤ 1` no item is removed.
 */
export function filterRows(rows: Rows, users: number, items: number, kCore: number, minUser: number): Filtered {
  const userLeast = Math.max(kCore > 1 ? kCore : 0, minUser);
  const itemLeast = kCore > 1 ? kCore : 0;
  if (userLeast <= 0 && itemLeast <= 0) return { rows, keptUsers: null, keptItems: null };
  const keep = new Uint8Array(rows.users.length).fill(1);
  const degree = (column: Int32Array, size: number): Int32Array => {
    const degrees = new Int32Array(size);
    for (let row = 0; row < column.length; row++) {
      const index = column[row] ?? 0;
      if (keep[row]) degrees[index] = (degrees[index] ?? 0) + 1;
    }
    return degrees;
  };
  let userDegrees = degree(rows.users, users);
  let itemDegrees = degree(rows.items, items);
  for (let removed = true; removed;) {
    removed = false;
    for (let row = 0; row < keep.length; row++) {
      if (!keep[row]) continue;
      if (
        (userDegrees[rows.users[row] ?? 0] ?? 0) >= userLeast &&
        (itemDegrees[rows.items[row] ?? 0] ?? 0) >= itemLeast
      )
        continue;
      keep[row] = 0;
      removed = true;
    }
    userDegrees = degree(rows.users, users);
    itemDegrees = degree(rows.items, items);
  }
  const kept = selectRows(rows, keep);
  const survivors = (degrees: Int32Array, least: number): Int32Array<ArrayBuffer> | null => {
    const list = Int32Array.from([...degrees.keys()].filter((index) => (degrees[index] ?? 0) >= least));
    return list.length === degrees.length ? null : list;
  };
  const keptUsers = survivors(userDegrees, userLeast);
  const keptItems = survivors(itemDegrees, itemLeast);
  return {
    rows: { ...kept, users: renumber(kept.users, keptUsers, users), items: renumber(kept.items, keptItems, items) },
    keptUsers,
    keptItems,
  };
}

function renumber(column: Int32Array<ArrayBuffer>, kept: Int32Array | null, size: number): Int32Array<ArrayBuffer> {
  if (!kept) return column;
  const fresh = new Int32Array(size).fill(-1);
  kept.forEach((old, index) => (fresh[old] = index));
  return column.map((old) => fresh[old] ?? -1);
}
