/** Line drawings on a 16-px grid, coloured by the text around them. */
const PATHS = {
  data: 'M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2v8c0 1.1-2.5 2-5.5 2s-5.5-.9-5.5-2zM2.5 4c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2',
  experiment: 'M6 2h4M6.75 2v4L2.8 12.5A1 1 0 0 0 3.7 14h8.6a1 1 0 0 0 .9-1.5L9.25 6V2M4.6 10h6.8',
  runs: 'M2 2v12h12M4.5 11l2.5-4 2.5 2L13.5 4',
  compare: 'M2.5 13.5v-6h3v6zM6.5 13.5v-11h3v11zM10.5 13.5v-8h3v8zM1.5 13.5h13',
  studies: 'M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9zM10.5 11.5l1 1 1.5-2',
  device: 'M4.5 4.5h7v7h-7zM6.5 1.5v3M9.5 1.5v3M6.5 11.5v3M9.5 11.5v3M1.5 6.5h3M1.5 9.5h3M11.5 6.5h3M11.5 9.5h3',
  storage: 'M2 3.5h12v3.5H2zM2 9h12v3.5H2zM4.5 5.25h.01M4.5 10.75h.01',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  chevron: 'M6 3.5L10.5 8 6 12.5',
  sort: 'M8 3v10M4 9l4 4 4-4',
  info: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 7.5v4M8 4.75h.01',
  help: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM6 6.25a2 2 0 1 1 2.8 1.8c-.5.2-.8.6-.8 1.2M8 11.5h.01',
  pin: 'M8 14v-4M4.5 10h7l-1.5-3V2.5H6V7z',
  check: 'M2.5 8.5l3.5 3.5 7.5-8',
  warning: 'M8 2L1.5 13.5h13zM8 6.5v3.5M8 12h.01',
  error: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM5.5 5.5l5 5M10.5 5.5l-5 5',
  note: 'M3 2.5h10v11H3zM5.5 6h5M5.5 8.5h5M5.5 11h3',
  folder: 'M1.5 4a1 1 0 0 1 1-1H6l1.5 2h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z',
  file: 'M4 1.5h5L12.5 5v9.5H4zM9 1.5V5h3.5',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.75 6.5v4.5M9.25 6.5v4.5',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M5 9.5h6',
  theme: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 1.5v13M8 4.5h4.5M8 8h6.4M8 11.5h4.5',
  pause: 'M5 3v10M11 3v10',
  play: 'M4.5 2.5l8.5 5.5-8.5 5.5z',
  step: 'M3.5 2.5L10 8l-6.5 5.5zM12.5 2.5v11',
  stop: 'M3.5 3.5h9v9h-9z',
  download: 'M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  external: 'M9.5 2.5h4v4M13.5 2.5L7 9M11.5 9.5v4h-9v-9h4',
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  readonly name: IconName;
  readonly size?: number;
  /** Read out; without it the icon is decoration beside words. */
  readonly label?: string;
}

export function Icon({ name, size = 16, label }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
