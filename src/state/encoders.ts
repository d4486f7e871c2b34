import { create } from 'zustand';
import type { EncoderInfo } from '../domain/encoder';
import { faultOf, type Fault } from '../domain/errors';
import type { NamedFile } from '../domain/protocol';
import { deleteEncoder, listEncoders } from '../storage/encoders';
import { database } from './database';
import { useReasoning } from './reasoning';
import { once } from './reasoningQuestions';
import type { Phase } from './workerThread';

interface EncodersState {
  /** null until the list is read. */
  readonly encoders: readonly EncoderInfo[] | null;
  /** Ids of those whose description is damaged. */
  readonly unreadable: readonly string[];
  /** How far an encoder that is being stored is. */
  readonly phase: Phase | null;
  readonly fault: Fault | null;
  load(): Promise<void>;
  /** Stores an encoder and lets it encode for the open dataset. */
  take(from: readonly NamedFile[] | { readonly hub: string }): Promise<void>;
  /** Deletes its files; vectors it has made stay. */
  remove(id: string): Promise<void>;
}

/** The encoders that are stored in this browser. */
export const useEncoders = create<EncodersState>()((set, get) => ({
  encoders: null,
  unreadable: [],
  phase: null,
  fault: null,
  load: async () => {
    try {
      const { readable, unreadable } = await listEncoders(database);
      set({ encoders: readable, unreadable });
    } catch (error) {
      set({ fault: faultOf(error) });
    }
  },
  take: async (from) => {
    if (get().phase) return;
    set({ phase: { text: 'starting', fraction: null }, fault: null });
    try {
      const { id, name } = await once(
        { type: 'encoder', from },
        (event) => (event.type === 'encoderStored' ? event.encoder : undefined),
        { onPhase: (phase) => set({ phase }) },
      );
      await get().load();
      const { job, change } = useReasoning.getState();
      if (job)
        change({
          ...job.settings,
          encoder: {
            kind: 'page',
            id,
            name,
            device: job.settings.encoder.kind === 'page' ? job.settings.encoder.device : 'auto',
          },
        });
    } catch (error) {
      set({ fault: faultOf(error) });
    } finally {
      set({ phase: null });
    }
  },
  remove: async (id) => {
    try {
      await deleteEncoder(database, id);
    } catch (error) {
      set({ fault: faultOf(error) });
    }
    await get().load();
  },
}));
