import { PickleBytes, PickleRefusal } from './pickleBytes';
import { literal } from './pickleLiterals';
import {
  PickledCall,
  PickledDict,
  PickledGlobal,
  PickledList,
  PickledObject,
  PickledReference,
  type Pickled,
} from './pickleValues';

/** No file of features needs more than these. */
const MOST_OPCODES = 20_000_000;
const MOST_VALUES = 8_000_000;

export interface ReadPickle {
  readonly value: Pickled;
  /** Every persistent id in it. */
  readonly references: readonly PickledReference[];
  /** Where it ends. */
  readonly end: number;
}

/** What lies below values that belong together. */
const MARK = Symbol('mark');
type Entry = Pickled | typeof MARK;

/**
 * Reads one pickle (protocols 2 to 5) that starts at `start`, as data: no class is looked up and nothing is called. Calls of the
 * functions named in `calls` are kept as calls, every other object as its class's name. Throws
 * `PickleRefusal`, also when it is too large, too deep or damaged.
 */
export function readPickle(bytes: Uint8Array<ArrayBuffer>, start: number, calls: ReadonlySet<string>): ReadPickle {
  return new Machine(bytes, start, calls).run();
}

/** A stack machine with the few opcodes that data need. */
class Machine {
  readonly #bytes: PickleBytes;
  readonly #calls: ReadonlySet<string>;
  readonly #stack: Entry[] = [];
  readonly #references: PickledReference[] = [];
  readonly #memo = new Map<number, Pickled>();
  #values = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>, start: number, calls: ReadonlySet<string>) {
    this.#bytes = new PickleBytes(bytes, start);
    this.#calls = calls;
  }

  run(): ReadPickle {
    for (let steps = 0; steps < MOST_OPCODES; steps++) {
      const code = this.#bytes.unsigned(1);
      if (code === 0x2e) return { value: this.#pop(), references: this.#references, end: this.#bytes.at };
      if (
        !this.#frame(code) &&
        !this.#literal(code) &&
        !this.#collection(code) &&
        !this.#memory(code) &&
        !this.#object(code)
      )
        throw new PickleRefusal(`it has the opcode ${code}, which data do not need`);
      if (this.#stack.length > MOST_VALUES || this.#values > MOST_VALUES)
        throw new PickleRefusal('it holds too many values');
    }
    throw new PickleRefusal('it is too long');
  }

  #frame(code: number): boolean {
    if (code !== 0x80 && code !== 0x95) return false;
    this.#bytes.take(code === 0x80 ? 1 : 8);
    return true;
  }

  #literal(code: number): boolean {
    const value = literal(code, this.#bytes);
    return value !== undefined && this.#push(value);
  }

  #collection(code: number): boolean {
    switch (code) {
      case 0x28:
        this.#stack.push(MARK);
        return true;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        return this.#push(new PickledList());
      case 0x7d: // EMPTY_DICT
        return this.#push(new PickledDict());
      case 0x6c: // LIST
      case 0x74: // TUPLE
      case 0x91: // FROZENSET
        return this.#push(new PickledList(this.#popMark()));
      case 0x85: // TUPLE1, TUPLE2, TUPLE3
      case 0x86:
      case 0x87:
        return this.#push(new PickledList(this.#popMany(code - 0x84)));
      case 0x61: // APPEND
        return this.#extend(this.#popMany(1));
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.#extend(this.#popMark());
      case 0x73: // SETITEM
        return this.#assign(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#assign(this.#popMark());
      case 0x64: {
        // DICT
        const values = this.#popMark();
        this.#push(new PickledDict());
        return this.#assign(values);
      }
      case 0x30: // POP
        if (this.#stack.pop() === undefined) throw damaged();
        return true;
      case 0x31: // POP_MARK
        this.#popMark();
        return true;
      default:
        return false;
    }
  }

  #memory(code: number): boolean {
    switch (code) {
      case 0x71: // BINPUT
        return this.#remember(this.#bytes.unsigned(1));
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#bytes.unsigned(4));
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#bytes.unsigned(1));
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#bytes.unsigned(4));
      default:
        return false;
    }
  }

  #object(code: number): boolean {
    switch (code) {
      case 0x63: // GLOBAL
        return this.#global(this.#bytes.line(), this.#bytes.line());
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw damaged();
        return this.#global(module, name);
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [callee, args] = this.#popMany(2);
        return this.#call(callee, args);
      }
      case 0x92: {
        // NEWOBJ_EX
        const [callee, args] = this.#popMany(3);
        return this.#call(callee, args);
      }
      case 0x62: // BUILD
        return this.#setState(this.#pop());
      case 0x51: {
        // BINPERSID
        const id = this.#pop();
        const reference = new PickledReference(id instanceof PickledList ? id.items : [id]);
        this.#references.push(reference);
        return this.#push(reference);
      }
      default:
        return false;
    }
  }

  #global(module: string, name: string): boolean {
    if (module.length + name.length > 1000) throw damaged();
    return this.#push(new PickledGlobal(`${module}.${name}`));
  }

  /** Notes a call; makes none. */
  #call(callee: Pickled | undefined, args: Pickled | undefined): boolean {
    if (callee instanceof PickledObject) return this.#push(callee);
    // The old form names a module's class and its source by a persistent id.
    const named = callee instanceof PickledReference && callee.id[0] === 'module' ? callee.id[1] : null;
    if (named instanceof PickledGlobal) return this.#push(new PickledObject(named.name));
    if (!(callee instanceof PickledGlobal) || !(args instanceof PickledList)) throw damaged();
    if (callee.name === 'collections.OrderedDict' || callee.name === 'builtins.dict') {
      const dict = new PickledDict();
      const pairs = args.items[0];
      if (pairs instanceof PickledList)
        for (const pair of pairs.items)
          if (pair instanceof PickledList) dict.entries.push([pair.items[0] ?? null, pair.items[1] ?? null]);
      return this.#push(dict);
    }
    return this.#push(
      this.#calls.has(callee.name) ? new PickledCall(callee.name, args.items) : new PickledObject(callee.name),
    );
  }

  #setState(state: Pickled): boolean {
    const target = this.#top();
    if (target instanceof PickledCall) target.state = state;
    return true;
  }

  #extend(values: Pickled[]): boolean {
    const list = this.#top();
    if (list instanceof PickledList) for (const value of values) list.items.push(value);
    else if (!(list instanceof PickledObject || list instanceof PickledCall)) throw damaged();
    return true;
  }

  #assign(values: Pickled[]): boolean {
    const dict = this.#top();
    if (values.length % 2 === 1) throw damaged();
    if (dict instanceof PickledDict)
      for (let i = 0; i < values.length; i += 2) dict.entries.push([values[i] ?? null, values[i + 1] ?? null]);
    else if (!(dict instanceof PickledObject || dict instanceof PickledCall)) throw damaged();
    return true;
  }

  #remember(place: number): boolean {
    this.#memo.set(place, this.#top());
    if (this.#memo.size > MOST_VALUES) throw new PickleRefusal('it holds too many values');
    return true;
  }

  #recall(place: number): boolean {
    const value = this.#memo.get(place);
    if (value === undefined) throw damaged();
    return this.#push(value);
  }

  #push(value: Pickled): true {
    this.#stack.push(value);
    this.#values++;
    return true;
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw damaged();
    return value;
  }

  #top(): Pickled {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw damaged();
    return value;
  }

  #popMany(number: number): Pickled[] {
    const values: Pickled[] = [];
    for (let i = 0; i < number; i++) values.push(this.#pop());
    return values.reverse();
  }

  #popMark(): Pickled[] {
    const place = this.#stack.lastIndexOf(MARK);
    if (place < 0) throw damaged();
    const values = this.#stack.splice(place);
    return values.filter((value) => value !== MARK);
  }
}

const damaged = (): PickleRefusal => new PickleRefusal('it is damaged');
