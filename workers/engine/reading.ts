/** The sums of a reporting interval on their way from the device. */
export interface Reading {
  readonly sums: Promise<Float32Array>;
  readonly steps: number;
  /** Steps done over all epochs when the interval ended. */
  readonly step: number;
  arrived: boolean;
}

export function startReading(sums: Promise<Float32Array>, steps: number, step: number): Reading {
  const reading: Reading = { sums, steps, step, arrived: false };
  const note = (): void => void (reading.arrived = true);
  // A failure is heard where the sums are awaited.
  reading.sums.then(note, note);
  return reading;
}

export const arrived = (reading: Reading | null): boolean => reading?.arrived === true;
