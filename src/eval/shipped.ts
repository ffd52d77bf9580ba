import plumbingText from '../../eval/plumbing.yaml' with { type: 'text' };
import smokeText from '../../eval/smoke.yaml' with { type: 'text' };
import { formatProblem, parsePromptSet, type PromptSet, type ShippedSet } from '../config/index.ts';

/** The text of each set that is in the program. */
const TEXTS: Readonly<Record<ShippedSet, string>> = { smoke: textOf(smokeText), plumbing: textOf(plumbingText) };

const read = new Map<ShippedSet, PromptSet>();

/** A set that ships with the program: `smoke` for models that mean what they say, `plumbing` for any engine. */
export function shippedSet(name: ShippedSet): PromptSet {
  const known = read.get(name);
  if (known !== undefined) return known;
  const parsed = parsePromptSet(`eval/${name}.yaml`, TEXTS[name]);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  read.set(name, parsed.set);
  return parsed.set;
}

/** Types of YAML imports know nothing of `type: 'text'`. */
function textOf(imported: unknown): string {
  if (typeof imported !== 'string') throw new Error('the build did not embed a set of prompts as text');
  return imported;
}
