#include "cli/parse.h"

#include "cli/help.h"

#include <gmock/gmock.h>

namespace settled::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

int nothing(Invocation& /*in*/) {
    return 0;
}

const std::vector<Command>& commands() {
    static const std::vector<Command> all{
        {.name = "serve", .sentence = "run the server", .place = Place::machine, .run = nothing},
        {.name = "status", .sentence = "say how it is", .place = Place::server, .run = nothing},
        {.name = "keys", .sentence = "make and list API keys"},
        {.name = "keys create",
         .sentence = "make a key",
         .place = Place::server,
         .output = Output::both,
         .options =
             {{.name = "--name", .value = "TEXT", .help = "what for", .required = true},
              {.name = "--scopes", .value = "SCOPES", .help = "which", .commas = true},
              {.name = "--format", .value = "FORMAT", .help = "how", .choices = {"csv", "jsonl"}},
              {.name = "--port",
               .value = "PORT",
               .help = "where",
               .is_number = true,
               .most = 65'535},
              {.name = "--file", .value = "FILE", .help = "what", .many = true, .is_file = true},
              {.name = "--quiet", .help = "say less"}},
         .run = nothing},
        {.name = "keys list", .sentence = "list keys", .place = Place::server, .run = nothing},
        {.name = "show",
         .sentence = "show one or all",
         .arguments = {{.name = "NAME", .help = "which one", .required = false}},
         .run = nothing},
        {.name = "show seed", .sentence = "seed", .run = nothing},
        {.name = "import",
         .sentence = "take files in",
         .arguments = {{.name = "KIND", .help = "of what", .choices = {"camt", "mt940"}},
                       {.name = "FILE", .help = "the files", .many = true}},
         .run = nothing},
    };
    return all;
}

std::expected<Parsed, UsageError> parsed(std::vector<std::string_view> words) {
    return parse(commands(), words);
}

std::string error(std::vector<std::string_view> words) {
    const auto result = parse(commands(), words);
    return result ? "nothing is wrong" : result.error().message + " | " + result.error().help;
}

TEST(CommandLine, a_command_is_named_by_one_word_or_two) {
    EXPECT_EQ(parsed({"serve"})->command->name, "serve");
    EXPECT_EQ(parsed({"keys", "list"})->command->name, "keys list");
    EXPECT_EQ(parsed({"show"})->command->name, "show");
    EXPECT_EQ(parsed({"show", "monzo"})->given.text("NAME"), "monzo");
    EXPECT_EQ(parsed({"show", "seed"})->command->name, "show seed");
    EXPECT_EQ(parsed({"show", "--", "seed"})->given.text("NAME"), "seed");
    EXPECT_EQ(parsed({})->command, nullptr);
}

TEST(CommandLine, options_and_arguments_are_read) {
    const auto given = parsed({"keys", "create", "--name=a=b", "--scopes", "x:read,y:write",
                               "--quiet", "--port", "80", "--format", "csv"});
    ASSERT_TRUE(given.has_value());
    EXPECT_EQ(given->given.text("--name"), "a=b");
    EXPECT_THAT(given->given.all("--scopes"), ElementsAre("x:read", "y:write"));
    EXPECT_TRUE(given->given.has("--quiet"));
    EXPECT_EQ(given->given.number("--port"), 80);
    EXPECT_FALSE(given->given.has("--data"));
    EXPECT_EQ(given->given.text("--data", "./data"), "./data");
    const auto files = parsed({"import", "camt", "a", "b", "--", "--c"});
    ASSERT_TRUE(files.has_value());
    EXPECT_THAT(files->given.all("FILE"), ElementsAre("a", "b", "--c"));
}

TEST(CommandLine, a_wrong_word_is_named_with_the_nearest_one) {
    EXPECT_EQ(error({"stauts"}),
              "there is no command \"stauts\"; did you mean \"status\"? | settled help");
    EXPECT_EQ(error({"frob"}), "there is no command \"frob\" | settled help");
    EXPECT_EQ(error({"keys", "lst"}),
              "there is no command \"keys lst\"; did you mean \"list\"? | settled help keys");
    EXPECT_EQ(
        error({"keys", "frobnicate"}),
        "there is no command \"keys frobnicate\"; there are: create, list | settled help keys");
    EXPECT_EQ(error({"keys", "create", "--nmae", "x"}),
              "keys create has no option \"--nmae\"; did you mean \"--name\"? | settled help keys "
              "create");
    EXPECT_EQ(error({"keys", "list", "--frob"}),
              "keys list has no option \"--frob\" | settled help keys list");
    EXPECT_EQ(error({"--data", "x", "serve"}),
              "there is no option \"--data\" before a command; give the command first | settled "
              "help");
    EXPECT_EQ(error({"serve", "now"}),
              "\"now\" is one word too many for serve | settled help serve");
}

TEST(CommandLine, a_wrong_word_is_wrong_with_help_too) {
    EXPECT_THAT(error({"frob", "--help"}), HasSubstr("no command \"frob\""));
    EXPECT_THAT(error({"keys", "frob", "--help"}), HasSubstr("no command \"keys frob\""));
    EXPECT_THAT(error({"keys", "list", "--help", "--frob"}), HasSubstr("no option \"--frob\""));
    EXPECT_THAT(error({"help", "frob"}), HasSubstr("no command \"frob\""));
    EXPECT_THAT(error({"help", "keys", "list", "frob"}), HasSubstr("\"keys list frob\""));
    EXPECT_THAT(error({"--help", "frob"}), HasSubstr("no command \"frob\""));
    EXPECT_THAT(error({"--version", "frob"}), HasSubstr("\"frob\""));
}

TEST(CommandLine, a_missing_or_wrong_value_is_reported_with_its_option) {
    const auto create = [](std::vector<std::string_view> words) {
        words.insert(words.begin(), {"keys", "create"});
        return error(words);
    };
    EXPECT_THAT(create({}), HasSubstr("keys create needs --name TEXT: what for"));
    EXPECT_THAT(create({"--name"}), HasSubstr("--name needs a value"));
    EXPECT_THAT(create({"--name", "--quiet"}), HasSubstr("--name needs a value"));
    EXPECT_THAT(create({"--quiet=1"}), HasSubstr("--quiet takes no value"));
    EXPECT_THAT(create({"--name", "a", "--name", "b"}), HasSubstr("give --name once"));
    EXPECT_THAT(create({"--name", "a", "--format", "cvs"}),
                HasSubstr("--format takes csv, jsonl, and not \"cvs\"; did you mean \"csv\"?"));
    for (const char* port : {"x", "-1", "65536", "1.5", "99999999999999999999", ""})
        EXPECT_THAT(create({"--name", "a", "--port", port}),
                    HasSubstr("--port takes a whole number from 0 to 65535"))
            << port;
    EXPECT_THAT(create({"--name", "a", "--file", "/no/such"}),
                HasSubstr("--file: there is no file /no/such"));
    EXPECT_THAT(error({"import"}), HasSubstr("import needs KIND: of what"));
    EXPECT_THAT(error({"import", "camt"}), HasSubstr("import needs FILE"));
    EXPECT_THAT(error({"import", "cmat", "f"}), HasSubstr("did you mean \"camt\"?"));
}

TEST(CommandLine, help_and_version_are_asked_for_in_every_usual_way) {
    for (const auto& words : std::vector<std::vector<std::string_view>>{
             {"help", "keys", "create"}, {"keys", "create", "--help"}, {"keys", "create", "-h"}}) {
        const auto asked = parsed(words);
        ASSERT_TRUE(asked.has_value());
        EXPECT_TRUE(asked->asks_help);
        EXPECT_EQ(asked->command->name, "keys create");
    }
    for (const char* word : {"help", "--help", "-h"})
        EXPECT_TRUE(parsed({word})->asks_help && parsed({word})->command == nullptr) << word;
    for (const char* word : {"--version", "-V"})
        EXPECT_TRUE(parsed({word})->asks_version) << word;
    EXPECT_TRUE(parsed({"-V", "--json"})->given.has("--json"));
}

TEST(Help, says_what_a_command_takes_and_with_what_it_ends) {
    const std::string help = help_of(commands(), *find_command(commands(), "keys create"), 80);
    for (const char* part :
         {"settled keys create --name TEXT [OPTIONS]", "--scopes SCOPES", "csv, jsonl", "--url URL",
          "--data DIRECTORY", "--json", "Exit status", "1  refused"})
        EXPECT_THAT(help, HasSubstr(part));
    const std::string group = help_of(commands(), *find_command(commands(), "keys"), 80);
    EXPECT_THAT(group, HasSubstr("keys list"));
    EXPECT_THAT(group, Not(HasSubstr("Exit status")));
    const std::string local = help_of(commands(), *find_command(commands(), "serve"), 80);
    EXPECT_THAT(local, Not(HasSubstr("--url")));
    std::string_view rest = help;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        EXPECT_LE(line.size(), 90U) << line; // the ellipsis is three bytes
        rest.remove_prefix(line.size() + 1);
    }
}

} // namespace
} // namespace settled::cli
