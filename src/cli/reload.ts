import type { ControlClient } from '../control/index.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Flags of `reload`. */
export interface ReloadOption extends NodeOption {
  readonly dryRun?: true;
  readonly wait?: true;
  readonly json?: true;
}

/** `ssw-infer reload`: the running node reads its file again. Without `--wait` it returns once the plan is accepted. */
export async function reload(option: ReloadOption, terminal: Terminal): Promise<ExitCode> {
  const node = await findNode(option);
  if (option.dryRun === true) return preview(node, option, terminal);
  const accepted = Promise.withResolvers<undefined>();
  const ended = node.reload((message) => {
    terminal.err(message);
    accepted.resolve(undefined); // a plan that is refused is told as the result, without a word before
  });
  const result = await (option.wait === true ? ended : Promise.race([ended, accepted.promise]));
  if (result === undefined || result.ok) return EXIT.ok;
  terminal.err(result.message);
  return EXIT.failed;
}

async function preview(node: ControlClient, option: ReloadOption, terminal: Terminal): Promise<ExitCode> {
  const plan = await node.previewReload();
  if (option.json === true) terminal.out(JSON.stringify(plan, null, 2));
  else if (!plan.ok) terminal.err(plan.message);
  else terminal.out(plan.steps.length === 0 ? 'nothing would change' : plan.steps.join('\n'));
  return plan.ok ? EXIT.ok : EXIT.config;
}
