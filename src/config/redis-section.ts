import { z } from 'zod';

const address = z.string().regex(/^[^\s:/@]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'an address is HOST:PORT');

/** The password of a server that several nodes share stands in a file, out of the config and the environment. */
const login = {
  username: z.string().min(1).optional(),
  password_file: z.string().min(1).optional().meta({
    description: 'A file whose first line is the password; readable by the service only.',
  }),
  tls: z.boolean().default(false),
};

const loginOf = (it: { username?: string | undefined; password_file?: string | undefined; tls: boolean }) => ({
  username: it.username,
  passwordFile: it.password_file,
  tls: it.tls,
});

const managed = z.strictObject({ managed: z.literal(true), executable: z.string().min(1).default('redis-server') });

const url = z.strictObject({
  url: z.string().regex(/^(rediss?|unix):\/\//, 'redis.url starts with redis://, rediss:// or unix://'),
  password_file: login.password_file,
});

const sentinel = z.strictObject({
  sentinels: z.array(address).min(1).max(16),
  name: z.string().min(1).default('mymaster').meta({ description: 'The master, as the sentinels know it.' }),
  database: z.int().min(0).max(1023).default(0),
  ...login,
});

const cluster = z.strictObject({ cluster: z.array(address).min(1).max(64), ...login });

export const redisSchema = z
  .union([managed, url, sentinel, cluster])
  .prefault({ managed: true })
  .transform((it) => {
    if ('url' in it) return { kind: 'url' as const, url: it.url, passwordFile: it.password_file };
    if ('sentinels' in it) {
      const { sentinels, name, database } = it;
      return { kind: 'sentinel' as const, sentinels, name, database, login: loginOf(it) };
    }
    if ('cluster' in it) return { kind: 'cluster' as const, nodes: it.cluster, login: loginOf(it) };
    return { kind: 'managed' as const, executable: it.executable };
  });
