/** Of 198.18.0.0/15, which is for tests of devices (RFC 2544) and on no network. */
const SUBNET = '198.18.231';

/** A host of its own, as far as TCP can tell: a network namespace at the other end of a cable. */
export interface FarHost extends Disposable {
  /** Where it reaches this host, and where a server has to listen for it. */
  readonly nearAddress: string;
  /** Starts a program there. */
  spawn(argv: readonly string[]): Bun.Subprocess<'pipe', 'pipe', 'inherit'>;
  /**
   * It is gone from one moment to the next: nothing leaves it any more, not even the end of a connection, and what is
   * sent to it is lost. No router tells of it.
   */
  vanish(): void;
  /** It is there again, and knows of no connection that its programs did not keep. */
  comeBack(): void;
}

/** Throws where this process may not make one: it needs root (CAP_NET_ADMIN, CAP_SYS_ADMIN) and iproute2. */
export function makeFarHost(): FarHost {
  const name = `ssw-far-${process.pid}`;
  const [near, far] = [`ssw-n${process.pid}`, `ssw-f${process.pid}`];
  const [nearAddress, farAddress] = [`${SUBNET}.1`, `${SUBNET}.2`];
  const there = (...argv: string[]) => ip('-n', name, ...argv);
  const comeBack = () => void there('address', 'add', `${farAddress}/30`, 'dev', far);
  ip('netns', 'add', name);
  try {
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
    ip('address', 'add', `${nearAddress}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    comeBack();
    there('link', 'set', far, 'up');
    // Else the kernel would learn from ARP that nobody is there; behind a router it never does.
    ip('neighbour', 'replace', farAddress, 'lladdr', hardwareAddress(name, far), 'dev', near, 'nud', 'permanent');
  } catch (cause) {
    ip('netns', 'delete', name);
    throw cause;
  }
  return {
    nearAddress,
    spawn: (argv) =>
      Bun.spawn(['ip', 'netns', 'exec', name, ...argv], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' }),
    vanish: () => void there('address', 'flush', 'dev', far),
    comeBack,
    [Symbol.dispose]() {
      Bun.spawnSync(['ip', 'link', 'delete', near]); // its other end may live on with a program there
      ip('netns', 'delete', name);
    },
  };
}

function hardwareAddress(namespace: string, device: string): string {
  const told = ip('-n', namespace, '-oneline', 'link', 'show', device);
  const address = /link\/ether (\S+)/.exec(told)?.[1];
  if (address === undefined) throw new Error(`no hardware address: ${told}`);
  return address;
}

function ip(...argv: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['ip', ...argv]);
  if (exitCode !== 0) throw new Error(`ip ${argv.join(' ')}: ${stderr.toString()}(needs root and iproute2)`);
  return stdout.toString();
}
