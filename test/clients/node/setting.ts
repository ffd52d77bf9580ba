/** Where the server is, as `http://127.0.0.1:8000`; a user adds `/v1` where his SDK wants it. */
export const SERVER = prepared('SSW_SERVER');
/** One that forgives a single wrong key; empty where there is none. */
export const STRICT_SERVER = prepared('SSW_STRICT_SERVER');
/** An API key that may do everything; any word where the server asks for none. */
export const KEY = prepared('SSW_KEY');
/** A key with few requests a minute, and one that may not use `heavy`; empty where the server asks for none. */
export const LIMITED_KEY = prepared('SSW_LIMITED_KEY');
export const CONFINED_KEY = prepared('SSW_CONFINED_KEY');

/** Each pool by its name and by the real name of its model. */
export const MODELS = ['heavy', 'light', 'Qwen/Qwen2.5-14B-Instruct-AWQ', 'Qwen/Qwen3-8B-AWQ'] as const;

/** What a model with random weights says to it is noise. */
export const QUESTION = 'Name a colour.';
/** A simulated engine calls a tool that the question names. */
export const TOOL_QUESTION = 'Ask for the weather in Rome.';
/** Far more than the models' context of 2,048 tokens. */
export const TOO_LONG = 'word '.repeat(5000);
/** An answer of so many tokens takes an engine seconds. */
export const LONG_TOKENS = 1800;
/** A client's patience, far shorter than that. */
export const PATIENCE_MS = 300;

function prepared(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
