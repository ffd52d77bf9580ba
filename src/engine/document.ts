/** Largest document read whole: `/metrics` of one engine is some 100 kB. */
const DOCUMENT_BYTES_MAX = 4_194_304;

/** A body as text, whole. Throws when it breaks off or is longer than `DOCUMENT_BYTES_MAX`. */
export async function readDocument(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > DOCUMENT_BYTES_MAX) throw new Error(`the document is longer than ${DOCUMENT_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
