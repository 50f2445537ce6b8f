// bash and zsh: they share the table and how a line is read, and differ in how words are offered.
#include "cli/completion/scripts.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += R"('\'')";
        else
            out += c;
    }
    return out + "'";
}

std::string pattern(const std::vector<std::string>& places) {
    std::string out;
    for (const std::string& place : places)
        out.append(out.empty() ? "" : "|").append(in_quotes(place));
    return out;
}

// Items are "word|what is said of it".
std::string array(const std::vector<Offer>& offers) {
    std::string out = "_settled_found=(";
    for (const auto& [word, said] : offers)
        out += "\n            " + in_quotes(fmt::format("{}|{}", word, said));
    return out + ")";
}

std::string assignment(const Values& values) {
    switch (values.kind) {
    case ValueKind::text:
        return "_settled_kind=text";
    case ValueKind::file:
        return "_settled_kind=file";
    case ValueKind::directory:
        return "_settled_kind=directory";
    case ValueKind::word:
    case ValueKind::list:
        break;
    }
    std::vector<Offer> offers;
    for (const std::string_view word : values.words)
        offers.emplace_back(word, "");
    return fmt::format("_settled_kind={}; {}", values.kind == ValueKind::list ? "list" : "word",
                       array(offers));
}

std::string body_of(const std::vector<Offer>& offers) {
    return array(offers);
}

std::string body_of(const Values& values) {
    return assignment(values);
}

template <class Rule>
std::string function(std::string_view name, const std::map<Rule, std::vector<std::string>>& rules) {
    std::string out = fmt::format("{}() {{\n    case $1 in\n", name);
    for (const auto& [rule, places] : rules)
        out += fmt::format("    {})\n        {} ;;\n", pattern(places), body_of(rule));
    return out + "    esac\n}\n";
}

std::string tables(const WhatFollows& all) {
    return fmt::format("_settled_is_command() {{\n    case $1 in\n    {}) return 0 ;;\n    esac\n"
                       "    return 1\n}}\n",
                       pattern(all.commands)) +
           function("_settled_inner", all.inner) + function("_settled_options", all.options) +
           function("_settled_values", all.option_values) +
           function("_settled_arguments", all.arguments);
}

// Reads the words before the one that is completed, and finds what may stand there.
constexpr std::string_view reading = R"~(
_settled_read() {
    local word longer
    _settled_path='' _settled_number=0 _settled_option='' _settled_helps=''
    for word in "$@"; do
        longer=${_settled_path:+$_settled_path }$word
        if [[ -n $_settled_option ]]; then
            _settled_option=''
        elif [[ $word == -* ]]; then
            _settled_kind=''
            [[ $word == *=* ]] || _settled_values "$_settled_path $word"
            [[ -z $_settled_kind ]] || _settled_option=$word
        elif [[ -z $_settled_path && $word == help ]]; then
            _settled_helps=1
        elif [[ $_settled_number == 0 ]] && _settled_is_command "$longer"; then
            _settled_path=$longer
        else
            _settled_number=$((_settled_number + 1))
        fi
    done
}

# _settled_find THIS WORDS-BEFORE…: sets _settled_found, _settled_kind, and _settled_lead, which
# every word begins with.
_settled_find() {
    local this=$1
    shift
    _settled_read "$@"
    _settled_found=() _settled_kind='' _settled_lead=''
    if [[ -n $_settled_option ]]; then
        _settled_values "$_settled_path $_settled_option"
    elif [[ $this == --*=* ]]; then
        _settled_lead=${this%%=*}=
        _settled_values "$_settled_path ${this%%=*}"
    elif [[ -n $_settled_helps ]]; then
        _settled_inner "$_settled_path"
    elif [[ $this == -* ]]; then
        _settled_options "$_settled_path"
    else
        [[ $_settled_number != 0 ]] || _settled_inner "$_settled_path"
        if [[ -z ${_settled_found[*]} ]]; then
            _settled_arguments "$_settled_path $_settled_number"
            [[ -n $_settled_kind ]] || _settled_arguments "$_settled_path more"
        fi
    fi
    local rest=${this#"$_settled_lead"}
    if [[ $_settled_kind == list && $rest == *,* ]]; then
        _settled_lead=$_settled_lead${rest%,*},
    fi
}
)~";

constexpr std::string_view bash_part = R"~(
_settled() {
    local line=${COMP_LINE:0:COMP_POINT} this='' head item word
    local words=()
    read -r -a words <<<"$line"
    if [[ $line == *[[:space:]] ]]; then
        words+=('')
    fi
    this=${words[${#words[@]} - 1]}
    _settled_find "$this" "${words[@]:1:${#words[@]}-2}"
    # What readline does not replace: it takes a word to begin after the last = or :
    head=''
    [[ $COMP_WORDBREAKS != *:* || $this != *:* ]] || head=${this%"${this##*:}"}
    [[ $COMP_WORDBREAKS != *=* || $this != *=* || -n $head ]] || head=${this%"${this##*=}"}
    COMPREPLY=()
    for item in "${_settled_found[@]}"; do
        word=$_settled_lead${item%%|*}
        [[ $word != "$this"* ]] || COMPREPLY+=("${word#"$head"}")
    done
    if [[ $_settled_kind == list ]]; then
        compopt -o nospace 2>/dev/null
    elif [[ $_settled_kind == file || $_settled_kind == directory ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r item; do
            word=$_settled_lead$item
            COMPREPLY+=("${word#"$head"}")
        done < <(compgen -A "$_settled_kind" -- "${this#"$_settled_lead"}")
    fi
    return 0
}
complete -F _settled settled
)~";

constexpr std::string_view zsh_part = R"~(
_settled() {
    local item word
    local -a shown
    _settled_find "$PREFIX" "${(@)words[2,CURRENT-1]}"
    if [[ $_settled_kind == file || $_settled_kind == directory ]]; then
        [[ -z $_settled_lead ]] || compset -P "${(b)_settled_lead}"
        if [[ $_settled_kind == file ]]; then _files; else _files -/; fi
        return
    fi
    for item in "${_settled_found[@]}"; do
        word=$_settled_lead${item%%|*}
        shown+=("${word//:/\\:}${${item#*|}:+:${item#*|}}")
    done
    if [[ $_settled_kind == list ]]; then
        _describe -V 'settled' shown -S ''
    else
        _describe -V 'settled' shown
    fi
}
if [[ $funcstack[1] == _settled ]]; then
    _settled "$@"
else
    compdef _settled settled
fi
)~";

} // namespace

std::string bash_script(const WhatFollows& all) {
    return "# Completion of settled for bash: source <(settled completion bash)\n" + tables(all) +
           std::string(reading) + std::string(bash_part);
}

std::string zsh_script(const WhatFollows& all) {
    return "#compdef settled\n# Completion of settled for zsh: source <(settled completion zsh)\n" +
           tables(all) + std::string(reading) + std::string(zsh_part);
}

} // namespace settled::cli
