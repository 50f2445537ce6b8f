#include "cli/client/target.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace settled::cli {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string, std::less<>>;
using Options = std::vector<std::pair<std::string, std::string>>;

const Command on_server{.name = "keys list",
                        .sentence = "",
                        .place = Place::server,
                        .options = {{.name = "--tenant", .value = "NAME", .on_the_machine = true}}};
const Command on_machine{.name = "serve", .sentence = "", .place = Place::machine};
const Command on_console{.name = "console", .sentence = "", .place = Place::machine};

std::expected<Target, std::string> chosen(const Command& command, const Options& options,
                                          const Variables& variables,
                                          std::string_view system_config = "/no/such/file",
                                          std::string_view dev = "/no/such/directory") {
    Given given;
    for (const auto& [name, value] : options)
        given.add(name, value);
    const Environment environment = [&](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return choose_target(command, given, environment, system_config, dev);
}

std::string data_of(const std::expected<Target, std::string>& target) {
    if (!target)
        return target.error();
    if (target->remote)
        return target->remote->url;
    const auto config = target->local.load();
    return config ? config->data : server::to_text(config.error());
}

class File {
  public:
    explicit File(const std::string& text) : path_(testing::TempDir() + "target_XXXXXX") {
        ::close(::mkstemp(path_.data()));
        std::ofstream(path_) << text;
    }
    ~File() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

TEST(Target, the_first_that_is_given_counts_and_an_option_before_a_variable) {
    const File file("[server]\ndata = \"/from/file\"\n");
    const File bare("[log]\nlevel = \"info\"\n");
    const Variables key{{"SETTLED_KEY", "sk_1"}};
    const auto with_key = [&](Variables more) {
        more.insert(key.begin(), key.end());
        return more;
    };
    const struct {
        Options options;
        Variables variables;
        std::string system_config;
        std::string data;
    } cases[] = {
        {{}, {}, "", "./data"},
        {{}, {}, file.path(), "/from/file"},
        {{}, {{"SETTLED_DATA", "/v"}}, file.path(), "/v"},
        {{{"--data", "/o"}}, {{"SETTLED_DATA", "/v"}}, file.path(), "/o"},
        {{{"--config", file.path()}}, {{"SETTLED_DATA", "/v"}}, "", "/from/file"},
        {{{"--config", bare.path()}}, {{"SETTLED_DATA", "/v"}}, file.path(), "/v"},
        {{{"--config", file.path()}, {"--data", "/o"}}, {}, "", "/o"},
        {{}, with_key({{"SETTLED_URL", "https://a.example/"}}), file.path(), "https://a.example"},
        {{{"--data", "/o"}}, with_key({{"SETTLED_URL", "https://a.example"}}), "", "/o"},
        {{{"--url", "https://b.example/x"}},
         with_key({{"SETTLED_URL", "https://a.example"}, {"SETTLED_DATA", "/v"}}),
         "",
         "https://b.example/x"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(data_of(chosen(on_server, c.options, c.variables, c.system_config)), c.data)
            << c.data;
}

TEST(Target, the_dev_of_the_directory_counts_after_all_that_is_named) {
    std::string dev = testing::TempDir() + "dev_XXXXXX";
    ASSERT_NE(::mkdtemp(dev.data()), nullptr);
    std::ofstream(dev + "/settled.toml") << "[server]\ndata = \"/of/dev\"\n";
    const File system("[server]\ndata = \"/of/system\"\n");
    const auto data = [&](const Options& options, const Variables& variables) {
        return data_of(chosen(on_server, options, variables, system.path(), dev));
    };
    EXPECT_EQ(data({}, {}), "/of/system") << "it is none without its dev.json";
    ASSERT_TRUE(write_dev_state(dev, {}).has_value());
    EXPECT_EQ(data({}, {}), "/of/dev");
    EXPECT_EQ(data({{"--data", "/o"}}, {}), "/o");
    EXPECT_EQ(data({}, {{"SETTLED_DATA", "/v"}}), "/v");
    EXPECT_EQ(data({{"--config", system.path()}}, {}), "/of/system");
    EXPECT_EQ(data({}, {{"SETTLED_URL", "https://a.example"}, {"SETTLED_KEY", "sk_1"}}),
              "https://a.example");
    ::chmod((dev + "/dev.json").c_str(), 0644);
    EXPECT_EQ(data({}, {}), "/of/system") << "another user may have written it";
    std::filesystem::remove_all(dev);
}

TEST(Target, contradicting_options_are_refused) {
    const auto error = [](const Command& command, const Options& options,
                          const Variables& variables) {
        const auto target = chosen(command, options, variables);
        return target ? "nothing is wrong" : target.error();
    };
    const Variables key{{"SETTLED_KEY", "sk_1"}};
    const Options url{{"--url", "https://a.example"}};
    EXPECT_THAT(error(on_server, {{"--url", "https://a"}, {"--data", "/o"}}, key),
                HasSubstr("not both"));
    EXPECT_THAT(error(on_server, {}, {{"SETTLED_URL", "https://a"}, {"SETTLED_DATA", "/v"}}),
                HasSubstr("SETTLED_URL and SETTLED_DATA are both set"));
    EXPECT_THAT(error(on_machine, {}, {{"SETTLED_URL", "https://a"}}),
                HasSubstr("serve works on the server's own machine"));
    EXPECT_EQ(error(on_machine, {{"--data", "/o"}}, {{"SETTLED_URL", "https://a"}}),
              "nothing is wrong");
    EXPECT_EQ(error(on_console, {}, {{"SETTLED_URL", "http://127.0.0.1:8080"}}),
              "nothing is wrong");
    EXPECT_THAT(error(on_console, {}, {{"SETTLED_URL", "https://a"}}),
                HasSubstr("console works on the server's own machine"));
    EXPECT_THAT(error(on_server, url, {}), HasSubstr("SETTLED_KEY"));
    EXPECT_THAT(error(on_server, url, {{"SETTLED_KEY", "a"}, {"SETTLED_KEY_FILE", "b"}}),
                HasSubstr("not both"));
    EXPECT_THAT(error(on_server, url, {{"SETTLED_KEY_FILE", "/no/such"}}),
                HasSubstr("SETTLED_KEY_FILE: "));
    EXPECT_THAT(error(on_server, {{"--url", "https://a"}, {"--tenant", "x"}}, key),
                HasSubstr("--tenant is for the machine"));
    EXPECT_THAT(error(on_server, {{"--url", "http://a.example"}}, key), HasSubstr("https://"));
    EXPECT_THAT(error(on_server, {{"--url", "a.example"}}, key), HasSubstr("no URL of a server"));
    for (const char* loopback :
         {"http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:1"})
        EXPECT_EQ(error(on_server, {{"--url", loopback}}, key), "nothing is wrong") << loopback;
}

TEST(Target, a_key_is_taken_from_a_file_that_is_closed_to_others) {
    const File file("sk_2\n");
    const auto target =
        chosen(on_server, {{"--url", "https://a.example"}}, {{"SETTLED_KEY_FILE", file.path()}});
    ASSERT_TRUE(target.has_value()) << target.error();
    EXPECT_EQ(target->remote->key.reveal(), "sk_2");
}

TEST(Target, a_setting_of_the_command_line_that_is_wrong_is_named_as_it_was_given) {
    LocalServer local;
    local.listen = "nowhere";
    const auto config = local.load();
    ASSERT_FALSE(config.has_value());
    EXPECT_THAT(server::to_text(config.error()), HasSubstr("--listen: server.listen must be"));
}

} // namespace
} // namespace settled::cli
