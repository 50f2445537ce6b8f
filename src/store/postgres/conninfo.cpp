#include "store/postgres/conninfo.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace settled::store::postgres {

Result<ConnectionInfo> ConnectionInfo::parse(const Secret& url, Secret password) {
    char* message = nullptr;
    const std::string text(url.reveal());
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
        PQconninfoParse(text.c_str(), &message), PQconninfoFree);
    if (!options) {
        PQfreemem(message); // it quotes the URL, and the password with it
        return fail(Code::config_invalid,
                    "store.url is no PostgreSQL URL, such as postgresql://user@host/database");
    }
    ConnectionInfo info;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr)
            info.set(option->keyword, option->val);
    if (!password.empty())
        info.set("password", std::string(password.reveal())); // to libpq, which asks for it
    // What a dead network may cost before we notice; a paused server is noticed by our own wait.
    info.set_default("connect_timeout", "3");
    info.set_default("keepalives_idle", "5");
    info.set_default("keepalives_interval", "2");
    info.set_default("keepalives_count", "3");
    info.set_default("tcp_user_timeout", "8000");
    info.set_default("application_name", "settled");
    // Of several hosts, the one that takes writes.
    info.set("target_session_attrs", "read-write");
    info.set("client_encoding", "UTF8");
    return info;
}

void ConnectionInfo::set(std::string keyword, std::string value) {
    const auto there =
        std::ranges::find(settings_, keyword, &std::pair<std::string, Secret>::first);
    if (there != settings_.end())
        there->second = Secret(std::move(value));
    else
        settings_.emplace_back(std::move(keyword), Secret(std::move(value)));
}

void ConnectionInfo::set_default(std::string keyword, std::string value) {
    if (value_of(keyword).empty())
        set(std::move(keyword), std::move(value));
}

std::string_view ConnectionInfo::value_of(std::string_view keyword) const {
    const auto there =
        std::ranges::find(settings_, keyword, &std::pair<std::string, Secret>::first);
    return there == settings_.end() ? "" : there->second.reveal(); // to libpq and our own text
}

ConnectionInfo ConnectionInfo::copy() const {
    ConnectionInfo other;
    for (const auto& [keyword, value] : settings_)
        other.settings_.emplace_back(keyword, value.copy());
    return other;
}

std::vector<const char*> ConnectionInfo::keywords() const {
    std::vector<const char*> all;
    for (const auto& setting : settings_)
        all.push_back(setting.first.c_str());
    all.push_back(nullptr);
    return all;
}

std::vector<const char*> ConnectionInfo::values() const {
    std::vector<const char*> all;
    for (const auto& setting : settings_)
        all.push_back(setting.second.reveal().data()); // of a std::string: it ends with a NUL
    all.push_back(nullptr);
    return all;
}

std::string ConnectionInfo::shown() const {
    std::string text(value_of("host"));
    if (!value_of("port").empty())
        text += ":" + std::string(value_of("port"));
    return text + "/" + std::string(value_of("dbname"));
}

} // namespace settled::store::postgres
