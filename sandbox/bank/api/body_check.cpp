#include "sandbox/bank/api/body_check.h"

#include "sandbox/base/handler.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::sandbox {

void FieldErrors::add(const std::string& member, std::string message) {
    messages_[member].push_back(std::move(message));
}

net::Response FieldErrors::answer() const {
    wire::JsonWriter writer;
    writer.object().member("type", "https://tools.ietf.org/html/rfc7231#section-6.5.1");
    writer.member("title", "One or more validation errors occurred.").key("status");
    writer.raw(status_as_text_ ? R"("400")" : "400");
    writer.key("errors").object();
    for (const auto& [member, messages] : messages_) {
        writer.key(member).array();
        for (const std::string& message : messages)
            writer.value(message);
        writer.end();
    }
    writer.end().end();
    net::Response response = json_answer(400, std::move(writer).text());
    response.content_type = "application/problem+json";
    return response;
}

std::string BodyPart::path_to(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void BodyPart::refuse(std::string_view name, std::string message) const {
    errors_.add(path_to(name), std::move(message));
}

std::optional<wire::Json> BodyPart::member(std::string_view name) const {
    const std::optional<wire::Json> found = object_.member(name);
    return found && !found->is_null() ? found : std::nullopt;
}

std::optional<BodyPart> BodyPart::part(std::string_view name) const {
    if (!member(name)) {
        refuse(name, "The field is required.");
        return std::nullopt;
    }
    return part_if_given(name);
}

std::optional<BodyPart> BodyPart::part_if_given(std::string_view name) const {
    const std::optional<wire::Json> found = member(name);
    if (!found)
        return std::nullopt;
    if (!found->is_object()) {
        refuse(name, "The value must be an object.");
        return std::nullopt;
    }
    return BodyPart(*found, path_to(name), errors_);
}

std::vector<BodyPart> BodyPart::parts(std::string_view name, std::size_t size_max) const {
    std::vector<BodyPart> parts;
    const std::optional<wire::Json> found = member(name);
    if (!found || !found->is_array() || found->size() == 0 || found->size() > size_max) {
        refuse(name, "A list of 1 to " + std::to_string(size_max) + " entries is required.");
        return parts;
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
        const std::string path = path_to(name) + "[" + std::to_string(i) + "]";
        if (found->at(i).is_object())
            parts.emplace_back(found->at(i), path, errors_);
        else
            errors_.add(path, "The value must be an object.");
    }
    return parts;
}

std::string BodyPart::text(std::string_view name, const TextRule& rule) const {
    if (!member(name)) {
        refuse(name, "The field is required.");
        return {};
    }
    return text_if_given(name, rule);
}

std::string BodyPart::text_if_given(std::string_view name, const TextRule& rule) const {
    const std::optional<wire::Json> found = member(name);
    if (!found)
        return {};
    const std::optional<std::string_view> text = found->string();
    if (!text) {
        refuse(name, "The value must be a string.");
        return {};
    }
    if (text->size() < rule.characters_min || text->size() > rule.characters_max)
        refuse(name, "The field must have a length of " + std::to_string(rule.characters_min) +
                         " to " + std::to_string(rule.characters_max) + ".");
    else if (rule.allows != nullptr && !std::ranges::all_of(*text, rule.allows))
        refuse(name, "The field must only contain valid Faster Payments characters.");
    return std::string(*text);
}

bool BodyPart::flag_if_given(std::string_view name) const {
    const std::optional<wire::Json> found = object_.member(name);
    if (!found)
        return false;
    const std::optional<bool> flag = found->boolean();
    if (!flag)
        refuse(name, "The value must be true or false.");
    return flag.value_or(false);
}

std::string BodyPart::number(std::string_view name) const {
    const std::optional<wire::Json> found = member(name);
    const std::optional<std::string_view> digits = found ? found->number() : std::nullopt;
    if (!digits)
        refuse(name, found ? "The value must be a number." : "The field is required.");
    return std::string(digits.value_or(std::string_view()));
}

} // namespace settled::sandbox
