// Settings from a file (TOML).
#include "base/nearest.h"
#include "server/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <tuple>

namespace settled::server {

namespace {

// Each is a connection, a thread, and a transaction that holds locks: more than the database has
// cores for its node gain nothing.
constexpr std::int64_t writers_max = 16;
// Their rows are read when an event is made, and are in the memory of every worker.
constexpr std::int64_t endpoints_per_tenant_max = 10'000;
// A thread each: network HSMs sign some thousands a second over as many.
constexpr std::int64_t sessions_max = 64;
// Each reading is paid for; a secret that was changed is found within a day.
constexpr std::int64_t refresh_min = 5;
constexpr std::int64_t refresh_max = 86'400;
constexpr std::int64_t memory_mib_min = net::bounds::memory_min >> 20U;
// More than any machine of today has: only a slip of the finger is meant.
constexpr std::int64_t memory_mib_max = 65'536;

// Reads one section after the other and remembers what was wrong.
class Reader {
  public:
    Reader(const toml::table& root, std::string file, LoadedConfig& loaded)
        : root_(root), file_(std::move(file)), loaded_(loaded) {}

    // The keys of a section, and what takes each.
    using Setting = std::pair<std::string_view, std::function<void(const toml::node&)>>;
    void section(std::string_view name, const std::vector<Setting>& settings) {
        know(name, settings);
        const toml::node* node = root_.get(name);
        if (node == nullptr)
            return;
        const toml::table* table = node->as_table();
        if (table == nullptr)
            return complain(*node, std::string(name), fmt::format("[{}] must be a section", name));
        read_table(name, *table, settings);
    }
    // A section that may be there several times, [[name]], an item of `into` each.
    template <class Item>
    void sections(std::string_view name, std::vector<Item>& into,
                  const std::function<std::vector<Setting>(Item&)>& settings_of) {
        Item unused;
        know(name, settings_of(unused));
        const toml::node* node = root_.get(name);
        if (node == nullptr)
            return;
        const toml::array* array = node->as_array();
        if (array == nullptr || !array->is_homogeneous<toml::table>())
            return complain(*node, std::string(name),
                            fmt::format("[[{}]] must be a list of sections", name));
        for (const toml::node& table : *array)
            read_table(name, *table.as_table(), settings_of(into.emplace_back()));
    }
    // Keys that no section takes, when all sections are known: they may belong into another one.
    void refuse_the_rest() {
        for (const auto& [key, value] : root_)
            if (!settings_.contains(key.str()))
                complain(value, std::string(key.str()),
                         fmt::format("there is no section [{}]{}", key.str(),
                                     did_you_mean(key.str(), names_of(settings_))));
        for (const Unknown& unknown : unknown_)
            complain(*unknown.node, unknown.section + "." + unknown.key, sentence_of(unknown));
    }

    std::function<void(const toml::node&)> text(std::string& into) {
        return [this, &into](const toml::node& node) {
            if (const auto value = node.value_exact<std::string>())
                into = *value;
            else
                complain(node, "{} must be text in quotes");
        };
    }
    std::function<void(const toml::node&)> flag(bool& into) {
        return [this, &into](const toml::node& node) {
            if (const auto value = node.value_exact<bool>())
                into = *value;
            else
                complain(node, "{} must be true or false");
        };
    }
    std::function<void(const toml::node&)> number(std::int64_t least, std::int64_t most,
                                                  std::function<void(std::int64_t)> set) {
        return [this, least, most, set = std::move(set)](const toml::node& node) {
            const auto value = node.value_exact<std::int64_t>();
            if (value && *value >= least && *value <= most)
                set(*value);
            else
                complain(node,
                         fmt::format("{{}} must be a whole number from {} to {}", least, most));
        };
    }
    std::function<void(const toml::node&)> ratio(double& into) {
        return [this, &into](const toml::node& node) {
            const auto value = node.value<double>();
            if (node.is_number() && value && *value >= 0 && *value <= 1)
                into = *value;
            else
                complain(node, "{} must be a number from 0 to 1");
        };
    }
    // {name = "text", …}
    std::function<void(const toml::node&)> named_texts(std::map<std::string, std::string>& into) {
        return [this, &into](const toml::node& node) {
            const toml::table* table = node.as_table();
            if (table == nullptr || (!table->empty() && !table->is_homogeneous<std::string>()))
                return complain(node, "{} must be names with texts, such as "
                                      "{{Authorization = \"file:/run/secrets/collector\"}}");
            into.clear();
            for (const auto& [name, value] : *table)
                into[std::string(name.str())] = *value.value<std::string>();
        };
    }
    std::function<void(const toml::node&)> texts(std::vector<std::string>& into) {
        return [this, &into](const toml::node& node) {
            const toml::array* array = node.as_array();
            if (array == nullptr || (!array->empty() && !array->is_homogeneous<std::string>()))
                return complain(node, "{} must be a list of texts, such as [\"10.0.0.0/8\"]");
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
                return complain(node, "{} must be a list of at most 50 numbers of seconds");
            into.clear();
            for (const auto& item : *array) {
                const std::int64_t value = *item.value<std::int64_t>();
                if (value < 0 || value > 7 * 86'400)
                    return complain(node, "{}: a wait is 0 to 604800 seconds");
                into.emplace_back(value);
            }
        };
    }

  private:
    struct Unknown {
        std::string section;
        std::string key;
        const toml::node* node;
    };
    using Names = std::map<std::string, std::vector<std::string>, std::less<>>;

    void know(std::string_view section, const std::vector<Setting>& settings) {
        for (const Setting& setting : settings)
            settings_[std::string(section)].emplace_back(setting.first);
    }
    void read_table(std::string_view name, const toml::table& table,
                    const std::vector<Setting>& settings) {
        for (const auto& [key, value] : table) {
            const auto known = std::ranges::find(settings, key.str(), &Setting::first);
            if (known == settings.end()) {
                unknown_.push_back({std::string(name), std::string(key.str()), &value});
                continue;
            }
            setting_ = fmt::format("{}.{}", name, key.str());
            loaded_.config.origins[setting_] = {file_, value.source().begin.line};
            known->second(value);
        }
    }
    static std::vector<std::string_view> names_of(const Names& names) {
        std::vector<std::string_view> all;
        for (const auto& [name, settings] : names)
            all.push_back(name);
        return all;
    }
    std::string sentence_of(const Unknown& unknown) const {
        std::string text = fmt::format("[{}] has no setting {}", unknown.section, unknown.key);
        for (const auto& [section, keys] : settings_)
            if (std::ranges::find(keys, unknown.key) != keys.end())
                return fmt::format("{}; it belongs to [{}]", text, section);
        const auto& own = settings_.find(unknown.section)->second;
        return text +
               did_you_mean(unknown.key, std::vector<std::string_view>(own.begin(), own.end()));
    }
    // Of the setting that is being read: its name comes where the sentence has {}.
    void complain(const toml::node& node, std::string_view sentence) {
        complain(node, setting_, fmt::format(fmt::runtime(sentence), setting_));
    }
    void complain(const toml::node& node, std::string setting, std::string message) {
        loaded_.problems.push_back(
            {{file_, node.source().begin.line}, std::move(setting), std::move(message)});
    }

    const toml::table& root_;
    std::string file_;
    LoadedConfig& loaded_;
    std::string setting_; // "server.listen": the one that is being read
    Names settings_;      // known ones, by section
    std::vector<Unknown> unknown_;
};

void read_kafka(Reader& reader, Config& config) {
    kafka::Settings& kafka = config.kafka;
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
    const auto settings_of = [&reader](kafka::ConsumerSettings& consumer) {
        return std::vector<Reader::Setting>{
            {"topics", reader.texts(consumer.topics)},
            {"group", reader.text(consumer.group)},
            {"tenant", reader.text(consumer.tenant)},
            {"format", reader.text(consumer.format)},
            {"dead_letter_topic", reader.text(consumer.dead_letter_topic)}};
    };
    reader.sections<kafka::ConsumerSettings>("kafka_consumer", config.kafka_consumers, settings_of);
}

void read_attention(Reader& reader, Config& config) {
    constexpr std::int64_t year_hours = std::int64_t{24} * 366;
    domain::Attention& attention = config.attention;
    reader.section("attention",
                   {{"backup_hours", reader.number(0, year_hours,
                                                   [&attention](std::int64_t hours) {
                                                       attention.backup = std::chrono::hours(hours);
                                                   })},
                    {"expiry_days", reader.number(0, 366,
                                                  [&attention](std::int64_t days) {
                                                      attention.expiry = std::chrono::days(days);
                                                  })},
                    {"backlog_seconds", reader.number(0, 7 * 86'400,
                                                      [&attention](std::int64_t seconds) {
                                                          attention.backlog =
                                                              std::chrono::seconds(seconds);
                                                      })},
                    {"review_hours", reader.number(0, year_hours,
                                                   [&attention](std::int64_t hours) {
                                                       attention.review = std::chrono::hours(hours);
                                                   })},
                    {"free_percent", reader.number(0, 99, [&attention](std::int64_t percent) {
                         attention.free_percent = static_cast<int>(percent);
                     })}});
}

void read_retention(Reader& reader, Config& config) {
    domain::Retention& retention = config.retention;
    const auto days = [&reader](std::int64_t& into) {
        return reader.number(0, domain::purge_days_max,
                             [&into](std::int64_t value) { into = value; });
    };
    reader.section("retention", {{"payments_days", days(retention.payments_days)},
                                 {"events_days", days(retention.events_days)},
                                 {"deliveries_days", days(retention.deliveries_days)},
                                 {"calls_days", days(retention.calls_days)}});
}

// The server itself and its store.
void read_server(Reader& reader, Config& config) {
    reader.section("server",
                   {{"listen", reader.text(config.listen)},
                    {"data", reader.text(config.data)},
                    {"tls_certificate", reader.text(config.tls_certificate)},
                    {"tls_key", reader.text(config.tls_key)},
                    {"public_url", reader.text(config.public_url)},
                    {"trusted_proxies", reader.texts(config.trusted_proxies)},
                    {"proxy_protocol", reader.flag(config.proxy_protocol)},
                    {"request_memory_mib", reader.number(memory_mib_min, memory_mib_max,
                                                         [&config](std::int64_t value) {
                                                             config.request_memory =
                                                                 static_cast<std::size_t>(value)
                                                                 << 20U;
                                                         })},
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
}

// Where keys and secrets are.
void read_keys(Reader& reader, Config& config) {
    reader.section("crypto", {{"fips", reader.flag(config.fips)}});
    reader.section(
        "custody",
        {{"tenant_directory", reader.text(config.tenant_directory)},
         {"allow_s3_without_kms", reader.flag(config.allow_s3_without_kms)},
         {"refresh_seconds", reader.number(refresh_min, refresh_max, [&config](std::int64_t value) {
              config.secrets_refresh = std::chrono::seconds(value);
          })}});
    reader.section("aws",
                   {{"region", reader.text(config.aws_region)},
                    {"credentials", reader.text(config.aws_credentials)},
                    {"endpoint_url", reader.text(config.aws_endpoint_url)},
                    {"endpoint_url_secrets_manager", reader.text(config.aws_secrets_manager_url)},
                    {"endpoint_url_s3", reader.text(config.aws_s3_url)},
                    {"endpoint_url_sts", reader.text(config.aws_sts_url)},
                    {"tenant_prefix", reader.text(config.aws_tenant_prefix)}});
    reader.section("pkcs11",
                   {{"modules", reader.texts(config.pkcs11_modules)},
                    {"mechanism", reader.text(config.pkcs11_mechanism)},
                    {"sessions", reader.number(1, sessions_max, [&config](std::int64_t value) {
                         config.pkcs11_sessions = static_cast<std::size_t>(value);
                     })}});
}

// What this node does, and how.
void read_work(Reader& reader, Config& config) {
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
                    {"watermark_seconds", reader.number(0, 86'400,
                                                        [&config](std::int64_t value) {
                                                            config.watermark =
                                                                std::chrono::seconds(value);
                                                        })},
                    {"suggested_reviews", reader.flag(config.suggested_reviews)}});
    reader.section("learning",
                   {{"after_seconds", reader.number(0, 3600, [&config](std::int64_t value) {
                         config.learn_after = std::chrono::seconds(value);
                     })}});
    reader.section("delivery",
                   {{"retry_after_seconds", reader.seconds(config.retry_after)},
                    {"endpoints_per_tenant",
                     reader.number(1, endpoints_per_tenant_max, [&config](std::int64_t value) {
                         config.endpoints_per_tenant = static_cast<std::size_t>(value);
                     })}});
}

// Calls to banks, and the days on which payments are made.
void read_calls(Reader& reader, Config& config) {
    const auto seconds_into = [](std::chrono::seconds& into) {
        return [&into](std::int64_t value) { into = std::chrono::seconds(value); };
    };
    reader.section(
        "calls",
        {{"timeout_seconds", reader.number(1, 120, seconds_into(config.calls.timeout))},
         {"retry_after_seconds", reader.seconds(config.calls.retry_after)},
         {"query_after_seconds", reader.seconds(config.calls.query_after)},
         {"review_after_seconds",
          reader.number(1, 7 * 86'400, seconds_into(config.calls.review_after))},
         {"ask_submitted_after_seconds",
          reader.number(1, 7 * 86'400, seconds_into(config.calls.ask_submitted_after))},
         {"probe_every_seconds", reader.number(1, 3600, seconds_into(config.calls.probe_every))}});
    reader.section("notifications",
                   {{"retry_after_seconds", reader.seconds(config.fetch_retry_after)}});
    reader.section("calendar", {{"chaps_hours", reader.text(config.chaps_hours)},
                                {"chaps_days", reader.text(config.chaps_days)},
                                {"bank_holidays", reader.text(config.bank_holidays)},
                                {"outside_hours", reader.text(config.outside_hours)}});
    reader.section("modulus", {{"weights", reader.text(config.modulus_weights)},
                               {"substitutions", reader.text(config.modulus_substitutions)}});
}

// Who is served and shown what, and who is called.
void read_reach(Reader& reader, Config& config) {
    reader.section("console", {{"enabled", reader.flag(config.console)}});
    read_attention(reader, config);
    reader.section("traces", {{"endpoint", reader.text(config.traces_endpoint)},
                              {"sample_ratio", reader.ratio(config.traces_ratio)},
                              {"send_to_partners", reader.flag(config.traces_to_partners)},
                              {"headers", reader.named_texts(config.traces_headers)}});
    read_retention(reader, config);
    reader.section("egress", {{"https_only", reader.flag(config.https_only)},
                              {"allow", reader.texts(config.allow)},
                              {"name_servers", reader.texts(config.name_servers)},
                              {"trusted_certificates", reader.text(config.trusted_certificates)}});
}

void read_all(Reader& reader, Config& config) {
    read_server(reader, config);
    read_keys(reader, config);
    read_work(reader, config);
    read_calls(reader, config);
    read_reach(reader, config);
    read_kafka(reader, config);
    reader.refuse_the_rest();
}

} // namespace

LoadedConfig load_config(const std::string& path) {
    LoadedConfig loaded;
    try {
        const toml::table root = toml::parse_file(path);
        Reader reader(root, path, loaded);
        read_all(reader, loaded.config);
        std::ranges::sort(loaded.problems, {}, [](const ConfigProblem& p) {
            return std::tie(p.origin.line, p.setting);
        });
    } catch (const toml::parse_error& error) {
        loaded.problems.push_back(
            {{path, error.source().begin.line}, "", std::string(error.description())});
    }
    return loaded;
}

} // namespace settled::server
