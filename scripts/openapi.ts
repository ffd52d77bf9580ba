/** `bun run openapi`: writes docs/openapi.json anew. */
import { join } from 'node:path';
import { openApiDocument } from '../src/gateway/openapi/document.ts';

const file = join(import.meta.dir, '../docs/openapi.json');
await Bun.write(file, `${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
