/** The compiled kernels; arguments are addresses on the heap of the WASM backend, and sizes. */
export interface SimdKernels {
  /** Threads that a kernel may use; where one takes scratch, each of them takes so much. */
  readonly threads: number;
  adam(
    theta: number,
    result: number,
    first: number,
    second: number,
    gradient: number,
    length: number,
    beta1: number,
    beta2: number,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    epsilon: number,
    weightDecay: number,
    stepSize: number,
    scale: number,
    shrink: number,
  ): void;
  compare(x: number, result: number, length: number, limit: number, orEqual: boolean): void;
  csrProduct(
    pointers: number,
    columns: number,
    values: number,
    x: number,
    addend: number,
    result: number,
    rows: number,
    width: number,
    scale: number,
  ): void;
  divergences(
    a: number,
    b: number,
    rowWeights: number,
    columnWeights: number,
    result: number,
    rows: number,
    columns: number,
  ): void;
  divergenceSlope(
    a: number,
    b: number,
    rowWeights: number,
    columnWeights: number,
    result: number,
    rows: number,
    columns: number,
  ): void;
  exponential(x: number, result: number, length: number): void;
  expSums(x: number, result: number, rows: number, columns: number, scale: number, shift: number): void;
  plusShares(x: number, sums: number, base: number, result: number, rows: number, columns: number): void;
  labelledSlope(
    x: number,
    slopes: number,
    weights: number,
    near: number,
    own: number,
    result: number,
    rows: number,
    columns: number,
    nearWidth: number,
    ownWidth: number,
    count: number,
    scale: number,
    shift: number,
  ): void;
  hyperbolicTangent(x: number, result: number, length: number): void;
  sums(x: number, result: number, outer: number, depth: number, inner: number): void;
  halves(
    x: number,
    indices: number,
    result: number,
    rows: number,
    count: number,
    words: number,
    columns: number,
  ): number;
  gatherRows(x: number, indices: number, result: number, rows: number, count: number, width: number): number;
  copyColumns(from: number, to: number, rows: number, fromWidth: number, toWidth: number, taken: number): void;
  packedNumbers(k: number, n: number): number;
  /** Rows `first` to `last` of `m`. */
  matMul(
    a: number,
    b: number,
    packed: number,
    result: number,
    m: number,
    k: number,
    n: number,
    turnedA: boolean,
    turnedB: boolean,
    first: number,
    last: number,
  ): void;
  /** Rows `first` to `last` of `count`; `found` is scratch of `known` numbers. */
  neighbourShares(
    x: number,
    items: number,
    mask: number,
    places: number,
    weights: number,
    found: number,
    result: number,
    count: number,
    known: number,
    most: number,
    scale: number,
    first: number,
    last: number,
  ): void;
  neighbourSharesSlope(
    x: number,
    items: number,
    mask: number,
    places: number,
    weights: number,
    sums: number,
    dy: number,
    found: number,
    result: number,
    count: number,
    known: number,
    most: number,
    scale: number,
    first: number,
    last: number,
  ): void;
  maskedTopK(
    scores: number,
    ids: number,
    pointers: number,
    masked: number,
    result: number,
    rows: number,
    columns: number,
    k: number,
  ): void;
  expertScores(
    users: number,
    items: number,
    output: number,
    hiddenWeights: number,
    hiddenBias: number,
    result: number,
    scratch: number,
    rows: number,
    columns: number,
    first: number,
    last: number,
    experts: number,
    width: number,
    top: number,
    mlp: number,
    hidden: number,
  ): void;
}
