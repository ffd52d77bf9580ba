/** Shells that can complete command lines of this program. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** In place of candidates: the shell completes names of files, or of directories, by itself. */
export const FILES = ':files';
export const DIRECTORIES = ':directories';

/**
 * What a shell is to source. All of them ask the program what may stand at the cursor, with the words up to it, so a script
 * fits every version: `value<TAB>description` a line, or `:files`.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of ssw-infer
_ssw_infer() {
  local value description
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    case "$value" in
      ${FILES}) compopt -o default; return ;;
      ${DIRECTORIES}) compopt -o default -o dirnames; return ;;
    esac
    [[ "\${COMP_WORDS[COMP_CWORD-1]}" == "=" || "\${COMP_WORDS[COMP_CWORD]}" == "=" ]] && value="\${value#*=}"
    COMPREPLY+=("$value")
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _ssw_infer ssw-infer
`,
  zsh: `#compdef ssw-infer
# zsh completion of ssw-infer
_ssw_infer() {
  local line value description
  local -a candidates
  while IFS= read -r line; do
    case "$line" in
      ${FILES}) _files; return ;;
      ${DIRECTORIES}) _files -/; return ;;
    esac
    value="\${\${line%%$'\\t'*}//:/\\\\:}" description="\${line#*$'\\t'}"
    candidates+=("$value\${description:+:$description}")
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe -V 'ssw-infer' candidates
}
if [ "\${funcstack[1]}" = "_ssw_infer" ]; then
  _ssw_infer "$@"
else
  compdef _ssw_infer ssw-infer
fi
`,
  fish: `# fish completion of ssw-infer
function __ssw_infer_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case '${FILES}*'
        __fish_complete_path (commandline -ct)
      case '${DIRECTORIES}*'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c ssw-infer -f -a '(__ssw_infer_complete)'
`,
};
