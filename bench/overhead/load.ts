/**
 * The load generator, a process of its own so that its CPU time is not the target's: `load.ts JOB` with a job as JSON
 * (`load/job.ts`); prints one measurement as JSON.
 */
import { drive } from './load/drive.ts';
import { jobSchema } from './load/job.ts';

const job = jobSchema.parse(JSON.parse(process.argv[2] ?? 'null'));
process.stdout.write(`${JSON.stringify(await drive(job))}\n`);
process.exit(0);
