// Reads the body of an API call and collects what is wrong with it, member by member, as the bank's
// 400 answers say it: {"title","status","errors":{"member":["message"]}}. Members that the bank
// does not know are ignored, as its framework does.
// Source: ClearBank "Getting started", status codes (RFC 7807); SW fps-initiate-payment-v3.
#pragma once

#include "net/http.h"
#include "wire/json.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

class FieldErrors {
  public:
    void add(const std::string& member, std::string message);
    bool empty() const { return messages_.empty(); }
    // CHAPS has "400" where the others have 400.
    void status_as_text() { status_as_text_ = true; }
    net::Response answer() const;

  private:
    std::map<std::string, std::vector<std::string>> messages_;
    bool status_as_text_ = false;
};

struct TextRule {
    std::size_t characters_min = 1;
    std::size_t characters_max = 35;
    bool (*allows)(char) = nullptr; // none: any character
};

// An object within the body. What it reads wrong is empty and noted in the errors.
class BodyPart {
  public:
    BodyPart(wire::Json object, std::string path, FieldErrors& errors)
        : object_(object), path_(std::move(path)), errors_(errors) {}

    std::optional<BodyPart> part(std::string_view name) const; // noted when absent
    std::optional<BodyPart> part_if_given(std::string_view name) const;
    // A list of 1 to `size_max` objects.
    std::vector<BodyPart> parts(std::string_view name, std::size_t size_max) const;
    std::string text(std::string_view name, const TextRule& rule) const; // noted when absent
    std::string text_if_given(std::string_view name, const TextRule& rule) const;
    // Absent is false; null is an error.
    bool flag_if_given(std::string_view name) const;
    // The digits of a number as sent; empty when it is none.
    std::string number(std::string_view name) const;
    void refuse(std::string_view name, std::string message) const;

  private:
    std::string path_to(std::string_view name) const;
    std::optional<wire::Json> member(std::string_view name) const; // neither absent nor null

    wire::Json object_;
    std::string path_;
    FieldErrors& errors_;
};

} // namespace settled::sandbox
