/** What an engine said, whichever of its shapes it came in. */
export interface Said {
  readonly message: string | undefined;
  readonly param: string | null;
  /** It is the framework's word, who knows no such route or method. */
  readonly isDetail: boolean;
}

/** Reads an error body, and makes sentences of what Python printed. */
export function readSaid(bodyText: string): Said {
  const body = parse(bodyText);
  const error = field(body, 'error');
  const detail = field(body, 'detail');
  const text = field(error, 'message') ?? detail ?? error ?? field(body, 'message');
  const isDetail = text === detail && detail !== undefined;
  if (typeof text !== 'string') return { message: undefined, param: null, isDetail: false };
  const { message, parameter } = withoutParameter(readable(text));
  const param = field(error, 'param') ?? field(body, 'param') ?? parameter;
  return { message, param: typeof param === 'string' ? readableParam(param) : null, isDetail };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's or a half-written page; its text helps nobody.
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** How much of a pydantic error is looked through: it repeats the client's input, which may be anything. */
const READABLE_CHARS_MAX = 65_536;
/** A field that may be of several types fails for each of them. */
const SENTENCES_MAX = 4;

/** One problem as pydantic prints it; vLLM joins the path since 0.31. */
const PROBLEM = /'loc': (?:\(([^()]{0,200})\)|'([^']{0,200})'), 'msg': (?:'([^']{0,1000})'|"([^"]{0,1000})")/g;
const PYDANTIC_PAGE = 'https://errors.pydantic.dev';
const HEADLINE = /^\d+ validation errors?:\s+/;

/** Takes the sentences out of a pydantic error: `'loc': 'body.messages', 'msg': 'Field required'`. */
function readable(text: string): string {
  if (text.includes(PYDANTIC_PAGE)) return withoutPages(text);
  if (!text.includes("'loc': ")) return text.replace(HEADLINE, '');
  const problems = [...text.slice(0, READABLE_CHARS_MAX).matchAll(PROBLEM)];
  const sentences = problems.map(
    ([, tuple, path, single, double]) => `${where(tuple ?? path ?? '')}${single ?? double}`,
  );
  return sentences.length === 0 ? text : [...new Set(sentences)].slice(0, SENTENCES_MAX).join('; ');
}

/** What pydantic says of the engine's own objects: a field, then a sentence, then what nobody outside needs. */
function withoutPages(text: string): string {
  const [, ...lines] = text.slice(0, READABLE_CHARS_MAX).split('\n');
  const told = lines.filter((line) => !line.includes(PYDANTIC_PAGE)).map((line) => line.split(' [type=', 1)[0]?.trim());
  return told.join(' ');
}

function where(location: string): string {
  const path = readableParam((location.match(/[\w-]+/g) ?? []).join('.'));
  return path === null ? '' : `${path}: `;
}

/** `body.messages.0.role` → `messages[0].role`, as OpenAI writes it; a bare position in the text (`body.1`) is no name. */
function readableParam(param: string): string | null {
  const name = param.replace(/^body(\.|$)/, '');
  return name === '' || /^\d+$/.test(name) ? null : name.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
}

const PARAMETER = ' (parameter=';

/** vLLM ends a sentence with what it is about: ` (parameter=temperature, value=9.0)`. The value is the client's own. */
function withoutParameter(text: string): { readonly message: string; readonly parameter: string | undefined } {
  const at = text.endsWith(')') ? text.lastIndexOf(PARAMETER) : -1;
  if (at === -1) return { message: text, parameter: undefined };
  const [parameter] = text.slice(at + PARAMETER.length, -1).split(', value=', 1);
  return { message: text.slice(0, at), parameter };
}
