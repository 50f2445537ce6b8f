#include "cli/parse.h"

#include "base/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace settled::cli {

namespace {

using Words = std::span<const std::string_view>;
using Wrong = std::unexpected<UsageError>;

bool is_option(std::string_view word) {
    return word.size() > 1 && word.starts_with('-');
}

bool is_help(std::string_view word) {
    return word == "--help" || word == "-h";
}

bool is_version(std::string_view word) {
    return word == "--version" || word == "-V";
}

std::string help_of(std::string_view command) {
    return command.empty() ? "settled help" : fmt::format("settled help {}", command);
}

Wrong wrong(std::string message, std::string_view command) {
    return Wrong(UsageError{std::move(message), help_of(command)});
}

std::string listed(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words)
        text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

// Words that may stand at the top, or behind a group.
std::vector<std::string_view> words_behind(std::span<const Command> commands,
                                           std::string_view group) {
    std::vector<std::string_view> words;
    for (const Command& command : commands) {
        const std::size_t space = command.name.find(' ');
        if (group.empty() && space == command.name.npos)
            words.push_back(command.name);
        if (!group.empty() && space == group.size() && command.name.starts_with(group))
            words.push_back(command.name.substr(space + 1));
    }
    return words;
}

// Takes the words that name a command off the front.
std::expected<const Command*, UsageError> take_command(std::span<const Command> commands,
                                                       Words& words) {
    const std::string_view first = words.front();
    words = words.subspan(1);
    const Command* const command = find_command(commands, first);
    if (command == nullptr)
        return wrong(fmt::format("there is no command \"{}\"{}", first,
                                 did_you_mean(first, words_behind(commands, ""))),
                     "");
    if (words.empty() || is_option(words.front()))
        return command;
    const std::string name = fmt::format("{} {}", first, words.front());
    if (const Command* const inner = find_command(commands, name)) {
        words = words.subspan(1);
        return inner;
    }
    if (!command->is_group())
        return command;
    const auto known = words_behind(commands, first);
    const std::string meant = did_you_mean(words.front(), known);
    return wrong(fmt::format("there is no command \"{}\"{}", name,
                             meant.empty() ? "; there are: " + listed(known) : meant),
                 first);
}

class Reader {
  public:
    explicit Reader(const Command& command) : command_(command), options_(options_of(command)) {}

    std::expected<Parsed, UsageError> read(Words words);

  private:
    using Done = std::expected<void, UsageError>;

    Wrong wrong(std::string message) const {
        return settled::cli::wrong(std::move(message), command_.name);
    }
    Done take_option(std::string_view word, Words& rest);
    Done take_argument(std::string_view word);
    Done take_value(const Option& option, std::string_view value);
    Done check_choice(std::string_view name, std::span<const std::string_view> choices,
                      std::string_view value) const;
    Done check_file(std::string_view name, bool is_file, std::string_view value) const;
    Done check_number(const Option& option, std::string_view value) const;
    Done check_required() const;

    const Command& command_;
    std::vector<Option> options_;
    Parsed parsed_;
    std::size_t arguments_ = 0;
};

Reader::Done Reader::check_choice(std::string_view name, std::span<const std::string_view> choices,
                                  std::string_view value) const {
    if (choices.empty() || std::ranges::find(choices, value) != choices.end())
        return {};
    return wrong(fmt::format("{} takes {}, and not \"{}\"{}", name, listed(choices), value,
                             did_you_mean(value, choices)));
}

Reader::Done Reader::check_file(std::string_view name, bool is_file, std::string_view value) const {
    std::error_code error;
    if (!is_file || std::filesystem::exists(value, error))
        return {};
    return wrong(fmt::format("{}: there is no file {}", name, value));
}

Reader::Done Reader::check_number(const Option& option, std::string_view value) const {
    if (!option.is_number)
        return {};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_whole = error == std::errc{} && end == value.data() + value.size();
    if (is_whole && number >= option.least && number <= option.most)
        return {};
    if (option.most == std::numeric_limits<std::int64_t>::max())
        return wrong(fmt::format("{} takes a whole number from {}, and not \"{}\"", option.name,
                                 option.least, value));
    return wrong(fmt::format("{} takes a whole number from {} to {}, and not \"{}\"", option.name,
                             option.least, option.most, value));
}

Reader::Done Reader::take_value(const Option& option, std::string_view value) {
    if (parsed_.given.has(option.name) && !option.many && !option.commas)
        return wrong(fmt::format("give {} once", option.name));
    do {
        const std::size_t comma = option.commas ? value.find(',') : value.npos;
        const std::string_view one = value.substr(0, comma);
        value = comma == value.npos ? std::string_view() : value.substr(comma + 1);
        if (const Done good = check_choice(option.name, option.choices, one); !good)
            return good;
        if (const Done good = check_file(option.name, option.is_file, one); !good)
            return good;
        if (const Done good = check_number(option, one); !good)
            return good;
        parsed_.given.add(option.name, std::string(one));
    } while (!value.empty());
    return {};
}

Reader::Done Reader::take_option(std::string_view word, Words& rest) {
    const std::size_t sign = word.starts_with("--") ? word.find('=') : word.npos;
    const std::string_view name = word.substr(0, sign);
    const auto option = std::ranges::find(options_, name, &Option::name);
    if (option == options_.end()) {
        std::vector<std::string_view> known;
        for (const Option& one : options_)
            known.push_back(one.name);
        return wrong(fmt::format("{} has no option \"{}\"{}", command_.name, name,
                                 did_you_mean(name, known)));
    }
    if (option->value.empty()) {
        if (sign != word.npos)
            return wrong(fmt::format("{} takes no value", name));
        parsed_.given.add(name, "");
        return {};
    }
    if (sign != word.npos)
        return take_value(*option, word.substr(sign + 1));
    if (rest.empty() || rest.front().starts_with("--"))
        return wrong(fmt::format("{} needs a value: {} {}", name, name, option->value));
    const std::string_view value = rest.front();
    rest = rest.subspan(1);
    return take_value(*option, value);
}

Reader::Done Reader::take_argument(std::string_view word) {
    const auto& arguments = command_.arguments;
    if (arguments.empty() || (arguments_ >= arguments.size() && !arguments.back().many))
        return wrong(fmt::format("\"{}\" is one word too many for {}", word, command_.name));
    const Argument& argument = arguments[std::min(arguments_, arguments.size() - 1)];
    ++arguments_;
    if (!argument.choices.empty() &&
        std::ranges::find(argument.choices, word) == argument.choices.end()) {
        const std::string meant = did_you_mean(word, argument.choices);
        return wrong(fmt::format("{} takes no \"{}\"{}", command_.name, word,
                                 meant.empty() ? "; it takes " + listed(argument.choices) : meant));
    }
    if (const Done good = check_file(argument.name, argument.is_file, word); !good)
        return good;
    parsed_.given.add(argument.name, std::string(word));
    return {};
}

Reader::Done Reader::check_required() const {
    for (const Argument& argument : command_.arguments)
        if (argument.required && !parsed_.given.has(argument.name))
            return wrong(
                fmt::format("{} needs {}: {}", command_.name, argument.name, argument.help));
    for (const Option& option : options_)
        if (option.required && !parsed_.given.has(option.name))
            return wrong(fmt::format("{} needs {} {}: {}", command_.name, option.name, option.value,
                                     option.help));
    return {};
}

std::expected<Parsed, UsageError> Reader::read(Words words) {
    parsed_.command = &command_;
    bool ended = false; // by "--"
    while (!words.empty()) {
        const std::string_view word = words.front();
        words = words.subspan(1);
        Done taken;
        if (!ended && word == "--")
            ended = true;
        else if (!ended && is_help(word))
            parsed_.asks_help = true;
        else if (!ended && is_option(word))
            taken = take_option(word, words);
        else
            taken = take_argument(word);
        if (!taken)
            return std::unexpected(std::move(taken).error());
    }
    if (parsed_.asks_help || command_.is_group())
        return parsed_;
    if (const Done good = check_required(); !good)
        return std::unexpected(good.error());
    return parsed_;
}

// `settled help keys create`
std::expected<Parsed, UsageError> parse_help(std::span<const Command> commands, Words words) {
    Parsed parsed;
    parsed.asks_help = true;
    if (words.empty())
        return parsed;
    const auto command = take_command(commands, words);
    if (!command)
        return std::unexpected(command.error());
    if (!words.empty())
        return wrong(fmt::format("there is no command \"{} {}\"", (*command)->name, words.front()),
                     (*command)->name);
    parsed.command = *command;
    return parsed;
}

// `settled --version --json`
std::expected<Parsed, UsageError> parse_version(Words words) {
    Parsed parsed;
    parsed.asks_version = true;
    for (const std::string_view word : words) {
        if (word != "--json")
            return wrong(fmt::format("--version takes --json alone, and not \"{}\"", word), "");
        parsed.given.add(word, "");
    }
    return parsed;
}

const Option url_option{
    .name = "--url",
    .value = "URL",
    .help = "a server elsewhere (default: SETTLED_URL), with an API key in SETTLED_KEY or in the "
            "file that SETTLED_KEY_FILE names; SETTLED_CA: a file of authorities to trust"};
const Option config_option{.name = "--config",
                           .value = "FILE",
                           .help = "settings file, TOML (default: /etc/settled/settled.toml, if it "
                                   "is there)",
                           .is_file = true};
const Option data_option{.name = "--data",
                         .value = "DIRECTORY",
                         .help = "the store and its keys (default: SETTLED_DATA, else ./data)"};
const Option store_option{
    .name = "--store",
    .value = "URL",
    .help = "postgresql://… (default: SQLite in the data directory); give a URL with a password in "
            "SETTLED_STORE_URL, where others do not see it"};
const Option json_option{.name = "--json", .help = "print JSON, as in a pipe"};
const Option text_option{.name = "--text", .help = "print sentences and tables, as on a terminal"};

} // namespace

std::string Given::text(std::string_view name, std::string_view otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(otherwise) : found->second.back();
}

std::optional<std::int64_t> Given::number(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end())
        return std::nullopt;
    const std::string& text = found->second.back();
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::vector<std::string> Given::all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
}

void Given::add(std::string_view name, std::string value) {
    values_[std::string(name)].push_back(std::move(value));
}

const Command* find_command(std::span<const Command> commands, std::string_view name) {
    const auto found = std::ranges::find(commands, name, &Command::name);
    return found == commands.end() ? nullptr : &*found;
}

std::vector<Option> options_of(const Command& command) {
    std::vector<Option> options = command.options;
    if (command.is_group())
        return options;
    if (command.place == Place::server)
        options.push_back(url_option);
    if (command.place != Place::here) {
        options.push_back(config_option);
        options.push_back(data_option);
    }
    if (command.place != Place::here && command.takes_store)
        options.push_back(store_option);
    if (command.output == Output::both) {
        options.push_back(json_option);
        options.push_back(text_option);
    }
    return options;
}

std::expected<Parsed, UsageError> parse(std::span<const Command> commands, Words words) {
    if (words.empty())
        return Parsed{};
    const std::string_view first = words.front();
    if (is_help(first) || first == "help")
        return parse_help(commands, words.subspan(1));
    if (is_version(first))
        return parse_version(words.subspan(1));
    if (is_option(first))
        return wrong(fmt::format("there is no option \"{}\" before a command; give the command "
                                 "first",
                                 first),
                     "");
    const auto command = take_command(commands, words);
    if (!command)
        return std::unexpected(command.error());
    return Reader(**command).read(words);
}

} // namespace settled::cli
