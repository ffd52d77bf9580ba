import type { BodyFlow } from '../../queue/index.ts';

/** The whole body; `undefined` where it is longer than `bytesMax`, with the connection closed. Throws where it breaks. */
export function readWhole(body: BodyFlow, bytesMax: number): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const take = (chunk: Uint8Array): void => {
      bytes += chunk.byteLength;
      if (bytes <= bytesMax) return void chunks.push(chunk);
      body.leave();
      resolve(undefined);
    };
    body.resume({ data: take, end: () => resolve(Buffer.concat(chunks)), broke: reject });
  });
}
