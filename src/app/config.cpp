#include "app/config.h"

#include "store/postgres/postgres_store.h"

#include "node/roles.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>

namespace settled::app {

namespace {

// Each is a connection, a thread, and a transaction that holds locks: more than the database has
// cores for its node gain nothing.
constexpr std::int64_t writers_max = 16;

// Reads one section after the other and remembers what was wrong.
class Reader {
  public:
    Reader(const toml::table& root, std::string file, std::vector<ConfigProblem>& problems)
        : root_(root), file_(std::move(file)), problems_(problems) {}

    // The keys of a section; `take` is called with each known one.
    using Setting = std::pair<std::string_view, std::function<void(const toml::node&)>>;
    void section(std::string_view name, const std::vector<Setting>& settings) {
        known_sections_.push_back(std::string(name));
        const toml::node* node = root_.get(name);
        if (node == nullptr)
            return;
        const toml::table* table = node->as_table();
        if (table == nullptr)
            return complain(*node, fmt::format("[{}] must be a section", name));
        read_table(name, *table, settings);
    }
    // A section that may be there several times, [[name]]; `make` gives the settings of the next.
    void sections(std::string_view name, const std::function<std::vector<Setting>()>& make) {
        known_sections_.push_back(std::string(name));
        const toml::node* node = root_.get(name);
        if (node == nullptr)
            return;
        const toml::array* array = node->as_array();
        if (array == nullptr || !array->is_homogeneous<toml::table>())
            return complain(*node, fmt::format("[[{}]] must be a list of sections", name));
        for (const toml::node& table : *array)
            read_table(name, *table.as_table(), make());
    }
    void refuse_other_sections() {
        for (const auto& [key, value] : root_)
            if (std::ranges::find(known_sections_, key.str()) == known_sections_.end())
                complain(value, fmt::format("there is no section [{}]", key.str()));
    }

    std::function<void(const toml::node&)> text(std::string& into) {
        return [this, &into](const toml::node& node) {
            if (const auto value = node.value_exact<std::string>())
                into = *value;
            else
                complain(node, "must be text in quotes");
        };
    }
    std::function<void(const toml::node&)> flag(bool& into) {
        return [this, &into](const toml::node& node) {
            if (const auto value = node.value_exact<bool>())
                into = *value;
            else
                complain(node, "must be true or false");
        };
    }
    std::function<void(const toml::node&)> number(std::int64_t least, std::int64_t most,
                                                  std::function<void(std::int64_t)> set) {
        return [this, least, most, set = std::move(set)](const toml::node& node) {
            const auto value = node.value_exact<std::int64_t>();
            if (value && *value >= least && *value <= most)
                set(*value);
            else
                complain(node, fmt::format("must be a whole number from {} to {}", least, most));
        };
    }
    std::function<void(const toml::node&)> texts(std::vector<std::string>& into) {
        return [this, &into](const toml::node& node) {
            const toml::array* array = node.as_array();
            if (array == nullptr || (!array->empty() && !array->is_homogeneous<std::string>()))
                return complain(node, "must be a list of texts, such as [\"10.0.0.0/8\"]");
            into.clear();
            for (const auto& item : *array)
                into.push_back(*item.value<std::string>());
        };
    }
    std::function<void(const toml::node&)> seconds(std::vector<std::chrono::seconds>& into) {
        return [this, &into](const toml::node& node) {
            const toml::array* array = node.as_array();
            const bool numbers =
                array != nullptr && (array->empty() || array->is_homogeneous<std::int64_t>());
            if (!numbers || array->size() > 50)
                return complain(node, "must be a list of at most 50 numbers of seconds");
            into.clear();
            for (const auto& item : *array) {
                const std::int64_t value = *item.value<std::int64_t>();
                if (value < 0 || value > 7 * 86'400)
                    return complain(node, "a wait is 0 to 604800 seconds");
                into.emplace_back(value);
            }
        };
    }

  private:
    void read_table(std::string_view name, const toml::table& table,
                    const std::vector<Setting>& settings) {
        for (const auto& [key, value] : table) {
            const auto known = std::ranges::find(settings, key.str(), &Setting::first);
            if (known == settings.end())
                complain(value, fmt::format("[{}] has no setting {}", name, key.str()));
            else
                known->second(value);
        }
    }
    void complain(const toml::node& node, std::string message) {
        problems_.push_back({file_, node.source().begin.line, std::move(message)});
    }

    const toml::table& root_;
    std::string file_;
    std::vector<ConfigProblem>& problems_;
    std::vector<std::string> known_sections_;
};

void read_kafka(Reader& reader, Config& config) {
    bus::Settings& kafka = config.kafka;
    reader.section("kafka", {{"bootstrap_servers", reader.text(kafka.bootstrap_servers)},
                             {"security_protocol", reader.text(kafka.security_protocol)},
                             {"sasl_mechanism", reader.text(kafka.sasl_mechanism)},
                             {"sasl_username", reader.text(kafka.sasl_username)},
                             {"sasl_password", reader.text(kafka.sasl_password)},
                             {"ca_certificates", reader.text(kafka.ca_certificates)},
                             {"certificate", reader.text(kafka.certificate)},
                             {"key", reader.text(kafka.key)},
                             {"client_id", reader.text(kafka.client_id)},
                             {"event_topics", reader.texts(kafka.event_topics)}});
    reader.sections("kafka_consumer", [&] {
        bus::ConsumerSettings& consumer = config.kafka_consumers.emplace_back();
        return std::vector<Reader::Setting>{
            {"topics", reader.texts(consumer.topics)},
            {"group", reader.text(consumer.group)},
            {"tenant", reader.text(consumer.tenant)},
            {"format", reader.text(consumer.format)},
            {"dead_letter_topic", reader.text(consumer.dead_letter_topic)}};
    });
}

void read_all(Reader& reader, Config& config) {
    reader.section("server", {{"listen", reader.text(config.listen)},
                              {"data", reader.text(config.data)},
                              {"tls_certificate", reader.text(config.tls_certificate)},
                              {"tls_key", reader.text(config.tls_key)},
                              {"threads", reader.number(0, 64, [&config](std::int64_t value) {
                                   config.threads = static_cast<int>(value);
                               })}});
    reader.section("store",
                   {{"url", reader.text(config.store_url)},
                    {"password", reader.text(config.store_password)},
                    {"master_key", reader.text(config.master_key)},
                    {"writers", reader.number(1, writers_max, [&config](std::int64_t value) {
                         config.store_writers = static_cast<int>(value);
                     })}});
    reader.section("node", {{"roles", reader.texts(config.roles)},
                            {"lease_seconds", reader.number(limits::node_lease_min.count(),
                                                            limits::node_lease_max.count(),
                                                            [&config](std::int64_t value) {
                                                                config.lease =
                                                                    std::chrono::seconds(value);
                                                            })}});
    reader.section("log", {{"level", reader.text(config.log_level)}});
    reader.section("matching",
                   {{"unmatched_after_seconds", reader.number(0, 86'400,
                                                              [&config](std::int64_t value) {
                                                                  config.unmatched_after =
                                                                      std::chrono::seconds(value);
                                                              })},
                    {"watermark_seconds", reader.number(0, 86'400, [&config](std::int64_t value) {
                         config.watermark = std::chrono::seconds(value);
                     })}});
    reader.section("learning",
                   {{"after_seconds", reader.number(0, 3600, [&config](std::int64_t value) {
                         config.learn_after = std::chrono::seconds(value);
                     })}});
    reader.section("delivery", {{"retry_after_seconds", reader.seconds(config.retry_after)}});
    reader.section("egress", {{"https_only", reader.flag(config.https_only)},
                              {"allow", reader.texts(config.allow)},
                              {"trusted_certificates", reader.text(config.trusted_certificates)}});
    read_kafka(reader, config);
    reader.refuse_other_sections();
}

} // namespace

LoadedConfig load_config(const std::string& path) {
    LoadedConfig loaded;
    try {
        const toml::table root = toml::parse_file(path);
        Reader reader(root, path, loaded.problems);
        read_all(reader, loaded.config);
    } catch (const toml::parse_error& error) {
        loaded.problems.push_back(
            {path, error.source().begin.line, std::string(error.description())});
    }
    return loaded;
}

std::vector<ConfigProblem> check_config(const Config& config) {
    std::vector<ConfigProblem> problems;
    const auto complain = [&](std::string message) {
        problems.push_back({"", 0, std::move(message)});
    };
    if (!parse_listen(config.listen))
        complain("server.listen must be ADDRESS:PORT, such as 127.0.0.1:8080");
    if (config.tls_certificate.empty() != config.tls_key.empty())
        complain("server.tls_certificate and server.tls_key go together");
    for (const std::string& file :
         {config.tls_certificate, config.tls_key, config.trusted_certificates,
          config.kafka.ca_certificates, config.kafka.certificate, config.kafka.key})
        if (!file.empty() && !std::filesystem::exists(file))
            complain(fmt::format("there is no file {}", file));
    if (!config.store_url.empty() && !store::postgres::is_postgres_url(config.store_url))
        complain("store.url must begin with postgresql://, or be empty for SQLite");
    if (config.store_url.empty() && !config.store_password.empty())
        complain("store.password is for a store.url");
    if (config.store_url.empty() && config.store_writers != 1)
        complain("store.writers is for a store.url; SQLite has one");
    constexpr std::string_view levels[] = {"debug", "info", "warn", "error"};
    if (std::ranges::find(levels, config.log_level) == std::end(levels))
        complain("log.level must be debug, info, warn or error");
    if (const auto roles = node::Roles::parse(config.roles); !roles)
        complain("node.roles: " + roles.error().detail);
    for (const std::string& block : config.allow)
        if (block.find('/') == std::string::npos)
            complain(fmt::format("egress.allow: {} is no CIDR block, such as 10.0.0.0/8", block));
    for (std::string& problem : bus::problems_of(config.kafka, config.kafka_consumers))
        complain(std::move(problem));
    return problems;
}

Result<ListenAddress> parse_listen(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const auto wrong = [] { return fail(Code::config_invalid, "listen must be ADDRESS:PORT"); };
    if (colon == text.npos || colon == 0)
        return wrong();
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    const std::string_view port = text.substr(colon + 1);
    ListenAddress listen{std::string(address), 0};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
    if (error != std::errc{} || end != port.data() + port.size())
        return wrong();
    return listen;
}

std::string to_text(const std::vector<ConfigProblem>& problems) {
    std::string text;
    for (const ConfigProblem& problem : problems) {
        if (!problem.file.empty())
            text += fmt::format("{}:{}: ", problem.file, problem.line);
        text += problem.message + "\n";
    }
    return text;
}

} // namespace settled::app
