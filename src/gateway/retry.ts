import type { Answer } from './answer.ts';

/** Executions of one request, the first included. */
export const ATTEMPTS_MAX = 2;

/**
 * What a vLLM server says whose engine is dead or that is on its way down: `EngineDeadError`, and what uvicorn's
 * executor answers during a shutdown.
 */
const DYING = /EngineCore encountered an issue|EngineDeadError|cannot schedule new futures after shutdown/;

/** Whether another replica may run the request: this one is lost, and showed nothing of an answer. */
export function retryable(answer: Answer): boolean {
  if (answer.is === 'died') return !answer.begun;
  if (answer.is !== 'declined') return false;
  return answer.status === 503 || (answer.status === 500 && DYING.test(answer.text));
}
