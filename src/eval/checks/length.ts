/** How long a text is in characters, not in the halves that some of them take in UTF-16. */
export const lengthOf = (text: string): number => Array.from(text).length;
