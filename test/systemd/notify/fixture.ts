import { createNotifier } from '../../../src/node/systemd/index.ts';

/** Says one of everything, then prints what came of it. Compiled by the tests. */
const notifier = createNotifier(process.env);
const sent = [
  notifier.status('0/4 replicas ready'),
  notifier.ready('listening'),
  notifier.reloading('reloading'),
  notifier.watchdog(),
  notifier.stopping('draining'),
];
process.stdout.write(JSON.stringify({ sent, watchdogIntervalMs: notifier.watchdogIntervalMs, left: process.env }));
