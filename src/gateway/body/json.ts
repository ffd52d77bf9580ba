declare global {
  /** JSON.parse source text access (ECMAScript proposal, stage 4), which TypeScript's library does not have yet. */
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

export type JsonRecord = Record<string, unknown>;

/** The object that a JSON text is; `undefined` for any other text. What its members hold is not looked at. */
export function parseObject<Members extends object = JsonRecord>(text: string): Partial<Members> | undefined {
  try {
    const value: Partial<Members> | null = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Parses JSON so that printing it again keeps every number as it was written: 64-bit seeds, and the form of floats. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value,
  );
}

/** An object with members; a number that `parseExactly` kept is none. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** The objects of a list. */
export function recordsOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
