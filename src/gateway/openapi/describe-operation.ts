import { apiOf } from '../api.ts';
import { MESSAGES } from '../dialects/messages.ts';
import { describeRefusals } from './describe-refusals.ts';
import { PLAIN_TEXT, type Operation } from './operations.ts';
import { COMMON_HEADERS, WORK_HEADERS } from './request-headers.ts';
import { ANY_ANSWER, headerRefs, MESSAGE_ANSWER, WORK_ANSWER } from './response-headers.ts';
import { ref } from './schema.ts';

const WITHOUT_KEY: ReadonlySet<Operation['refusals']> = new Set<Operation['refusals']>(['open', 'readiness']);

/** An operation as OpenAPI has it. */
export function describeOperation(operation: Operation): object {
  const { id, tag, summary, request, path, refusals } = operation;
  const { references } = describeRefusals(refusals, apiOf(path).dialect);
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: WITHOUT_KEY.has(refusals) ? [] : [{ bearer: [] }, { key: [] }],
    parameters: parametersOf(operation),
    ...(request === undefined ? {} : { requestBody: { required: true, content: json(request) } }),
    responses: { '200': answerOf(operation), ...references },
  };
}

function parametersOf({ path, refusals }: Operation): readonly object[] {
  const names = Object.keys(refusals === 'work' ? { ...COMMON_HEADERS, ...WORK_HEADERS } : COMMON_HEADERS);
  const headers = names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 1 } };
  return path.endsWith('/{id}') ? [id, ...headers] : headers;
}

function answerOf({ path, answer, event, refusals }: Operation): object {
  const content = answer === PLAIN_TEXT ? { [PLAIN_TEXT]: { schema: { type: 'string' } } } : json(answer);
  const headers = {
    ...ANY_ANSWER,
    ...(apiOf(path).dialect === MESSAGES ? MESSAGE_ANSWER : {}),
    ...(refusals === 'work' ? WORK_ANSWER : {}),
  };
  const all = event === undefined ? content : { ...content, 'text/event-stream': { schema: ref(event) } };
  return { description: 'The answer.', headers: headerRefs(headers), content: all };
}

function json(schema: string): object {
  return { 'application/json': { schema: ref(schema) } };
}
