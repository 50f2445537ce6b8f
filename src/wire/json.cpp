#include "wire/json.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "base/limits.h"
#include "wire/json_scanner.h"
#include "wire/json_tree.h"

#include <algorithm>
#include <charconv>

namespace settled::wire {
namespace {

// Nodes and slices count bytes in 32 bits.
static_assert(limits::json_bytes_max < (std::size_t{1} << 31));
static_assert(limits::json_bytes_max == 1152 * 1024, "as the text below says");

} // namespace

JsonKind Json::kind() const {
    return tree_->nodes[node_].kind;
}

std::optional<std::string_view> Json::string() const {
    const JsonNode& node = tree_->nodes[node_];
    if (node.kind != JsonKind::string)
        return std::nullopt;
    return tree_->view(node.string);
}

std::optional<std::string_view> Json::number() const {
    if (kind() != JsonKind::number)
        return std::nullopt;
    return raw();
}

std::optional<std::int64_t> Json::integer() const {
    if (kind() != JsonKind::number)
        return std::nullopt;
    const std::string_view token = raw();
    std::int64_t value = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    if (read.ec != std::errc{} || read.ptr != token.data() + token.size())
        return std::nullopt;
    return value;
}

std::optional<bool> Json::boolean() const {
    if (kind() != JsonKind::boolean)
        return std::nullopt;
    return raw().front() == 't';
}

std::optional<Json> Json::member(std::string_view name) const {
    if (!is_object())
        return std::nullopt;
    const JsonNode& node = tree_->nodes[node_];
    for (std::uint32_t i = 0; i < node.child_count; ++i) {
        const std::uint32_t child = tree_->children[node.first_child + i];
        if (tree_->view(tree_->nodes[child].name) == name)
            return Json(tree_, child);
    }
    return std::nullopt;
}

std::optional<Json> Json::member_any_case(std::string_view name) const {
    if (const auto exact = member(name))
        return exact;
    std::optional<Json> found;
    for (std::size_t i = 0; is_object() && i < size(); ++i) {
        if (!equal_any_case(name_at(i), name))
            continue;
        if (found)
            return std::nullopt;
        found = at(i);
    }
    return found;
}

std::size_t Json::size() const {
    return tree_->nodes[node_].child_count;
}

Json Json::at(std::size_t index) const {
    const JsonNode& node = tree_->nodes[node_];
    SETTLED_ASSERT(index < node.child_count, "no element {} of {}", index, node.child_count);
    return {tree_, tree_->children[node.first_child + index]};
}

std::string_view Json::name_at(std::size_t index) const {
    SETTLED_ASSERT(is_object(), "only the members of an object have names");
    return tree_->view(tree_->nodes[at(index).node_].name);
}

std::string_view Json::raw() const {
    const JsonNode& node = tree_->nodes[node_];
    return std::string_view(tree_->text).substr(node.begin, node.end - node.begin);
}

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
    if (text.size() > limits::json_bytes_max)
        return fail(Code::json_too_large, "the text has more than 1152 KiB");
    auto tree = std::make_unique<JsonTree>();
    tree->text = text;
    TRY_VOID(JsonScanner(*tree).scan());
    return JsonDocument(std::move(tree));
}

JsonDocument::JsonDocument(std::unique_ptr<const JsonTree> tree) : tree_(std::move(tree)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Json JsonDocument::root() const {
    SETTLED_ASSERT(tree_ != nullptr, "the document was moved away");
    return {tree_.get(), 0};
}

} // namespace settled::wire
