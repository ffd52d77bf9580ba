import { modelHeader } from '../answer/reply-headers.ts';
import type { Grant, Standing } from '../../queue/index.ts';

/** Where a request stands in line, as far as that is known; 1 is the next one. */
export function queuedComment(standing: Standing | undefined): string {
  if (standing === undefined) return comment('queued');
  const { ahead, etaMs } = standing;
  const eta = etaMs === undefined ? '' : ` eta_ms=${Math.round(etaMs)}`;
  return comment(`queued position=${ahead + 1}${eta}`);
}

/** What the headers would have said; the model only where they did not. */
export function grantedComment({ replica, model, waitedMs, degraded }: Grant, tellsModel: boolean): string {
  const queue = degraded ? ' queue=degraded' : '';
  const real = model === undefined || !tellsModel ? '' : ` model=${modelHeader(model)}`;
  return comment(`granted replica=${replica} queue_ms=${Math.round(waitedMs)}${queue}${real}`);
}

/** It waits for the engine's first token. */
export const RUNNING_COMMENT = comment('running');

/** A comment of an event stream (WHATWG HTML §9.2.6): clients skip it, proxies see that the connection lives. */
function comment(text: string): string {
  return `: ssw ${text}\n\n`;
}
