/** Markdown is embedded as text: `import page from './page.md' with { type: 'text' }`. */
declare module '*.md' {
  const source: string;
  export default source;
}
