/** A value as JSON has it. Whole numbers that a float64 cannot hold are kept as their digits. */
export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal };

/** Deeper than any record of a dataset. */
const DEEPEST = 64;

/** The value that a text holds: JSON, or a Python literal (`'text'`, `None`, `True`, tuples). Undefined when it is neither. */
export function parseLiteral(text: string): Literal | undefined {
  // `JSON.parse` is ten times faster, but rounds ids of 17 digits and more.
  if (!/\d{16}/.test(text)) {
    try {
      const value: unknown = JSON.parse(text);
      return isLiteral(value) ? value : undefined;
    } catch {
      // Perhaps Python's.
    }
  }
  try {
    return new Reader(text).whole();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What `JSON.parse` returns is one by construction. */
const isLiteral = (value: unknown): value is Literal => value !== undefined;

const WORDS: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
  ['None', null],
  ['NaN', 'NaN'],
  ['nan', 'NaN'],
  ['Infinity', 'Infinity'],
  ['inf', 'Infinity'],
]);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\n': '' };

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): Literal {
    const value = this.value(0);
    this.blanks();
    if (this.at < this.text.length) throw new SyntaxError('text after the value');
    return value;
  }

  private blanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private next(): string {
    this.blanks();
    return this.text[this.at] ?? '';
  }

  private value(depth: number): Literal {
    if (depth > DEEPEST) throw new SyntaxError('nested too deeply');
    const sign = this.next();
    if (sign === '{') return this.object(depth);
    if (sign === '[') return this.list(']', depth);
    if (sign === '(') return this.list(')', depth);
    const prefix = /^[ub](?=['"])/.exec(this.text.slice(this.at, this.at + 2));
    if (prefix) this.at++;
    if (prefix || sign === '"' || sign === "'") return this.string();
    return this.word();
  }

  private object(depth: number): Literal {
    const entries: [string, Literal][] = [];
    this.at++;
    while (this.next() !== '}') {
      const key = this.value(depth + 1);
      if (typeof key === 'object') throw new SyntaxError('a key that is no text');
      if (this.next() !== ':') throw new SyntaxError('a key without a value');
      this.at++;
      entries.push([String(key), this.value(depth + 1)]);
      if (this.next() === ',') this.at++;
      else if (this.next() !== '}') throw new SyntaxError('no comma between members');
    }
    this.at++;
    return Object.fromEntries(entries);
  }

  private list(end: string, depth: number): Literal {
    const values: Literal[] = [];
    this.at++;
    while (this.next() !== end) {
      values.push(this.value(depth + 1));
      if (this.next() === ',') this.at++;
      else if (this.next() !== end) throw new SyntaxError('no comma between values');
    }
    this.at++;
    return values;
  }

  private string(): string {
    const mark = this.text[this.at] ?? '';
    let value = '';
    for (this.at++; ; this.at++) {
      const sign = this.text[this.at];
      if (sign === undefined) throw new SyntaxError('a text that does not end');
      if (sign === mark) break;
      value += sign === '\\' ? this.escape() : sign;
    }
    this.at++;
    return value;
  }

  private escape(): string {
    const sign = this.text[++this.at] ?? '';
    const digits = sign === 'u' ? 4 : sign === 'x' ? 2 : 0;
    if (digits === 0) return ESCAPES[sign] ?? sign;
    const code = Number.parseInt(this.text.slice(this.at + 1, this.at + 1 + digits), 16);
    this.at += digits;
    return Number.isNaN(code) ? '' : String.fromCharCode(code);
  }

  private word(): Literal {
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0] ?? '';
    this.at += word.length;
    const known = WORDS.get(word);
    if (known !== undefined) return known;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) throw new SyntaxError(`no value: ${word.slice(0, 20)}`);
    const value = Number(word);
    return /^-?\d+$/.test(word) && !Number.isSafeInteger(value) ? word : value;
  }
}

const WORD = /[\w.+-]+/y;
