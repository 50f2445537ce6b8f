// The control API's answers as JSON. Times are microseconds since 1970; absent ones are null.
#pragma once

#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/webhooks/sender.h"
#include "sandbox/control/paging.h"
#include "sandbox/partner/records.h"
#include "sandbox/provider/provider.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

std::string show_submitted(const std::vector<std::int64_t>& ids, std::string_view label);
std::string show_batch(std::size_t count, std::int64_t first_id, std::int64_t last_id);
std::string show_webhook(const WebhookRecord& webhook);
std::string show_webhooks(const std::vector<const WebhookRecord*>& webhooks);
std::string show_summary(const WebhookSender& sender);
std::string show_accounts(const Accounts& accounts, Page page);
std::string show_records(const PartnerRecords& records, Page page, std::string_view path);
std::string show_partner_summary(const PartnerRecords& records, bool down);
std::string show_registered(const RegisteredPayment& registered, std::string_view sent);

} // namespace settled::sandbox
