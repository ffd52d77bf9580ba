import { existsSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { given, said } from '../installed.ts';
import type { Peer } from '../peer.ts';

/** Its own engine for the proxy's part, one static endpoint, no rate limits. Its folder `config` must be beside it. */
export function olla(path: string | undefined): Peer {
  const executable = given('--olla', path);
  return {
    name: 'olla',
    executable,
    remedy: '--olla PATH',
    ownsChildren: true,
    // It opens 50 connections to one upstream and lets what comes beyond wait.
    streamsMax: 64,
    path: '/olla/proxy',
    version: () => said([executable ?? '', '--version']),
    async command({ executable: program, directory, port, upstreamPort }) {
      const profiles = join(dirname(program), 'config');
      if (existsSync(profiles)) symlinkSync(profiles, join(directory, 'config'));
      const file = join(directory, 'olla.yaml');
      await Bun.write(file, JSON.stringify(configOf(port, upstreamPort)));
      return ['env', 'OLLA_LOGGING_LEVEL=error', program, '--config', file];
    },
  };
}

const NO_RATE_LIMITS = {
  global_requests_per_minute: 0,
  per_ip_requests_per_minute: 0,
  health_requests_per_minute: 0,
  per_endpoint: { default_requests_per_minute: 0 },
};

function configOf(port: number, upstreamPort: number): object {
  const url = `http://127.0.0.1:${upstreamPort}`;
  const paths = { model_url: '/v1/models', health_check_url: '/health' };
  const times = { check_interval: '2s', check_timeout: '1s' };
  const endpoints = [{ url, name: 'upstream', type: 'vllm', priority: 100, ...paths, ...times }];
  return {
    server: { host: '127.0.0.1', port, request_logging: false, rate_limits: NO_RATE_LIMITS },
    proxy: { engine: 'olla', profile: 'streaming', load_balancer: 'priority' },
    discovery: { type: 'static', static: { endpoints }, model_discovery: { enabled: true, interval: '5m' } },
    logging: { level: 'error' },
  };
}
