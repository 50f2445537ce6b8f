#include "wire/json_compare.h"

#include "wire/json_writer.h"
#include "wire/money.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace settled::wire {

namespace {

std::string number_text(std::string_view number) {
    std::string plain = plain_decimal(number);
    if (plain.contains('.') && plain.find_first_of("eE") == plain.npos) {
        plain.erase(plain.find_last_not_of('0') + 1);
        if (plain.ends_with('.'))
            plain.pop_back();
    }
    return plain == "-0" ? "0" : plain;
}

std::map<std::string_view, Json> members_of(Json object) {
    std::map<std::string_view, Json> members;
    for (std::size_t i = 0; i < object.size(); ++i)
        members.emplace(object.name_at(i), object.at(i));
    return members;
}

std::string escaped(std::string_view name) {
    std::string token;
    for (const char c : name)
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    return token;
}

// Depth is bounded by limits::json_depth_max, which the reader enforced.
struct Canonical {
    std::span<const std::string> left_out;
    JsonWriter w = {};

    void write(Json value, const std::string& at) {
        if (value.is_object()) {
            w.object();
            for (const auto& [name, member] : members_of(value))
                write_member(name, member, at);
            w.end();
        } else if (value.is_array()) {
            w.array();
            for (std::size_t i = 0; i < value.size(); ++i)
                write(value.at(i), left_out.empty() ? at : at + "/" + std::to_string(i));
            w.end();
        } else if (const auto number = value.number()) {
            w.raw(number_text(*number));
        } else if (const auto text = value.string()) {
            w.value(*text);
        } else {
            w.raw(value.raw());
        }
    }

    void write_member(std::string_view name, Json member, const std::string& at) {
        const std::string below = left_out.empty() ? at : at + "/" + escaped(name);
        if (!left_out.empty() && std::ranges::find(left_out, below) != left_out.end())
            return;
        w.key(name);
        write(member, below);
    }
};

struct Differences {
    std::size_t most;
    std::vector<std::string> found;

    void add(const std::string& at) {
        if (found.size() < most)
            found.push_back(at);
    }

    void compare(Json first, Json second, const std::string& at) {
        if (first.is_object() && second.is_object())
            compare_members(first, second, at);
        else if (first.is_array() && second.is_array())
            compare_elements(first, second, at);
        else if (canonical_json(first) != canonical_json(second))
            add(at);
    }

    void compare_members(Json first, Json second, const std::string& at) {
        const auto others = members_of(second);
        for (std::size_t i = 0; i < first.size(); ++i) {
            const std::string below = at + "/" + escaped(first.name_at(i));
            if (const auto other = others.find(first.name_at(i)); other != others.end())
                compare(first.at(i), other->second, below);
            else
                add(below);
        }
        for (std::size_t i = 0; i < second.size(); ++i)
            if (!first.member(second.name_at(i)))
                add(at + "/" + escaped(second.name_at(i)));
    }

    void compare_elements(Json first, Json second, const std::string& at) {
        const std::size_t both = std::min(first.size(), second.size());
        for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
            const std::string below = at + "/" + std::to_string(i);
            if (i < both)
                compare(first.at(i), second.at(i), below);
            else
                add(below);
        }
    }
};

} // namespace

std::string canonical_json(Json value, std::span<const std::string> left_out) {
    Canonical canonical{left_out};
    canonical.write(value, "");
    return std::move(canonical.w).text();
}

std::vector<std::string> differing_members(Json first, Json second, std::size_t most) {
    Differences differences{most, {}};
    differences.compare(first, second, "");
    return std::move(differences.found);
}

} // namespace settled::wire
