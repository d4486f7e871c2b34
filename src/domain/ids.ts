/** Twelve characters from the generator for keys: also where `crypto.randomUUID` is missing (plain http). */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => (byte % 36).toString(36)).join('');
}
