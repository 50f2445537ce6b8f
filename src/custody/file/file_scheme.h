// Secrets in files that the server can read (secret_file.h), for the operator.
#pragma once

#include "custody/scheme.h"

namespace settled::custody {

class FileScheme final : public Scheme {
  public:
    std::string_view prefix() const override { return "file:"; }
    Kind kind() const override { return Kind::file; }
    Result<Secret> read(std::string_view uri) const override;
    // A new file for the user alone; one that is there is never written.
    Result<std::string> generate(std::string_view uri, unsigned bits) const override;
    Result<std::string> import_key(std::string_view uri, const Secret& pem) const override;
};

} // namespace settled::custody
