import type { ReplyKind } from '../reply/plan.ts';
import { isRecord, textOf, type Fields } from './json.ts';

/** The form that `response_format` or `structured_outputs` asks for; `undefined` where text is free. */
export function formatOf(fields: Fields): ReplyKind | undefined {
  const format = isRecord(fields['response_format']) ? fields['response_format'] : {};
  const structured = isRecord(fields['structured_outputs']) ? fields['structured_outputs'] : {};
  if (format['type'] === 'json_object') return { is: 'json', schema: ANY_OBJECT };
  if (format['type'] === 'json_schema' && isRecord(format['json_schema']))
    return { is: 'json', schema: format['json_schema']['schema'] };
  if (isRecord(structured['json'])) return { is: 'json', schema: structured['json'] };
  const word = Array.isArray(structured['choice']) ? textOf(structured['choice'][0]) : undefined;
  return word === undefined ? undefined : { is: 'word', word };
}

const ANY_OBJECT = { type: 'object', properties: { simulated: { const: true }, answer: { type: 'string' } } };
