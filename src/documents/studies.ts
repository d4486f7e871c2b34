import { METRIC_KEYS } from '../domain/metrics';
import type { Report } from '../domain/report';
import type { StudyBook } from '../domain/study';
import { ownPreset } from './settings';
import { z } from './schemas';

/** What a person keeps of studies, and reports, form 1. */

const id = z.string().min(1).max(100);
const name = z.string().max(500);
const text = z.string().max(200_000);
const time = z.iso.datetime();
const ids = z.array(id).max(20_000);
const written = { name, notes: text };

export const studyBook: z.ZodType<StudyBook> = z.strictObject({
  words: z.record(id, z.strictObject(written)),
  comparisons: z
    .array(z.strictObject({ ...written, id, createdAt: time, runs: ids, look: z.string().max(5000) }))
    .max(5000),
});

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('study'), id }),
  z.strictObject({ kind: z.literal('runs'), ids }),
]);
const shows = { id, source, caption: text };

export const report: z.ZodType<Report> = z.strictObject({
  version: z.literal(1),
  id,
  title: name,
  createdAt: time,
  changedAt: time,
  blocks: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ id, kind: z.literal('text'), text }),
        z.strictObject({ ...shows, kind: z.literal('results') }),
        z.strictObject({ ...shows, kind: z.literal('curves'), metric: z.enum(METRIC_KEYS) }),
        z.strictObject({ id, kind: z.literal('routing'), run: id, caption: text }),
        z.strictObject({ ...shows, kind: z.literal('settings') }),
        z.strictObject({ id, kind: z.literal('appendix'), source }),
      ]),
    )
    .max(1000),
});

/** All of it in one file of a backup. */
export const writtenDocument = z.strictObject({
  version: z.literal(1),
  studies: studyBook,
  reports: z.array(report).max(10_000),
  presets: z.array(ownPreset).max(10_000),
});
