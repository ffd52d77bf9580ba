import type { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import type { Problem } from './problem.ts';

/** What one complaint of a schema is in the file. `reference` tells where the known keys stand. */
export function schemaProblems(
  document: ConfigDocument,
  issue: z.core.$ZodIssue,
  reference = 'config/replicas.schema.json',
): Problem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => document.atKey(issue.path, key, `unknown key; see ${reference} for those known`));
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => document.at(issue.path, inner.message));
  if (issue.code === 'invalid_union') return [document.at(issue.path, unionMessage(issue))];
  return [document.at(issue.path, issue.message)];
}

/** The complaints of each alternative of a union, so that a person sees which one was meant. */
function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const complaints = issue.errors.map((branch) => branch.map((it) => it.message).join(', ')).filter((it) => it !== '');
  return complaints.length === 0 ? issue.message : `none of the allowed forms fits: ${complaints.join('; or ')}`;
}

/** In the order of the file. */
export function byPlace(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
