import { HUB } from '../../src/domain/encoder';
import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';

/** What of a model is fetched; those without `needed` may be absent. */
const FILES: readonly { readonly path: string; readonly needed: boolean }[] = [
  { path: 'config.json', needed: true },
  { path: 'tokenizer.json', needed: true },
  { path: 'tokenizer_config.json', needed: true },
  { path: 'sentence_bert_config.json', needed: false },
  { path: '1_Pooling/config.json', needed: false },
  { path: 'onnx/model.onnx', needed: true },
];

/** Fetches an encoder's files from the hub. Nothing goes along but their names. Throws `ENCODER_FILES`, `SERVER_UNREACHABLE`. */
export async function fetchEncoder(
  model: string,
  phase: (text: string, fraction: number | null) => void,
  blocked: (url: string) => boolean,
): Promise<NamedFile[]> {
  if (!/^[\w.-]+\/[\w.-]+$/.test(model))
    throw new AppError(
      'ENCODER_FILES',
      `“${model}” is not a model name on the hub.`,
      'Write the owner and the model, for instance Xenova/all-MiniLM-L6-v2.',
    );
  const files: NamedFile[] = [];
  for (const { path, needed } of FILES) {
    phase(`fetching ${path}`, null);
    const response = await fetch(`${HUB}/${model}/resolve/main/${path}`, {
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    }).catch(() => null);
    if (!response) throw await unreachable(blocked);
    if (response.ok) files.push({ path: `${model}/${path}`, file: await body(response, path, phase) });
    else if (needed)
      throw new AppError(
        'ENCODER_FILES',
        `The hub does not serve ${path} of ${model} (${response.status}).`,
        'Check the name, and that the model is public and has an ONNX file; or drop its folder here.',
      );
  }
  return files;
}

async function body(
  response: Response,
  path: string,
  phase: (text: string, fraction: number | null) => void,
): Promise<Blob> {
  const total = Number(response.headers.get('Content-Length'));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  try {
    for (const reader = response.body?.getReader(); reader;) {
      const { value } = await reader.read();
      if (!value) break;
      parts.push(value);
      done += value.length;
      phase(`fetching ${path}`, total > 0 ? Math.min(1, done / total) : null);
    }
  } catch {
    throw new AppError(
      'SERVER_UNREACHABLE',
      `The download of ${path} was interrupted.`,
      'Download again, or drop the model’s folder here.',
    );
  }
  return new Blob(parts);
}

async function unreachable(blocked: (url: string) => boolean): Promise<AppError> {
  // The browser tells of a refusal after it has refused.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return blocked(HUB)
    ? new AppError(
        'SERVER_UNREACHABLE',
        'This page may not connect to huggingface.co, or to the host that serves its large files.',
        `Build the app with LODESTONE_MODEL_HOSTS naming ${HUB} and that host, or drop the model’s folder here.`,
      )
    : new AppError(
        'SERVER_UNREACHABLE',
        'Nothing answers at huggingface.co.',
        'Check the connection, or drop the model’s folder here.',
      );
}
