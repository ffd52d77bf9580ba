/** One request of the list, to be sent to an engine and to the gateway alike. */
export interface ListedRequest {
  readonly name: string;
  /** `good`: as the reference has it. `odd`: unusual and harmless. `hostile`: broken, oversized or meant to do harm. */
  readonly kind: 'good' | 'odd' | 'hostile';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In it `«N×text»` stands for N times that text, and `«XX»` for a byte in hexadecimal. Absent: no body. */
  readonly body?: string;
}

/** The bytes of a body. */
export function bytesOf(body: string): Buffer {
  const expanded = body.replaceAll(/«(\d+)×([^»]*)»/g, (_, times: string, text: string) => text.repeat(Number(times)));
  const parts = expanded.split(/«([0-9a-f]{2})»/);
  return Buffer.concat(parts.map((part, index) => Buffer.from(part, index % 2 === 0 ? 'utf8' : 'hex')));
}
