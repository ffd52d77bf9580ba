/** Lua is embedded as text: `import source from './lua/admit.lua' with { type: 'text' }`. */
declare module '*.lua' {
  const source: string;
  export default source;
}
