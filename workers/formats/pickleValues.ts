/** What a pickle may consist of here: plain data, tensors' descriptions, and things that are named and not built. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array<ArrayBuffer>
  | PickledList
  | PickledDict
  | PickledGlobal
  | PickledObject
  | PickledCall
  | PickledReference;

/** A list, tuple or set. */
export class PickledList {
  readonly items: Pickled[];
  constructor(items: Pickled[] = []) {
    this.items = items;
  }
}

/** A dict, by its entries in order. */
export class PickledDict {
  readonly entries: [key: Pickled, value: Pickled][] = [];
}

/** A class or function by its name: `torch._utils._rebuild_tensor_v2`. It is never looked up. */
export class PickledGlobal {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** An object of a class that is not read: only its name is kept. */
export class PickledObject {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A call of an allowed function, not made: its name and arguments, and the state that was set on what it would have given. */
export class PickledCall {
  readonly name: string;
  readonly args: readonly Pickled[];
  state: Pickled = null;
  constructor(name: string, args: readonly Pickled[]) {
    this.name = name;
    this.args = args;
  }
}

/** A persistent id: how PyTorch points at the bytes of a tensor. */
export class PickledReference {
  readonly id: readonly Pickled[];
  constructor(id: readonly Pickled[]) {
    this.id = id;
  }
}
