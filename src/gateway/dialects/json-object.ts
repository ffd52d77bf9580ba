/** A JSON text's outermost object. Any other text has no members: it passes as it is, for the client to judge. */
export function parseObject<Members extends object>(text: string): Partial<Members> {
  try {
    const value: Partial<Members> | null = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
