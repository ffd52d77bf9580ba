/** How many histories a property test runs: `usual`, or that many times `SSW_PROPERTY_FACTOR`. */
export function propertyRuns(usual: number): number {
  return Math.ceil(usual * Number(process.env['SSW_PROPERTY_FACTOR'] ?? 1));
}
