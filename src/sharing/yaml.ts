export type YamlScalar = string | number | boolean;
export type YamlValue = YamlScalar | readonly YamlScalar[];

/** A line of a flat YAML file: a key with its value, a remark, or (null) nothing. */
export type YamlLine = readonly [key: string, value: YamlValue] | { readonly remark: string } | null;

/** Lines as YAML 1.1, the version that PyYAML reads. */
export function yamlText(lines: readonly YamlLine[]): string {
  return lines.map((line) => `${lineText(line)}\n`).join('');
}

function lineText(line: YamlLine): string {
  if (line === null) return '';
  if ('remark' in line) return `# ${line.remark.replace(/\s+/g, ' ')}`;
  const [key, value] = line;
  return `${key}: ${isList(value) ? `[${value.map(scalarText).join(', ')}]` : scalarText(value)}`;
}

const isList = (value: YamlValue): value is readonly YamlScalar[] => typeof value === 'object';

function scalarText(value: YamlScalar): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  // Without a point, `1e-7` is text to YAML 1.1.
  if (typeof value === 'number') return String(value).replace(/^(-?\d+)e/, '$1.0e');
  return JSON.stringify(value);
}
