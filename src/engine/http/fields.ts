import { HEADER_LINES_MAX } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** A field name is a token, its value visible Latin-1, spaces and tabs (RFC 9110 §5.1, §5.5). No folding, no bare CR or LF. */
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;

/** Fields that have one value: of several the first counts, as in node:http. Others are joined. */
const SINGLE = new Set([
  'age',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'server',
]);

/** Reads header or trailer lines. Names become lower case. Throws `ProtocolError`. */
export function readFields(lines: readonly string[]): Record<string, string> {
  if (lines.length > HEADER_LINES_MAX) throw new ProtocolError(`more than ${HEADER_LINES_MAX} header lines`);
  const fields: Record<string, string> = Object.create(null); // a field may be called `__proto__`
  for (const line of lines) {
    const [, name, value] = FIELD_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new ProtocolError('a line that is no header field');
    add(fields, name.toLowerCase(), trimmed(value));
  }
  return fields;
}

function add(fields: Record<string, string>, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (!SINGLE.has(name)) fields[name] = `${before}, ${value}`;
}

/** Without spaces and tabs around it; `trim` would take more, such as Latin-1's no-break space. */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
