import { z } from 'zod';
import { layer, type Layered, type LoadContext, type Overlay } from '../../config/index.ts';

const words = z.object({
  model: z.string().optional(),
  revision: z.string().optional(),
  servedName: z.string().optional(),
});

/** Swaps as they are kept. What JSON leaves out is what the file did not say. */
export const overlaySchema = z
  .record(
    z.string(),
    z.object({ model: z.string().min(1), revision: z.string().optional(), over: words, at: z.string() }),
  )
  .transform((it): Overlay =>
    Object.fromEntries(
      Object.entries(it).map(([pool, { model, revision, over, at }]) => [
        pool,
        {
          model,
          revision,
          over: { model: over.model, revision: over.revision, servedName: over.servedName },
          at,
        },
      ]),
    ),
  );

/** All that a config is made from, on its own: the file itself may have been edited since. */
export const keptConfigSchema = z.object({ source: z.string().min(1), text: z.string(), overlay: overlaySchema });
export type KeptConfig = z.output<typeof keptConfigSchema>;

export const keepConfig = ({ config, text, overlay }: Layered): KeptConfig => ({
  source: config.source,
  text,
  overlay,
});

/** Makes the config again; `undefined` where this version of the program does not take it any more. */
export function revive({ source, text, overlay }: KeptConfig, context: LoadContext): Layered | undefined {
  const result = layer(source, text, overlay, context);
  return result.ok ? result.layered : undefined;
}

/** First line of a last good config, which makes of it a comment of its own file. */
const BANNER = '# The configuration that last ran whole, kept by ssw-infer. The next line is its own.';
const ABOUT = '# ';
const aboutSchema = keptConfigSchema.omit({ text: true }).extend({ at: z.string() });

/** When a config is known to have run. RFC 3339. */
export interface LastGood extends KeptConfig {
  readonly at: string;
}

/** The file's own bytes below two lines of comment: put in the place of the file it says the same. */
export function formatLastGood({ source, text, overlay, at }: LastGood): string {
  return `${BANNER}\n${ABOUT}${JSON.stringify({ source, at, overlay })}\n${text}`;
}

/** Reads what `formatLastGood` wrote; `undefined` for any other text. */
export function parseLastGood(kept: string): LastGood | undefined {
  const [banner, about] = kept.split('\n', 2);
  if (banner !== BANNER || about === undefined || !about.startsWith(ABOUT)) return undefined;
  const said = parseJson(aboutSchema, about.slice(ABOUT.length));
  return said === undefined ? undefined : { ...said, text: kept.slice(banner.length + about.length + 2) };
}

/** A document of this shape; `undefined` for any other text. */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // no JSON
  }
}
