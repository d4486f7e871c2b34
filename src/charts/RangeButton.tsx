import { useState, type FormEvent } from 'react';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Checkbox, Field, Input } from '../ui/Field';
import type { Point } from './series';
import type { Axis } from './ticks';
import type { ChartRange } from './useRange';
import styles from './charts.module.css';

interface RangeButtonProps {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly range: ChartRange;
  readonly names: readonly string[];
  readonly hidden: ReadonlySet<string>;
  readonly onRange: (range: ChartRange) => void;
  readonly onToggle: (name: string) => void;
}

/** What part of a chart is shown, and which lines: by keyboard what dragging, double clicks and clicks on names do. */
export function RangeButton(props: RangeButtonProps) {
  const [open, setOpen] = useState(false);
  const { title, range, onRange } = props;
  const whole = range.x === null && range.y === null;
  return (
    <>
      <Button
        variant="quiet"
        small
        className={styles.export}
        aria-label={`Range of ${title}`}
        onClick={() => setOpen(true)}
      >
        Range
      </Button>
      {!whole && (
        <Button
          variant="quiet"
          small
          className={styles.export}
          aria-label={`All of ${title}`}
          onClick={() => onRange({ x: null, y: null })}
        >
          All
        </Button>
      )}
      {open && <RangeDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Two ends as typed: empty both for the whole; undefined where they are no range. */
function rangeOf(low: string, high: string): Point | null | undefined {
  if (low.trim() === '' && high.trim() === '') return null;
  const [from, to] = [Number(low), Number(high)];
  return low.trim() !== '' && high.trim() !== '' && Number.isFinite(from) && Number.isFinite(to) && from < to
    ? [from, to]
    : undefined;
}

const PROBLEM = 'Two numbers, the smaller first, or nothing for all.';

function RangeDialog({
  title,
  xLabel,
  yLabel,
  xAxis,
  yAxis,
  range,
  names,
  hidden,
  onRange,
  onToggle,
  onClose,
}: RangeButtonProps & { readonly onClose: () => void }) {
  const [text, setText] = useState({
    xLow: range.x ? String(range.x[0]) : '',
    xHigh: range.x ? String(range.x[1]) : '',
    yLow: range.y ? String(range.y[0]) : '',
    yHigh: range.y ? String(range.y[1]) : '',
  });
  const x = rangeOf(text.xLow, text.xHigh);
  const y = rangeOf(text.yLow, text.yHigh);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (x === undefined || y === undefined) return;
    onRange({ x, y });
    onClose();
  };
  const end = (key: keyof typeof text, label: string, shown: number, problem: boolean) => (
    <Field label={label} {...(problem && { error: PROBLEM })}>
      {(control) => (
        <Input
          {...control}
          inputMode="decimal"
          placeholder={String(Number(shown.toPrecision(4)))}
          value={text[key]}
          onChange={(event) => setText({ ...text, [key]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Range of ${title}`}
      description="Dragging across the chart does the same, a double click shows all again, and a click on a line’s name hides it."
    >
      <form className={styles.rangeForm} onSubmit={submit}>
        {xAxis.names === undefined && (
          <div className={styles.rangeEnds}>
            {end('xLow', `${xLabel}, from`, xAxis.low, x === undefined)}
            {end('xHigh', `${xLabel}, to`, xAxis.high, false)}
          </div>
        )}
        <div className={styles.rangeEnds}>
          {end('yLow', `${yLabel}, from`, yAxis.low, y === undefined)}
          {end('yHigh', `${yLabel}, to`, yAxis.high, false)}
        </div>
        {names.length > 1 &&
          names.map((name) => (
            <Checkbox key={name} label={name} checked={!hidden.has(name)} onCheckedChange={() => onToggle(name)} />
          ))}
        <div>
          <Button type="submit" variant="primary" disabled={x === undefined || y === undefined}>
            Show
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
