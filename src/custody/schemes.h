// The schemes of this build, as the operator configured them: one set for the process.
#pragma once

#include "custody/pkcs11/settings.h"
#include "custody/scheme.h"

#include <memory>
#include <string_view>

namespace settled::custody {

struct Settings {
    pkcs11::Settings pkcs11;

    bool operator==(const Settings&) const = default;
};

// At start, before the first key is opened. The same settings again change nothing.
void configure(const Settings& settings);

// The one whose prefix the URI begins with. Fails with value_invalid, repeating nothing of the URI,
// and with custody_unsupported, when this build lacks it.
Result<std::shared_ptr<const Scheme>> scheme_of(std::string_view uri);

// Of all schemes.
void retry_pins();

} // namespace settled::custody
