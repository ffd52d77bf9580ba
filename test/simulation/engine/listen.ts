import type { World } from '../world/world.ts';
import type { Engine } from './engine.ts';
import type { Exchange, Over } from './exchange.ts';
import { generate, probe } from './generate.ts';
import { thaw, whenAwake } from './sleep.ts';

/** How long an API that is at ease takes to answer. */
const ANSWER_MS = 2;
/** And one that is in a mood. */
const LATE_MS_MAX = 6000;

/** Its API takes connections from now on. A file of a socket that is in the way is not: its maker removed it. */
export function listen(world: World, engine: Engine): void {
  const { order, leader } = engine;
  engine.isOpen = true;
  const take = (exchange: Exchange): void => accept(world, engine, exchange);
  world.listeners.set(order.place, { name: order.name, pid: leader, take });
}

function accept(world: World, engine: Engine, exchange: Exchange): void {
  if (!engine.isOpen) return exchange.refuse();
  engine.exchanges.add(exchange);
  exchange.onLeft = () => void engine.exchanges.delete(exchange);
  const mood = moodFor(engine);
  if (mood === 'silent' && exchange.id === undefined) return; // what works answers its clients sooner or later
  if (mood === 'refused') return exchange.reset();
  const afterMs = mood === 'late' ? world.random.next() * LATE_MS_MAX : ANSWER_MS;
  world.agenda.after(afterMs, () => whenAwake(engine, () => answer(world, engine, exchange, mood)));
}

/** A mood lasts for so many questions. */
function moodFor(engine: Engine): 'late' | 'silent' | 'unavailable' | 'refused' | undefined {
  const { mood } = engine;
  if (mood === undefined) return undefined;
  mood.left -= 1;
  if (mood.left <= 0) engine.mood = undefined;
  return mood.is;
}

function answer(world: World, engine: Engine, exchange: Exchange, mood: string | undefined): void {
  if (engine.isLeaderGone || !engine.exchanges.has(exchange)) return;
  if (exchange.path === '/metrics') return finish(engine, exchange, 200, metricsOf(engine));
  if (exchange.path === '/health')
    return finish(engine, exchange, engine.isCoreGone || mood === 'unavailable' ? 503 : 200, '');
  if (mood === 'unavailable') return finish(engine, exchange, 503, FULL, 'failed');
  if (exchange.id === undefined) probe(world, engine, exchange);
  else generate(world, engine, exchange, exchange.id);
}

const FULL = JSON.stringify({ error: { message: 'the server is full', type: 'ServiceUnavailable', code: 503 } });

/** Answers in one piece. */
function finish(engine: Engine, exchange: Exchange, status: number, text: string, over?: Over): void {
  engine.exchanges.delete(exchange);
  exchange.reply(status, text, over);
}

function metricsOf({ steps }: Engine): string {
  const room = 'vllm:cache_config_info{block_size="16",num_gpu_blocks="2000"} 1.0';
  return `vllm:iteration_tokens_total_count{engine="0"} ${steps}.0\n${room}\n`;
}

/** Its API server goes on after it stood still. */
export function wake(engine: Engine): void {
  engine.isFrozen = false;
  thaw(engine);
}
