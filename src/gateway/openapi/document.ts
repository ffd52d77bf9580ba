import program from '../../../package.json' with { type: 'json' };
import { allRefusals } from './describe-refusals.ts';
import { codesTable, ERROR_SCHEMAS } from './errors.ts';
import { describeOperation } from './describe-operation.ts';
import { OPERATIONS } from './operations.ts';
import { COMMON_HEADERS, WORK_HEADERS } from './request-headers.ts';
import { RESPONSE_HEADERS } from './response-headers.ts';
import { CHAT_SCHEMAS } from './schemas/chat.ts';
import { COMPLETION_SCHEMAS } from './schemas/completions.ts';
import { EVENT_SCHEMAS } from './schemas/events.ts';
import { MESSAGE_SCHEMAS } from './schemas/messages.ts';
import { MODEL_SCHEMAS } from './schemas/models.ts';
import { RESPONSE_SCHEMAS } from './schemas/responses.ts';
import { USAGE } from './schemas/shared.ts';
import { TOKEN_SCHEMAS } from './schemas/tokens.ts';

const DESCRIPTION = `The HTTP surface of ssw-infer: OpenAI's, Anthropic's Messages and vLLM's tokenizer, in front of engines on one host or several.

Only what this server reads or makes itself is told in full. Fields it does not know go to the engine as they came, and what the engine adds comes back.

Every path answers OPTIONS, and HEAD where it answers GET; any other method is 405, any other path 404. A head longer than \`gateway.max_header_bytes\` is 431 without a body. A stream that breaks ends with an error event and without its mark.

${codesTable()}
`;

let written: string | undefined;

/** The same as JSON text, written once. */
export function openApiText(): string {
  written ??= JSON.stringify(openApiDocument());
  return written;
}

/** The gateway in OpenAPI 3.1. */
export function openApiDocument(): object {
  const paths = OPERATIONS.map((it) => [it.path, { [it.method]: describeOperation(it) }]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'ssw-infer',
      version: program.version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8000', description: 'Where it listens unless told otherwise.' }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: {
        ...CHAT_SCHEMAS,
        ...COMPLETION_SCHEMAS,
        ...RESPONSE_SCHEMAS,
        ...MESSAGE_SCHEMAS,
        ...TOKEN_SCHEMAS,
        ...MODEL_SCHEMAS,
        ...EVENT_SCHEMAS,
        Usage: USAGE,
        ...ERROR_SCHEMAS,
      },
      responses: allRefusals(),
      headers: RESPONSE_HEADERS,
      parameters: { ...COMMON_HEADERS, ...WORK_HEADERS },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key, where the operator gives out keys; else any word.',
        },
        key: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description: 'The same, as Anthropic’s clients send it.',
        },
      },
    },
  };
}
