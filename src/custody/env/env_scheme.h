// Secrets that came in environment variables (kept_variables.h), for the operator.
#pragma once

#include "custody/env/kept_variables.h"
#include "custody/scheme.h"

namespace settled::custody {

class EnvScheme final : public Scheme {
  public:
    std::string_view prefix() const override { return "env:"; }
    Kind kind() const override { return Kind::env; }
    Result<Secret> read(std::string_view uri) const override {
        return kept_variable(uri.substr(prefix().size()));
    }
};

} // namespace settled::custody
