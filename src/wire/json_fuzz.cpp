// Whatever the bytes: a text that is refused names one of three reasons; one that is read can be
// read again from its raw text, value by value, and written and read back unchanged.
#include "base/assert.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <cstddef>
#include <cstdint>

namespace settled::wire {
namespace {

void write(JsonWriter& w, const Json& value) {
    switch (value.kind()) {
    case JsonKind::null:
        w.null();
        return;
    case JsonKind::boolean:
        w.value(*value.boolean());
        return;
    case JsonKind::number:
        w.raw(*value.number());
        return;
    case JsonKind::string:
        w.value(*value.string());
        return;
    case JsonKind::array:
        w.array();
        for (std::size_t i = 0; i < value.size(); ++i)
            write(w, value.at(i));
        w.end();
        return;
    case JsonKind::object:
        w.object();
        for (std::size_t i = 0; i < value.size(); ++i) {
            w.key(value.name_at(i));
            write(w, value.at(i));
        }
        w.end();
        return;
    }
}

void expect_equal(const Json& a, const Json& b) {
    SETTLED_ASSERT(a.kind() == b.kind(), "the kind changed");
    SETTLED_ASSERT(a.string() == b.string() && a.number() == b.number() &&
                       a.integer() == b.integer() && a.boolean() == b.boolean(),
                   "the value changed");
    SETTLED_ASSERT(a.size() == b.size(), "the size changed");
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a.is_object()) {
            const std::string_view name = a.name_at(i);
            SETTLED_ASSERT(name == b.name_at(i), "a name changed");
            const auto found = a.member(name);
            SETTLED_ASSERT(found && found->raw().data() == a.at(i).raw().data(),
                           "a name leads elsewhere");
            SETTLED_ASSERT(a.member_any_case(name)->raw().data() == a.at(i).raw().data(),
                           "the exact name goes first");
        }
        expect_equal(a.at(i), b.at(i));
    }
}

JsonDocument read_again(std::string_view text) {
    auto again = JsonDocument::parse(text);
    SETTLED_ASSERT(again.has_value(), "what was read is refused: {}", again.error().detail);
    return *std::move(again);
}

void check(std::string_view text) {
    const auto document = JsonDocument::parse(text);
    if (!document) {
        const Code code = document.error().code;
        SETTLED_ASSERT(code == Code::json_invalid || code == Code::json_too_deep ||
                           code == Code::json_too_large || code == Code::json_duplicate_member,
                       "an undocumented reason");
        return;
    }
    const Json root = document->root();
    const JsonDocument raw = read_again(root.raw());
    SETTLED_ASSERT(raw.root().raw() == root.raw(), "the raw text changed");
    expect_equal(root, raw.root());
    for (std::size_t i = 0; i < root.size() && i < 16; ++i)
        expect_equal(root.at(i), read_again(root.at(i).raw()).root());

    JsonWriter w;
    write(w, root);
    if (w.text().size() <= text.size()) { // escapes can make it longer than the reader's limit
        const JsonDocument written = read_again(w.text());
        expect_equal(root, written.root());
    }
}

} // namespace
} // namespace settled::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    settled::wire::check(settled::as_text({data, size}));
    return 0;
}
