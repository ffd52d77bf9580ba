import { dirname, resolve } from 'node:path';
import { readDespiteErrors } from './document.ts';
import type { LoadContext } from './load.ts';
import { derivePaths, type Paths } from './paths.ts';
import { whereaboutsSchema } from './schema.ts';

/** Where the node of a config file has its control socket. */
export async function locateControlSocket(file: string, context: LoadContext): Promise<string> {
  return (await locatePaths(file, context)).controlSocket;
}

/**
 * Where the node of a config file keeps things. A file that is wrong elsewhere still says so, in its syntax too, for a broken
 * edit must not hide the node that runs, nor what ran last; one that says nothing leaves the defaults.
 */
export async function locatePaths(file: string, context: LoadContext): Promise<Paths> {
  const text = await Bun.file(file)
    .text()
    .catch(() => '');
  const said = whereaboutsSchema.safeParse(readDespiteErrors(text));
  const { paths, control } = said.success ? said.data : { paths: {}, control: { socket: undefined } };
  return derivePaths({
    file: paths,
    controlSocket: control.socket,
    env: context.env,
    uid: context.uid,
    folder: dirname(resolve(file)),
  });
}
