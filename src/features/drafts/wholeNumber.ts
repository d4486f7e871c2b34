/** The number that a text says; null for anything but a whole number from `low` to `high`. */
export function wholeNumber(text: string, low: number, high: number): number | null {
  const value = Number(text);
  return /^\s*\d+\s*$/.test(text) && value >= low && value <= high ? value : null;
}
