import type { SocketOption } from './listening-socket.ts';

// socket(7), tcp(7), <netinet/tcp.h>: values of Linux on x64 and arm64.
const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_USER_TIMEOUT = 18;
/** Most that `TCP_KEEPIDLE` and `TCP_KEEPINTVL` take. */
const KEEPALIVE_S_MAX = 32_767;

/** A silent client is asked so many times within its time whether it is there, after half of that time. */
const QUESTIONS = 3;

/**
 * What lets the kernel find out that a client's host is gone, without a word, and close its connection. Without it nobody
 * would: Bun 1.4.5 sets none of these, and a client that waits neither sends anything nor gets anything. It is asked by
 * keep-alive probes, which its kernel answers, and `TCP_USER_TIMEOUT` ends a connection on which neither a probe nor sent
 * bytes are acknowledged for so long, or that keeps its window shut (as of Linux 5.11).
 */
export function vanishedClientOptions(timeoutMs: number): readonly SocketOption[] {
  const idleS = inSeconds(timeoutMs / 2);
  const everyS = inSeconds(timeoutMs / 2 / QUESTIONS);
  return [
    { level: SOL_SOCKET, name: SO_KEEPALIVE, value: 1 },
    { level: IPPROTO_TCP, name: TCP_KEEPIDLE, value: idleS },
    { level: IPPROTO_TCP, name: TCP_KEEPINTVL, value: everyS },
    { level: IPPROTO_TCP, name: TCP_USER_TIMEOUT, value: Math.ceil(timeoutMs) },
  ];
}

const inSeconds = (ms: number): number => Math.min(Math.max(Math.round(ms / 1000), 1), KEEPALIVE_S_MAX);
