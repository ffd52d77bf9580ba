import type { BodyFlow, BodyListener } from '../../../queue/index.ts';
import type { Answer, OpenStream } from '../../answer/answer.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Scan } from '../scan/scanner.ts';
import { createEventsFilter, filterDocument, filterFor, type EventsFilter } from './filter-events.ts';

/** How an answer is read. */
interface Shape {
  readonly dialect: Dialect;
  /** How many answers its request asks for. */
  readonly choices: number;
}

/** Filters an answer on its way: a whole one now, a stream as it comes. Errors pass: no model wrote them. */
export function guardAnswer(answer: Answer, { dialect, choices }: Shape, scan: Scan): Answer {
  if (answer.is !== 'whole' && answer.is !== 'stream') return answer;
  const filter = filterFor(dialect, scan, choices);
  if (answer.is === 'whole') return { ...answer, body: filterDocument(answer.body, filter) };
  return { ...answer, stream: guardStream(answer.stream, createEventsFilter(filter)) };
}

/** What the tap counts and looks for are the engine's own events; what it lets through is filtered. */
function guardStream({ first, rest, tap }: OpenStream, filter: EventsFilter): OpenStream {
  let shown = filter.push(first);
  return {
    first: shown,
    rest: untilOver(rest, filter),
    tap: {
      ...tap,
      push(chunk) {
        const events = filter.push(tap.push(chunk));
        if (events.length > 0) shown = events;
        return events;
      },
      state: () => (filter.isOver() ? 'done' : tap.state()),
      last: () => shown,
    },
  };
}

/** Ends a flow once its filter has: the engine is told to stop. */
function untilOver(rest: BodyFlow, filter: EventsFilter): BodyFlow {
  let isPaused = true;
  const end = (listener: BodyListener) => {
    rest.leave();
    listener.end();
  };
  return {
    resume(listener) {
      isPaused = false;
      if (filter.isOver()) return end(listener);
      return rest.resume({
        ...listener,
        data(chunk) {
          listener.data(chunk);
          if (filter.isOver() && !isPaused) end(listener);
        },
      });
    },
    pause() {
      isPaused = true;
      rest.pause();
    },
    leave: () => rest.leave(),
  };
}
