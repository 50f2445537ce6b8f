// The bank's test endpoint: it checks our token and our signature, gives the text back, and sends
// the webhook FITestEvent to where the institution has its webhooks sent.
//
// Source: ClearBank page "Test endpoint" (POST /v1/Test).
#pragma once

#include "domain/call.h"

#include <string_view>

namespace settled::connectors::clearbank {

domain::CallRequest test_request(std::string_view text);

} // namespace settled::connectors::clearbank
