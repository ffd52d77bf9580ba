/** A JSON object whose fields are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The field's objects; other members are left out. */
export const recordsOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const YES = /^(1|on|t|true|y|yes)$/i;

/** Whether a flag is set, in any of the forms that vLLM's parser takes (pydantic, "Conversion Table"). */
export const isYes = (value: unknown): boolean =>
  value === true || value === 1 || (typeof value === 'string' && YES.test(value));
