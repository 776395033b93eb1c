namespace Sampan.Cli.Completion;

/// <summary>What a shell runs to have a command line completed. All it knows it asks <c>sampan __complete</c>, so that it never grows old.</summary>
internal static class CompletionScript
{
    public static readonly string[] Shells = ["bash", "fish", "zsh"];

    /// <summary>null: no such shell.</summary>
    public static string? For(string shell) => shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => null };

    // Bash takes a word with a colon or an equals sign in it for several: they are joined, and what was joined is cut off the answers.
    private const string Bash = """
        # bash completion for sampan: source <(sampan completion bash)
        _sampan() {
            local words=() glued= piece line i current=${COMP_WORDS[COMP_CWORD]}
            for ((i = 1; i <= COMP_CWORD; i++)); do
                piece=${COMP_WORDS[i]}
                if [[ ${#words[@]} -gt 0 && ( $piece == [:=]* || $glued ) ]]; then
                    words[${#words[@]}-1]+=$piece
                else
                    words+=("$piece")
                fi
                if [[ $piece == [:=] ]]; then glued=1; else glued=; fi
            done
            [[ $current == [:=] ]] && current=
            local whole=${words[${#words[@]}-1]}
            local before=${whole%"$current"}
            COMPREPLY=()
            while IFS= read -r line; do
                case $line in
                    :files) compopt -o default 2>/dev/null ;;
                    *) line=${line%%$'\t'*}; [[ $line == *: ]] && compopt -o nospace 2>/dev/null; COMPREPLY+=("${line#"$before"}") ;;
                esac
            done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
        }
        complete -F _sampan sampan

        """;

    private const string Zsh = """
        #compdef sampan
        # zsh completion for sampan: source <(sampan completion zsh), or a file _sampan in $fpath
        _sampan() {
            local line files=
            local -a candidates
            for line in "${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
                case $line in
                    '') ;;
                    :files) files=1 ;;
                    *) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
                esac
            done
            (( ${#candidates} )) && _describe -V sampan candidates
            [[ -n $files ]] && _files
            return 0
        }
        if [[ ${funcstack[1]} == _sampan ]]; then _sampan "$@"; else compdef _sampan sampan; fi

        """;

    private const string Fish = """
        # fish completion for sampan: sampan completion fish | source
        function __sampan_complete
            set -l words (commandline -opc) (commandline -ct)
            $words[1] __complete $words[2..-1] 2>/dev/null
        end
        complete -c sampan -f
        complete -c sampan -f -a '(__sampan_complete | string match -v -- :files)'
        complete -c sampan -n 'contains -- :files (__sampan_complete)' -F

        """;
}
