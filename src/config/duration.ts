import { z } from 'zod';

/** A day: longer than anything here may take. */
const SECONDS_MAX = 86_400;

/** A duration as the file gives it, in seconds. */
export const duration = (least = 0.001) => z.number().min(least).max(SECONDS_MAX);

/** A duration as the program holds it. */
export const milliseconds = (seconds: number): number => Math.round(seconds * 1000);
