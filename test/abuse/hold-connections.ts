import { crowd, MANNERS, type Crowd } from './attacks/crowds.ts';
import { ABUSE } from './settings.ts';
import type { Target } from './target.ts';

export type Crowds = Record<keyof typeof MANNERS, Crowd>;

/** Opens all of them, and waits until the other end has closed them. */
export async function holdConnections(target: Pick<Target, 'port' | 'entrance'>): Promise<Crowds> {
  const { idle, slow, readers } = ABUSE;
  const { entrance } = target;
  const hold = (manner: keyof typeof MANNERS, count: number) => crowd(MANNERS[manner](count, entrance), target);
  const [silent, idleAfter, line, head, secondHead, body, chunks, halfClosed, halfAsked, reader] = await Promise.all([
    hold('silent', idle / 2),
    hold('idle_after_a_request', idle / 2),
    hold('slow_request_line', slow),
    hold('slow_head', slow),
    hold('slow_second_head', slow),
    hold('slow_body', slow),
    hold('slow_chunks', slow),
    hold('half_closed', slow),
    hold('half_closed_after_a_question', slow / 10),
    hold('slow_reader', readers),
  ]);
  return {
    silent,
    idle_after_a_request: idleAfter,
    slow_request_line: line,
    slow_head: head,
    slow_second_head: secondHead,
    slow_body: body,
    slow_chunks: chunks,
    half_closed: halfClosed,
    half_closed_after_a_question: halfAsked,
    slow_reader: reader,
  };
}
