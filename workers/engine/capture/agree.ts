import { entry } from '../../../src/domain/at';
import type { Command, Recording, Slot } from './recording';

/** What may differ between two steps that are taken in different epochs. */
export interface Leeway {
  /** Buffers from before the step: an epoch has graphs of its own. */
  readonly outside: boolean;
  /** Constants: the loss has read which epoch it is. */
  readonly constants: boolean;
}

export const NO_LEEWAY: Leeway = { outside: false, constants: false };

/** Where two recorded steps differ in what nobody declared, in a clause; null where they agree. */
export function difference(
  one: Recording,
  other: Recording,
  leeway: Leeway,
  nameOf: (pipeline: GPUComputePipeline) => string,
): string | null {
  const count = one.commands.length;
  const broken = one.commands.findIndex((command, place) => !sameCommand(command, other.commands[place]));
  const place = (index: number): string => `${index + 1} of ${count}${named(one.commands[index], nameOf)}`;
  if (broken >= 0) return `command ${place(broken)} was another one in the next step`;
  if (other.commands.length !== count) return `the next step had ${other.commands.length} commands instead of ${count}`;
  for (let slot = 0; slot < one.slots.length; slot++) {
    const what = differentSlot(entry(one.slots, slot), other.slots[slot], leeway);
    if (what)
      return `${what}, first used by command ${place(one.commands.findIndex((command) => uses(command, slot)))}`;
  }
  return null;
}

const named = (command: Command | undefined, nameOf: (pipeline: GPUComputePipeline) => string): string =>
  command?.kind === 'dispatch' ? ` (${nameOf(command.pipeline)})` : '';

const slotsOf = (command: Command): number[] =>
  command.kind === 'copy' ? [command.from.slot, command.to.slot] : command.bindings.map(({ slot }) => slot);

const uses = (command: Command, slot: number): boolean => slotsOf(command).includes(slot);

function sameCommand(one: Command, other: Command | undefined): boolean {
  if (one.kind === 'copy')
    return other?.kind === 'copy' && sameBinding(one.from, other.from) && sameBinding(one.to, other.to);
  return (
    other?.kind === 'dispatch' &&
    one.pipeline === other.pipeline &&
    one.groups.every((size, axis) => size === other.groups[axis]) &&
    one.bindings.length === other.bindings.length &&
    one.bindings.every((binding, place) => {
      const beside = other.bindings[place];
      return beside !== undefined && binding.binding === beside.binding && sameBinding(binding, beside);
    })
  );
}

interface Bound {
  readonly slot: number;
  readonly offset: number;
  readonly size: number | null;
}

const sameBinding = (one: Bound, other: Bound): boolean =>
  one.slot === other.slot && one.offset === other.offset && one.size === other.size;

function differentSlot({ source }: Slot, other: Slot | undefined, leeway: Leeway): string | null {
  const beside = other?.source;
  if (beside?.kind !== source.kind)
    return `numbers came from elsewhere in the next step (${source.kind}, ${beside?.kind ?? 'nowhere'})`;
  switch (source.kind) {
    case 'made':
      return beside.kind === 'made' && source.size === beside.size
        ? null
        : 'a result had another size in the next step';
    case 'given':
      return beside.kind === 'given' && source.name === beside.name && source.bytes.length === beside.bytes.length
        ? null
        : 'numbers of the batch had another place in the next step';
    case 'constant':
      if (beside.kind === 'constant' && sameBytes(source.bytes, beside.bytes)) return null;
      if (beside.kind === 'constant' && source.bytes.length === beside.bytes.length && leeway.constants) return null;
      return 'numbers that were not declared to change were others in the next step';
    case 'outside':
      if (beside.kind === 'outside' && source.buffer === beside.buffer) return null;
      if (beside.kind === 'outside' && source.buffer.size === beside.buffer.size && leeway.outside) return null;
      return 'a tensor from before the step was another one in the next step';
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  // A callback for each of millions of bytes would take longer than the step.
  for (let place = 0; place < one.length; place++) if (one[place] !== other[place]) return false;
  return true;
}
