const IMPORTS = 2;
const MEMORIES = 5;
const MEMORY = 2;
/** Bits of a memory's limits. */
const HAS_MOST = 1;
const SHARED = 2;

/**
 * The same WebAssembly module with its memory, imported or its own, declared as shared between threads: one bit, which changes
 * nothing that the code does. Null where there is no memory with a greatest size, which a shared one must have.
 */
export function withSharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const at = limitsOfMemory(module);
  if (at === null || !((module[at] ?? 0) & HAS_MOST)) return null;
  const shared = module.slice();
  shared[at] = HAS_MOST | SHARED;
  return shared;
}

/** Where the limits of the module's memory begin: after 8 bytes of header, sections of an id, a length and their bytes. */
function limitsOfMemory(module: Uint8Array): number | null {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skipName = (): void => {
    const length = number();
    at += length;
  };
  while (at < module.length) {
    const id = module[at++];
    const end = number() + at;
    if (id === MEMORIES && number() > 0) return at;
    if (id === IMPORTS) {
      for (let left = number(); left > 0; left--) {
        skipName();
        skipName();
        if (module[at++] === MEMORY) return at;
        // These modules import only functions besides; for a function its type follows.
        number();
      }
    }
    at = end;
  }
  return null;
}
