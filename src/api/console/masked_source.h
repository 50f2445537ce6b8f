// An answer that comes in parts, as a session is shown it (masking.h). Each part holds whole values.
#pragma once

#include "net/http.h"

#include <memory>

namespace settled::api {

class MaskedSource final : public net::BodySource {
  public:
    explicit MaskedSource(std::shared_ptr<net::BodySource> source) : source_(std::move(source)) {}
    Task<std::optional<std::string>> next(const bool& is_cut) override;

  private:
    std::shared_ptr<net::BodySource> source_;
};

} // namespace settled::api
