// The schemes of this build, as the operator configured them: one set for the process.
#pragma once

#include "custody/aws/http.h"
#include "custody/aws/settings.h"
#include "custody/pkcs11/settings.h"
#include "custody/scheme.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace settled::custody {

struct Settings {
    pkcs11::Settings pkcs11;
    aws::Settings aws;

    bool operator==(const Settings&) const = default;
};

// At start, before the first key is opened. The same settings again change nothing. Without `http`
// nothing is read from AWS.
void configure(const Settings& settings, std::shared_ptr<aws::Http> http = nullptr);

// The one whose prefix the URI begins with. Fails with value_invalid, repeating nothing of the URI,
// and with custody_unsupported, when this build lacks it.
Result<std::shared_ptr<const Scheme>> scheme_of(std::string_view uri);

// A secret of the configuration is named by URI, or by a bare path, which stands for file:PATH.
std::string secret_uri(std::string_view place);
// Whether a text names a place of a secret: it has a scheme, which this build may lack, or is an absolute
// path. Any other text may be the secret itself.
bool names_secret(std::string_view text);

// Of all schemes.
void retry_pins();
// True: a secret that is in use has changed in its file, or is to be read again. Once for each; looks at
// files, which may wait for the disk.
bool take_due();
// The largest of all schemes. From the second number on it is said: AWS takes five minutes.
std::chrono::seconds clock_offset();
inline constexpr std::chrono::seconds clock_offset_warned{30};
// aws::Settings::tenant_prefix
std::string tenant_prefix();

} // namespace settled::custody
