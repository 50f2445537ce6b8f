#include "cli/completion/scripts.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "'";
}

std::string pattern(const std::vector<std::string>& places) {
    std::string out;
    for (const std::string& place : places)
        out.append(" ").append(in_quotes(place));
    return out;
}

// A word, a tab and what is said of it, as fish takes candidates.
std::string body_of(const std::vector<Offer>& offers) {
    std::string out = "set -g __settled_found";
    for (const auto& [word, said] : offers)
        out += fmt::format(" {}\\t{}", in_quotes(word), in_quotes(said));
    return out;
}

std::string body_of(const Values& values) {
    switch (values.kind) {
    case ValueKind::text:
        return "set -g __settled_kind text";
    case ValueKind::file:
        return "set -g __settled_kind file";
    case ValueKind::directory:
        return "set -g __settled_kind directory";
    case ValueKind::word:
    case ValueKind::list:
        break;
    }
    std::string out = "set -g __settled_found";
    for (const std::string_view word : values.words)
        out += " " + in_quotes(word);
    return fmt::format("set -g __settled_kind {}; {}",
                       values.kind == ValueKind::list ? "list" : "word", out);
}

template <class Rule>
std::string function(std::string_view name, const std::map<Rule, std::vector<std::string>>& rules) {
    std::string out = fmt::format("function {}\n    switch $argv[1]\n", name);
    for (const auto& [rule, places] : rules)
        out += fmt::format("        case{}\n            {}\n", pattern(places), body_of(rule));
    return out + "    end\nend\n";
}

constexpr std::string_view reading = R"~(
function __settled_read
    set -g __settled_path ''
    set -g __settled_number 0
    set -g __settled_option ''
    set -g __settled_helps ''
    for word in $argv
        set -l longer (string trim -- "$__settled_path $word")
        if test -n "$__settled_option"
            set -g __settled_option ''
        else if string match -q -- '-*' $word
            set -g __settled_kind ''
            string match -q -- '*=*' $word; or __settled_values "$__settled_path $word"
            test -z "$__settled_kind"; or set -g __settled_option $word
        else if test -z "$__settled_path" -a "$word" = help
            set -g __settled_helps 1
        else if test $__settled_number -eq 0; and __settled_is_command $longer
            set -g __settled_path $longer
        else
            set -g __settled_number (math $__settled_number + 1)
        end
    end
end

function __settled_complete
    set -l before (commandline -opc)
    set -l this (commandline -ct)
    __settled_read $before[2..-1]
    set -g __settled_found
    set -g __settled_kind ''
    set -l lead ''
    if test -n "$__settled_option"
        __settled_values "$__settled_path $__settled_option"
    else if string match -q -- '--*=*' "$this"
        set lead (string replace -r -- '=.*' '=' "$this")
        __settled_values "$__settled_path "(string replace -r -- '=.*' '' "$this")
    else if test -n "$__settled_helps"
        __settled_inner "$__settled_path"
    else if string match -q -- '-*' "$this"
        __settled_options "$__settled_path"
    else
        test $__settled_number -ne 0; or __settled_inner "$__settled_path"
        if test -z "$__settled_found"
            __settled_arguments "$__settled_path $__settled_number"
            test -n "$__settled_kind"; or __settled_arguments "$__settled_path more"
        end
    end
    set -l rest (string sub -s (math (string length -- "$lead") + 1) -- "$this")
    switch "$__settled_kind"
        case file
            for path in (__fish_complete_path "$rest")
                printf '%s%s\n' $lead $path
            end
        case directory
            for path in (__fish_complete_directories "$rest" '')
                printf '%s%s\n' $lead $path
            end
        case list
            if string match -q -- '*,*' "$rest"
                set lead $lead(string replace -r -- '[^,]*$' '' "$rest")
            end
    end
    for word in $__settled_found
        printf '%s%s\n' $lead $word
    end
end
complete -c settled -f -a '(__settled_complete)'
)~";

} // namespace

std::string fish_script(const WhatFollows& all) {
    return "# Completion of settled for fish: settled completion fish | source\n"
           "function __settled_is_command\n    switch $argv[1]\n        case" +
           pattern(all.commands) + "\n            return 0\n    end\n    return 1\nend\n" +
           function("__settled_inner", all.inner) + function("__settled_options", all.options) +
           function("__settled_values", all.option_values) +
           function("__settled_arguments", all.arguments) + std::string(reading);
}

} // namespace settled::cli
