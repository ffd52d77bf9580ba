/** Where a token's text goes in an answer. A tool call is its name, whole, then its arguments. */
export type Channel = 'content' | 'reasoning' | 'tool_name' | 'tool_arguments';

/** What one token says. */
export interface Piece {
  readonly channel: Channel;
  readonly text: string;
}

/** Characters of JSON that one token holds. */
const JSON_CHARACTERS_PER_TOKEN = 4;

/** Cuts a JSON text into tokens. */
export function piecesOfJson(channel: Channel, json: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < json.length; at += JSON_CHARACTERS_PER_TOKEN) {
    pieces.push({ channel, text: json.slice(at, at + JSON_CHARACTERS_PER_TOKEN) });
  }
  return pieces;
}
