import type { GuardrailRule } from '../../config/index.ts';
import { compile, type Automaton } from './scan/automaton.ts';
import { characterOf, isIn } from './scan/character.ts';

/** A rule of the config, ready to run. Shared by all texts; what a text adds is in `Threads`. */
export interface CompiledRule extends Omit<GuardrailRule, 'pattern'> {
  readonly automaton: Automaton;
  /** By ASCII code: whether a match may begin with it. */
  readonly beginsWith: readonly boolean[];
  readonly scratch: Scratch;
}

/** Which places were entered in this step. One step is done before the next one begins. */
interface Scratch {
  turn: number;
  readonly turnOf: number[];
}

const ASCII_SIZE = 128;

/** Compiles a rule, once. */
export function compileRule({ pattern, ...rule }: GuardrailRule): CompiledRule {
  const automaton = compile(pattern);
  const begins = (code: number) =>
    automaton.first.some((place) => {
      const set = automaton.sets[place];
      return set !== undefined && isIn(set, characterOf(code), rule.ignoreCase);
    });
  return {
    ...rule,
    automaton,
    beginsWith: Array.from({ length: ASCII_SIZE }, (_, code) => begins(code)),
    scratch: { turn: 0, turnOf: automaton.sets.map(() => 0) },
  };
}
