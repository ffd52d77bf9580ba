import { bad, good, invalidBody, type Outcome } from './errors.ts';
import { isRecord, type Fields } from './json.ts';

/** Reads a request's body. vLLM answers 400 where others say 422 or 415. */
export function parseBody(text: string, contentType: string | undefined): Outcome<Fields> {
  if (contentType !== undefined && !contentType.includes('json'))
    return bad(invalidBody('model_attributes_type', 'content-type', 'Input should be a valid dictionary'));
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return good(value);
    return bad(invalidBody('model_attributes_type', 0, 'Input should be a valid dictionary'));
  } catch {
    return bad(invalidBody('json_invalid', jsonErrorAt(text), 'JSON decode error'));
  }
}

/** Roughly where the JSON breaks: behind the brace that opens it, which is where Python finds most mistakes. */
const jsonErrorAt = (text: string): number => (text.trimStart().startsWith('{') ? 1 : 0);
