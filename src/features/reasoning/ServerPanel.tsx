import { useEffect, useId, useRef, useState } from 'react';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Checkbox, Choice, Field, Input } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { faultOf, type Fault } from '../../domain/errors';
import { originOf, SERVER_DEFAULTS, type ServerTest } from '../../domain/reasoning';
import { type ReasoningModels, type ReasoningSettings, type ServerKind } from '../../domain/reasoningSettings';
import { parseAddress } from '../../domain/serverAddress';
import { useReasoning } from '../../state/reasoning';
import { testModelServer } from '../../state/reasoningQuestions';
import { DraftInput } from './DraftInput';
import { EncoderPart } from './EncoderPart';
import styles from './reasoning.module.css';

const KINDS: readonly { readonly value: ServerKind; readonly label: string }[] = [
  { value: 'ollama', label: 'Ollama' },
  { value: 'openai', label: 'OpenAI-compatible' },
];

const MODELS: readonly { readonly key: keyof ReasoningModels; readonly label: string; readonly help: string }[] = [
  { key: 'describe', label: 'Model that describes images', help: 'It must accept images; the paper uses gemma3:27b.' },
  {
    key: 'profile',
    label: 'Model that writes profiles',
    help: 'It may be the same model. It also answers attributes and choices.',
  },
  { key: 'encode', label: 'Encoder', help: 'Turns texts into vectors; the paper uses a 384-dimensional MiniLM.' },
];

/** Says what is wrong with an address; null for a right one. */
function wrong(address: string): string | null {
  try {
    parseAddress(address);
    return null;
  } catch (error) {
    const { message, hint } = faultOf(error);
    return `${message} ${hint}`;
  }
}

/** Where the questions go, and whether somebody answers there. */
export function ServerPanel({ settings }: { readonly settings: ReasoningSettings }) {
  const { keys, kept, setKey, keepKey, change, recount } = useReasoning();
  const [tested, setTested] = useState<{ readonly test: ServerTest; readonly settings: ReasoningSettings } | null>(
    null,
  );
  const [fault, setFault] = useState<Fault | null>(null);
  const [testing, setTesting] = useState(false);
  const running = useRef<AbortController | null>(null);
  const list = useId();
  useEffect(() => () => running.current?.abort(), []);
  const { server, models } = settings;
  const origin = originOf(server);
  const key = keys[origin] ?? '';
  const keeps = kept.includes(origin);
  // A result speaks for what was tested; the names of the models hold as long as the server is the same.
  const sameServer =
    tested !== null && tested.settings.server.url === server.url && tested.settings.server.kind === server.kind;
  const test =
    sameServer &&
    tested.settings.encoder.kind === settings.encoder.kind &&
    MODELS.every(({ key: name }) => tested.settings.models[name] === models[name])
      ? tested.test
      : null;

  const run = (): void => {
    const controller = new AbortController();
    running.current = controller;
    setTesting(true);
    setFault(null);
    testModelServer(settings, key, { signal: controller.signal })
      .then(
        (found) => {
          setTested({ test: found, settings });
          // A model that was fetched anew is another one: what is stored of it may have changed.
          recount();
        },
        (error: unknown) => !controller.signal.aborted && setFault(faultOf(error)),
      )
      .finally(() => setTesting(false));
  };

  return (
    <Panel title="Model server" note="the page contacts only this address">
      <Choice
        label="Kind"
        value={server.kind}
        options={KINDS}
        segments
        onValueChange={(kind) => {
          change({
            ...settings,
            server: { kind, url: SERVER_DEFAULTS[kind].url },
            models: SERVER_DEFAULTS[kind].models,
          });
        }}
      />
      <div className={styles.grid}>
        <DraftInput
          label="Address"
          help="On this machine, or on a host listed when the app was built."
          value={server.url}
          problem={wrong}
          onValue={(url) => change({ ...settings, server: { ...server, url: parseAddress(url) } })}
        />
        <div className={styles.column}>
          <Field
            label="Key"
            help={`Only for servers that require one; sent only to ${origin}.${keeps ? '' : ' It is kept in memory and gone when you close the page.'}`}
          >
            {(control) => (
              <Input
                {...control}
                type="password"
                autoComplete="off"
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Checkbox
            label="Keep this key in this browser"
            help={
              keeps
                ? 'It is stored unencrypted in this browser, and is in no file, backup or link. Clear the checkbox to delete it.'
                : undefined
            }
            checked={keeps}
            onCheckedChange={keepKey}
          />
        </div>
        {MODELS.filter(({ key: name }) => name !== 'encode' || settings.encoder.kind === 'server').map(
          ({ key: name, label, help }) => (
            <DraftInput
              key={name}
              label={label}
              help={help}
              list={list}
              value={models[name]}
              problem={() => null}
              onValue={(value) => change({ ...settings, models: { ...models, [name]: value.trim() } })}
            />
          ),
        )}
      </div>
      <datalist id={list}>
        {sameServer && tested.test.models.map((name) => <option key={name} value={name} />)}
      </datalist>
      <EncoderPart settings={settings} />
      <div className={styles.row}>
        <Button onClick={run} disabled={testing}>
          {testing ? 'Testing …' : 'Test the server'}
        </Button>
      </div>
      {fault && <FaultNotice fault={fault} />}
      <div role="status">
        {test && (
          <ul className={styles.checks} aria-label="Result of the test">
            {test.checks.map(({ what, ok, words, hint }) => (
              <li key={what} className={styles.check} data-ok={ok}>
                <Icon name={ok ? 'check' : 'error'} label={ok ? 'Right' : 'Wrong'} />
                <span>
                  <strong>{what}</strong> {words} {hint}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
