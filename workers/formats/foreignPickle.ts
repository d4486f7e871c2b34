/** What a pickle is called, and what to do with it; null for what is no pickle. */
export function pickleKind(head: Uint8Array): { readonly what: string; readonly hint: string } | null {
  const text = String.fromCharCode(...head);
  const binary = head[0] === 0x80 && head[1] !== undefined && head[1] >= 2 && head[1] <= 5;
  if (!binary && !isOldPickle(text)) return null;
  if (/joblib/.test(text)) {
    return {
      what: 'a file of joblib, which is a Python pickle: a program, which is never run here',
      hint: 'Save the array itself: numpy.save("features.npy", joblib.load(path)).',
    };
  }
  return {
    what: 'a Python pickle, which is a program and is never run here',
    hint: /DataFrame|pandas/.test(text)
      ? 'Save the table as CSV or Parquet: pandas.read_pickle(path).to_parquet("table.parquet").'
      : 'Save the data as CSV or with numpy.save.',
  };
}

/**
 * Protocols 0 and 1 have no mark of their own. They begin with a collection that is kept as the first memo, or with a name in
 * two lines that an argument follows.
 */
const isOldPickle = (text: string): boolean =>
  /^(\((lp|dp)\d+\n|[\]}]q\0|\(q\0|c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n(\(|p\d+\n|q[\0-\x08]))/.test(text);
