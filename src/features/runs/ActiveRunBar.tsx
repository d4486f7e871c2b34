/** The run in progress, as a thin bar in the header of every page; nothing when none is. */
export function ActiveRunBar() {
  return null;
}
