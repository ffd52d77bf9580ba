import { MESSAGE_BYTES_MAX } from './wire.ts';

/** A message's length goes before it. */
const LENGTH_BYTES = 4;

/** Joins messages in order into as few payloads as hold up to `MESSAGE_BYTES_MAX` of them each. */
export function joinMessages(messages: readonly Uint8Array[]): Buffer[] {
  const payloads: Buffer[] = [];
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (parts.length > 0 && bytes + LENGTH_BYTES + message.byteLength > MESSAGE_BYTES_MAX) {
      payloads.push(Buffer.concat(parts));
      parts = [];
      bytes = 0;
    }
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt32BE(message.byteLength);
    parts.push(length, message);
    bytes += LENGTH_BYTES + message.byteLength;
  }
  if (parts.length > 0) payloads.push(Buffer.concat(parts));
  return payloads;
}

/** The messages of a payload; of one that is cut off, those that are whole. */
export function splitMessages(payload: Uint8Array): Uint8Array[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const messages: Uint8Array[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= payload.byteLength) {
    const end = at + LENGTH_BYTES + view.getUint32(at);
    if (end > payload.byteLength) break;
    messages.push(payload.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return messages;
}
