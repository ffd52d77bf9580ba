import type { ReplyKind } from '../reply/plan.ts';
import { bad, badRequest, good, type Outcome } from './errors.ts';
import { isRecord, recordsOf, textOf, type Fields } from './json.ts';

interface Tool {
  readonly name: string;
  readonly schema: unknown;
}

/** Words by which a prompt asks for a tool without naming one. */
const ASKS_FOR_A_TOOL = /\b(tool|function)s?\b/i;

/**
 * Whether the answer is a tool call, and of which tool: always for `required` and a named choice; for `auto` when the
 * last message is the user's and names a tool or asks for one. A real model decides by itself.
 */
export function toolCallOf(fields: Fields, autoToolChoice: boolean): Outcome<ReplyKind | undefined> {
  const tools = recordsOf(fields['tools']).flatMap(toolOf);
  const choice = fields['tool_choice'] ?? (tools.length > 0 ? 'auto' : 'none');
  if (tools.length === 0 || choice === 'none') return good(undefined);
  if (choice === 'required') return good(callOf(tools[0]));
  if (choice === 'auto') {
    if (!autoToolChoice)
      return bad(badRequest('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'));
    return good(callOf(toolAskedFor(tools, recordsOf(fields['messages']))));
  }
  const named = isRecord(choice) && isRecord(choice['function']) ? textOf(choice['function']['name']) : undefined;
  const tool = tools.find(({ name }) => name === named);
  if (tool === undefined)
    return bad(badRequest('The tool specified in `tool_choice` does not match any of the specified `tools`'));
  return good(callOf(tool));
}

const callOf = (tool: Tool | undefined): ReplyKind | undefined =>
  tool === undefined ? undefined : { is: 'tool_call', ...tool };

function toolOf(fields: Fields): Tool[] {
  const { function: described } = fields;
  const name = isRecord(described) ? textOf(described['name']) : undefined;
  return isRecord(described) && name !== undefined
    ? [{ name, schema: described['parameters'] ?? { type: 'object' } }]
    : [];
}

function toolAskedFor(tools: readonly Tool[], messages: readonly Fields[]): Tool | undefined {
  const last = messages.at(-1);
  if (last?.['role'] !== 'user') return undefined;
  const text = JSON.stringify(last['content'] ?? '').toLowerCase();
  const named = tools.find(({ name }) => wordsOf(name).some((word) => text.includes(word)));
  return named ?? (ASKS_FOR_A_TOOL.test(text) ? tools[0] : undefined);
}

/** `get_weather` is asked for by "weather": words shorter than four letters say nothing. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= 4);
