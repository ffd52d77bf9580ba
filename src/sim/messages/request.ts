import { readChat } from '../openai/chat-request.ts';
import { bad, invalidBody, missingField, type Outcome } from '../openai/errors.ts';
import type { GenerationRequest, ModelFacts } from '../openai/generation-request.ts';
import { isRecord, recordsOf, textOf, type Fields } from '../openai/json.ts';

/** Checks the body of `/v1/messages`, which vLLM runs as a chat completion, and settles the answer. */
export function readMessages(fields: Fields, facts: ModelFacts): Outcome<GenerationRequest> {
  for (const field of ['model', 'messages', 'max_tokens'])
    if (fields[field] === undefined || fields[field] === null) return bad(missingField(field));
  if (!Array.isArray(fields['messages']))
    return bad(invalidBody('list_type', 'messages', 'Input should be a valid list'));
  const asked = readChat(chatOfMessages(fields), facts);
  return asked.ok ? { ok: true, value: { ...asked.value, api: 'messages', fields } } : asked;
}

/** The same in OpenAI's words. */
export function chatOfMessages(fields: Fields): Fields {
  const { system, tools, tool_choice: choice, stop_sequences: stop, messages, ...rest } = fields;
  const before = system === undefined ? [] : [{ role: 'system', content: contentText(system) }];
  const turns = recordsOf(messages).map((it) => ({ role: it['role'], content: contentText(it['content']) }));
  return {
    ...rest,
    messages: [...before, ...turns],
    ...(stop === undefined ? {} : { stop }),
    ...(tools === undefined ? {} : { tools: recordsOf(tools).map(toolOf), tool_choice: choiceOf(choice) }),
  };
}

function toolOf({ name, description, input_schema: parameters }: Fields): Fields {
  return { type: 'function', function: { name, description, parameters } };
}

function choiceOf(choice: unknown): unknown {
  const { type, name } = isRecord(choice) ? choice : {};
  if (type === 'tool') return { type: 'function', function: { name } };
  return type === 'any' ? 'required' : (type ?? 'auto');
}

/** Text, or blocks of text, of tools' calls and of their results. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return recordsOf(content).map(blockText).join('');
}

function blockText(block: Fields): string {
  if (block['type'] === 'tool_result') return contentText(block['content']);
  return textOf(block['text']) ?? (block['type'] === 'tool_use' ? JSON.stringify(block['input']) : '');
}
