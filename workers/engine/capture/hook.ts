/** Puts a method of an object's own before the one it has; answers what takes it away again. */
export function hook<T extends object, K extends keyof T>(target: T, key: K, made: (before: T[K]) => T[K]): () => void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  target[key] = made(target[key]);
  return () => {
    Reflect.deleteProperty(target, key);
    if (own) Object.defineProperty(target, key, own);
  };
}

/** Hears of every call of a method that has several forms, after it was made; answers what ends that. */
export function listen(target: object, key: string, heard: (given: readonly unknown[]) => void): () => void {
  const before: unknown = Reflect.get(target, key);
  if (typeof before !== 'function') throw new Error(`There is no ${key}.`);
  Reflect.set(target, key, (...given: unknown[]): unknown => {
    const answer: unknown = Reflect.apply(before, target, given);
    heard(given);
    return answer;
  });
  return () => void Reflect.deleteProperty(target, key);
}
