import { isRecord } from '../body/json.ts';

/** How hard a client says its request is. */
export const EFFORTS = ['low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What a request's body shows of its weight, besides its length. */
export interface Signals {
  readonly usesTools: boolean;
  /** A form that the answer must have: JSON, a schema, a grammar, a choice. */
  readonly isStructured: boolean;
  /** Times that the user speaks; 1 for a bare prompt. */
  readonly turns: number;
  readonly effort: Effort | undefined;
}

/** Keys by which engines take the form of an answer (OpenAI's two, vLLM's own, and its older ones). */
const STRUCTURES = [
  'structured_outputs',
  'guided_json',
  'guided_regex',
  'guided_choice',
  'guided_grammar',
  'structural_tag',
];

/** OpenAI's words for `reasoning_effort`, and Anthropic's `max`, as the three that are told apart here. */
const EFFORT_WORDS: ReadonlyMap<unknown, Effort> = new Map<unknown, Effort>([
  ['none', 'low'],
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);

type Fields = Readonly<Record<string, unknown>>;

/** Reads them from a parsed body of any endpoint. What is of a wrong type counts as absent; the engine says it better. */
export function readSignals(body: Fields): Signals {
  return {
    usesTools: isFilled(body['tools']) || isFilled(body['functions']),
    isStructured: isStructured(body),
    turns: Math.max(userTurns(body['messages'] ?? body['input']), 1),
    effort: effortOf(body),
  };
}

function isStructured(body: Fields): boolean {
  const formats = [body['response_format'], fieldOf(body['text'], 'format'), fieldOf(body['output_config'], 'format')];
  if (formats.some((it) => typeof fieldOf(it, 'type') === 'string' && fieldOf(it, 'type') !== 'text')) return true;
  return STRUCTURES.some((key) => body[key] !== undefined && body[key] !== null);
}

function userTurns(messages: unknown): number {
  if (!Array.isArray(messages)) return 0;
  let turns = 0;
  for (const message of messages) if (fieldOf(message, 'role') === 'user') turns += 1;
  return turns;
}

/** `reasoning_effort` of chat, `reasoning.effort` of Responses, `output_config.effort` of Messages. */
function effortOf(body: Fields): Effort | undefined {
  const said =
    body['reasoning_effort'] ?? fieldOf(body['reasoning'], 'effort') ?? fieldOf(body['output_config'], 'effort');
  return EFFORT_WORDS.get(said);
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function fieldOf(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}
