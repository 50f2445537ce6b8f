// A secret that cannot be printed and does not outlive its owner: not copyable by accident, no
// stream or format operator (formatting one is a compile error), wiped on destruction.
#pragma once

#include "base/bytes.h"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace settled {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe();
            value_ = std::move(other.value_);
            other.wipe();
        }
        return *this;
    }
    ~Secret() { wipe(); }

    // The one way in; say why at the call.
    std::string_view reveal() const { return value_; }
    BytesView bytes() const { return as_bytes(value_); }
    bool empty() const { return value_.empty(); }
    Secret copy() const { return Secret(value_); }

  private:
    void wipe();

    std::string value_;
};

} // namespace settled

template <>
struct fmt::formatter<settled::Secret> {
    formatter() = delete;
};
